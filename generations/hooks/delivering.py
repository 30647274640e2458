"""Send what is due, write down what was answered, and decide when to try again."""

import random
import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.db import Error, connection
from django.utils import timezone

from generations.dialects.reading import retry_after
from generations.dialects.wire import Response
from generations.fetch import Answered, NotFetched, post
from generations.hooks import switching
from generations.hooks.writing import write
from generations.models import Delivery, Reply, Way
from generations.sealing import Unsealable

PAUSES = tuple(
    timedelta(seconds=seconds) for seconds in (5, 5 * 60, 30 * 60, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24)))
)
"""Between the ten tries, some 75 hours in all: the schedule that Standard Webhooks proposes."""
JITTER = 0.1
LONGEST_WISH = timedelta(hours=24)
"""The most that a receiver's Retry-After puts a try off."""
LEASE = timedelta(seconds=60)
"""Longer than a call may take by our own clock, so nobody has to renew it."""
MOST_LINES = 6
"""Lines that one team may hold, where a worker has eight: slow receivers keep nobody else's events waiting."""
MOST_LOOKS = 16
MOST_LOGGED = 30
_FORBIDDEN = ("address", "scheme", "port")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of one try."""

    reply: Reply
    status: int | None = None
    wish: timedelta = timedelta()
    """How long we are asked to wait."""


def is_due() -> bool:
    """Whether there is anything to send."""
    return Delivery.objects.due().heard().exists()


def deliver() -> bool:
    """Send the delivery whose turn it is. False where there is none.

    A worker that dies on the way leaves a lease that runs out; then the event is sent again, under the same id.
    """
    delivery = claim()
    if delivery is None:
        return False
    take_down(delivery, _send(delivery))
    return True


def claim() -> Delivery | None:
    """Take the delivery whose turn it is; None where nobody's is."""
    for pk in _next_up():
        lease = uuid.uuid4().hex
        if Delivery.objects.due().filter(pk=pk).update(lease=lease, lease_until=timezone.now() + LEASE):
            # None where its webhook has been removed this very moment
            return Delivery.objects.select_related("webhook", "job__image_model").filter(pk=pk).first()
    return None


def _next_up() -> list[uuid.UUID]:
    """What has waited longest, of the teams that hold no line now; else of those that hold not too many."""
    held = Counter(Delivery.objects.under_way().values_list("team", flat=True))
    full = [team for team, lines in held.items() if lines >= MOST_LINES]
    for passed in ([*held], full):
        due = Delivery.objects.due().heard().exclude(team__in=passed).order_by("due_at")
        if found := list(due.values_list("pk", flat=True)[:MOST_LOOKS]):
            return found
    return []


def _send(delivery: Delivery) -> Heard:
    try:
        message = write(delivery)
    except Unsealable:
        return Heard(Reply.SEALED)
    except Error:
        raise
    except Exception:  # our mistake, here and below: whatever it is must not be made for ever
        log.exception("event_not_written", delivery=delivery.event_id)
        return Heard(Reply.OURS)
    connection.close()
    try:
        return _understood(post(message.url, message.body, message.headers))
    except NotFetched as wrong:
        return Heard(Reply.ADDRESS if wrong.reason in _FORBIDDEN else Reply(wrong.reason))
    except Exception:
        log.exception("event_not_sent", delivery=delivery.event_id)
        return Heard(Reply.OURS)


def _understood(answer: Answered) -> Heard:
    status = answer.status
    if 200 <= status < 300:
        return Heard(Reply.TAKEN, status)
    if status == 410:
        return Heard(Reply.GONE, status)
    wish = retry_after(Response(status, answer.headers)) or 0.0
    wait = timedelta(seconds=min(wish, LONGEST_WISH.total_seconds()))
    return Heard(Reply.REDIRECT if 300 <= status < 400 else Reply.STATUS, status, wait)


def take_down(delivery: Delivery, heard: Heard) -> None:
    """Write down what came of a try. Nothing where another worker has taken the delivery over meanwhile.

    The webhook's own row is written afterwards and not in one transaction: no two of them ever wait for each other.
    """
    now = timezone.now()
    written = Delivery.objects.held(delivery.pk, delivery.lease).update(
        **_outcome(delivery, heard),
        tries=delivery.tries + 1,
        tried=now,
        status=heard.status,
        reply=heard.reply,
        log=[*delivery.log, heard.reply.noted(now, heard.status)][-MOST_LOGGED:],
        lease="",
        lease_until=None,
    )
    if written and delivery.webhook is not None:
        switching.note(delivery.webhook, heard.reply)


def _outcome(delivery: Delivery, heard: Heard) -> dict[str, Any]:
    if heard.reply is Reply.TAKEN:
        return {"state": Way.TAKEN}
    is_the_end = heard.reply is Reply.GONE or delivery.tries >= len(PAUSES)
    if is_the_end:
        log.info("event_given_up", delivery=delivery.event_id, reply=heard.reply)
        return {"state": Way.GIVEN_UP}
    pause = PAUSES[delivery.tries] * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 spreads load, hides nothing
    return {"due_at": timezone.now() + max(pause, heard.wish)}
