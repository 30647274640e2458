"""Note where a finished picture is, so that it is brought home whoever stops."""

from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from generations import client, vault
from generations.dialects.wire import Outcome
from generations.engine.bells import COLLECT, Bell
from generations.engine.close import Fenced, billed_after_all
from generations.engine.leases import lease_end
from generations.models import Attempt, Stage
from gptstudio.turnstile import outside

RING_AGAIN = timedelta(seconds=15)
"""Until the sweep rings for a delivered picture that nobody has come for."""


def deliver(
    attempt: Attempt, lease: str, outcome: Outcome, answer: client.Answer, *, goes_on: bool = False
) -> list[Bell]:
    """Bytes that came inside the answer are staged before the note is written. Raises Fenced.

    Returns a ring for whoever is to come for it. Who `goes_on` keeps the lease and brings it home without one.
    """
    image = outcome.images[0]
    inline = answer.inline.get(image.inline)
    result = {"staged": _staged(inline)} if inline else {"url": image.url}
    now = timezone.now()
    changes = {
        "stage": Stage.DELIVERED,
        "result": {
            **result,
            "revised_prompt": outcome.revised_prompt,
            "quality": outcome.quality,
            "image_tokens": outcome.image_tokens,
            "asked_again": attempt.result.get("asked_again", False),
        },
        "raw": answer.raw,
        "stumbles": 0,
        "due_at": now + RING_AGAIN,
        "deadline": now + timedelta(seconds=attempt.provider.deadline),
        **(billed_after_all(attempt) if attempt.ended else {}),
        **({"lease_until": lease_end()} if goes_on else {"lease": "", "lease_until": None}),
    }
    if not Attempt.objects.held(attempt.pk, lease).update(**changes):
        if inline:
            with suppress(OSError):  # they take a little room; who is told that the lease was lost may bring them again
                vault.drop_staged(result["staged"])
        raise Fenced(attempt.pk)
    if not goes_on:
        return [Bell(COLLECT, attempt.pk)]
    for name, value in changes.items():
        setattr(attempt, name, value)
    return []


def _staged(inline: Path) -> str:
    with outside():
        return vault.stage(inline)
