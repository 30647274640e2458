"""Look over everything unfinished and ring again for whatever is due. Any number of sweeps may run at once."""

from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from generations.dialects import PAINTER
from generations.engine.bells import COLLECT, POLL, SUBMIT, Bell
from generations.engine.close import fail, put_down
from generations.faults import Fault, Kind
from generations.models import Attempt, Generation, Provider, Stage, State

log = structlog.get_logger(__name__)

MOST = 500
RING_AGAIN, RING_AGAIN_LATEST = 15.0, 120.0
"""Seconds until a ring that nobody answered is repeated, and the most that grows to."""


def sweep() -> list[Bell]:
    """Settle what no worker can answer for any more, and return a ring for everything that is due."""
    _redraw_sketches()
    _doubt_abandoned()
    _close_doubtful()
    return [*_queued(), *_accepted(), *_delivered()]


def _redraw_sketches() -> None:
    """The painter is here and costs nothing, so a sketch that died with its worker is simply drawn again."""
    for attempt in Attempt.objects.abandoned().filter(provider__dialect=PAINTER)[:MOST]:
        with transaction.atomic():
            if put_down(attempt, attempt.lease, Fault(Kind.NOT_STARTED, "its worker stopped"), lost=False):
                now = timezone.now()
                Generation.objects.move(attempt.generation_id, State.QUEUED, due_at=now, ring_at=now, rings=0)


def _doubt_abandoned() -> None:
    """A worker died between intent and answer: the call may have been paid, so it is never made again."""
    paid = Provider.objects.exclude(dialect=PAINTER)
    abandoned = (
        Attempt.objects.abandoned()
        .filter(provider__in=paid)
        .update(stage=Stage.UNKNOWN, fault=Kind.UNKNOWN, is_lost=True, lease="", lease_until=None)
    )
    if abandoned:
        log.warning("attempts_in_doubt", count=abandoned)


def _close_doubtful() -> None:
    """No verdict can come any more: the member gets the credits back and the house bears the upstream's cost."""
    for attempt in Attempt.objects.in_doubt()[:MOST]:
        with transaction.atomic():
            if Attempt.objects.filter(pk=attempt.pk, ended__isnull=True).update(ended=timezone.now()):
                fail(attempt.generation_id, Kind.UNKNOWN, "deadline")


def _queued() -> list[Bell]:
    now = timezone.now()
    due = list(Generation.objects.due().values_list("pk", "rings")[:MOST])
    for rings in {rings for _, rings in due}:
        pause = min(RING_AGAIN * 2 ** min(rings, 8), RING_AGAIN_LATEST)
        Generation.objects.filter(pk__in=[pk for pk, times in due if times == rings]).update(
            ring_at=now + timedelta(seconds=pause), rings=min(rings + 1, 8)
        )
    return [Bell(SUBMIT, pk) for pk, _ in due]


def _accepted() -> list[Bell]:
    return [Bell(POLL)] if Attempt.objects.due(Stage.ACCEPTED).exists() else []


def _delivered() -> list[Bell]:
    due = list(Attempt.objects.due(Stage.DELIVERED).values_list("pk", flat=True)[:MOST])
    if due:
        again = timezone.now() + timedelta(seconds=RING_AGAIN)
        Attempt.objects.filter(pk__in=due, stage=Stage.DELIVERED).update(due_at=again)
    return [Bell(COLLECT, pk) for pk in due]
