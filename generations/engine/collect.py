"""Make a finished picture ours: fetch it, check it, keep it, settle it."""

import tempfile
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from generations import client, vault
from generations.engine.bells import POLL, Bell
from generations.engine.close import WATCH, Fenced, Kept, give_up, succeed, wait_no_longer
from generations.engine.leases import holding, lease_end, new_lease
from generations.failpoints import reach
from generations.faults import Fault, Kind
from generations.fetch import Fetched, NotFetched, fetch
from generations.imaging import Facts, Unreadable
from generations.imaging.fitting import FORMATS, fit
from generations.models import Attempt, Stage
from generations.sizes import Size
from gptstudio.statements import Given, Statement
from gptstudio.turnstile import outside

log = structlog.get_logger(__name__)

MOST_BYTES = 64 * 1024 * 1024
FETCH_WITHIN = 60.0
MOST_FETCHES = 6
GONE = (403, 404, 410)
KEEP_AGAIN, KEEP_LATE_AGAIN = 15.0, 300.0
"""Seconds until a picture that found no place here is tried again, and one that nobody waits for any more."""

FREE = Statement(
    lambda: Attempt.objects.filter(
        Q(lease_until__isnull=True) | Q(lease_until__lt=Given("now")), pk=Given("pk"), stage=Stage.DELIVERED
    )
)
WHOLE = Statement(
    lambda: Attempt.objects.filter(pk=Given("pk")).select_related("provider", "generation__job", "route").order_by()
)


def collect(attempt_id: uuid.UUID) -> list[Bell]:
    """Bring one delivered picture home and settle its generation.

    A picture counts as made only when its bytes are checked and stored here. Returns what to ring next; does
    nothing where the attempt is not delivered or another worker holds it.
    """
    attempt = _claim(attempt_id)
    if attempt is None:
        return []
    with tempfile.TemporaryDirectory(dir=settings.SCRATCH) as folder, holding(attempt):
        return bring_home(attempt, Path(folder))


def bring_home(attempt: Attempt, folder: Path, came: Path | None = None) -> list[Bell]:
    """The same for whoever holds the attempt. `came` are its bytes, where they are at hand."""
    try:
        reach("download.before")
        with outside():
            path = came or _bring(attempt, folder / "picture")
        reach("download.after")
        succeed(attempt, attempt.lease, _keep(attempt, path))
    except NotFetched as wrong:
        return _not_fetched(attempt, wrong)
    except Unreadable as wrong:
        if not _discard(attempt, wrong):
            return []
    except Fenced:
        log.warning("late_picture_refused", attempt=str(attempt.pk))
        return []
    except Exception as wrong:  # our disk, our storage, our database or our mistake: whatever it is has an end
        log.exception("picture_not_kept", attempt=str(attempt.pk))
        _not_kept(attempt, f"it could not be kept: {wrong}")
        return []
    _forget_staged(attempt)
    return []


def stop_waiting(attempt_id: uuid.UUID) -> None:
    """End what was delivered and is long past its deadline; nothing where somebody is at work on it after all."""
    if attempt := _claim(attempt_id):
        _not_kept(attempt, "its collector stopped")


def _discard(attempt: Attempt, wrong: Unreadable) -> bool:
    """False where the lease is gone: then another worker is at it, and the bytes are that worker's."""
    fault = Fault(Kind.GARBLED, str(wrong))
    return give_up(attempt, attempt.lease, fault, f"picture_{wrong.reason}", lost=True)


def _forget_staged(attempt: Attempt) -> None:
    """Only once the picture is kept, or is known to be none: bytes that came inside an answer are the only copy."""
    if name := attempt.result.get("staged"):
        try:
            vault.drop_staged(name)
        except OSError as wrong:  # they take a little room; what they were there for is done
            log.warning("staged_not_dropped", attempt=str(attempt.pk), error=str(wrong))


def _claim(attempt_id: uuid.UUID) -> Attempt | None:
    lease = new_lease()
    if not FREE.update({"lease": lease, "lease_until": lease_end()}, pk=attempt_id, now=timezone.now()):
        return None
    return WHOLE.first(pk=attempt_id)


def _bring(attempt: Attempt, into: Path) -> Path:
    """The picture's bytes on local disk. Raises NotFetched."""
    if name := attempt.result.get("staged"):
        try:
            vault.take_staged(name, into)
        except FileNotFoundError as wrong:
            raise NotFetched("gone") from wrong
        return into
    fetched: Fetched = fetch(
        attempt.result["url"],
        into,
        most_bytes=MOST_BYTES,
        within=FETCH_WITHIN,
        vouched=client.origin(attempt.provider),
    )
    return fetched.path


def _keep(attempt: Attempt, path: Path) -> Kept:
    """Check every pixel, make of it what was wished, and store it with its thumbnail. Raises Unreadable."""
    fitted = fit(path, attempt.generation.job.brief())
    facts, sha256 = fitted.facts, vault.digest(fitted.path)
    with outside():
        vault.keep(fitted.path, sha256, facts.media_type)
        vault.keep_thumbnail(fitted.thumbnail, sha256)
    size, came = fitted.path.stat().st_size, Size(fitted.came.width, fitted.came.height)
    return Kept(sha256, facts.media_type, facts.width, facts.height, size, came, _notes(attempt, fitted.came))


def _notes(attempt: Attempt, came: Facts) -> dict[str, Any]:
    """What came, before anything was made of it here; and how many references nobody looked at."""
    background = "transparent" if came.is_clear else "opaque"
    what = {"format": FORMATS[came.media_type], "size": f"{came.width}x{came.height}", "background": background}
    unseen = attempt.generation.job.jobreference_set.count() if attempt.result.get("image_tokens") == 0 else 0
    return {"came": what, "unseen": unseen}


def _not_fetched(attempt: Attempt, wrong: NotFetched) -> list[Bell]:
    """Trouble on the way is tried again; an address that is gone is asked for once more; the rest is the end."""
    if wrong.is_transient and attempt.stumbles + 1 < MOST_FETCHES:
        pause = 2.0 ** (attempt.stumbles + 1)
        _put_back(attempt, stage=Stage.DELIVERED, seconds=pause, stumbles=attempt.stumbles + 1)
        return []
    if wrong.status in GONE and attempt.upstream_id and not attempt.result.get("asked_again"):
        again = Stage.UNKNOWN if attempt.ended else Stage.ACCEPTED
        _put_back(attempt, stage=again, seconds=0, stumbles=attempt.stumbles + 1)
        return [Bell(POLL)]
    give_up(
        attempt, attempt.lease, Fault(Kind.GARBLED, str(wrong), status=wrong.status), f"fetch_{wrong.reason}", lost=True
    )
    return []


def _not_kept(attempt: Attempt, why: str) -> None:
    """The trouble is ours, not the picture's: it waits for us. Its generation does not, past the deadline, and a day
    later the attempt ends as well."""
    over = timezone.now() - attempt.deadline
    if attempt.ended is None and over > timedelta():
        wait_no_longer(attempt, attempt.lease, why)
    elif attempt.ended and over > WATCH:
        give_up(attempt, attempt.lease, Fault(Kind.UNKNOWN, why), "deadline", lost=True)
    else:
        again = KEEP_LATE_AGAIN if attempt.ended else KEEP_AGAIN
        _put_back(attempt, stage=Stage.DELIVERED, seconds=again, stumbles=attempt.stumbles)


def _put_back(attempt: Attempt, stage: Stage, seconds: float, stumbles: int) -> None:
    Attempt.objects.held(attempt.pk, attempt.lease).update(
        stage=stage,
        result={**attempt.result, "asked_again": stage != Stage.DELIVERED or attempt.result.get("asked_again", False)},
        stumbles=stumbles,
        due_at=timezone.now() + timedelta(seconds=seconds),
        lease="",
        lease_until=None,
    )
