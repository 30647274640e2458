"""Look over everything unfinished and ring again for whatever is due. Any number of sweeps may run at once."""

from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from generations import hooks
from generations.dialects import PAINTER
from generations.engine.bells import COLLECT, HOOKS, POLL, SUBMIT, Bell
from generations.engine.close import WATCH, fail, put_down, requeue
from generations.engine.collect import stop_waiting
from generations.engine.poll import is_due
from generations.engine.turns import waiting
from generations.faults import Fault, Kind
from generations.models import Attempt, Generation, Provider, Stage, State

log = structlog.get_logger(__name__)

MOST = 500
RING_AGAIN, RING_AGAIN_LATEST = 15.0, 120.0
"""Seconds until a ring that nobody answered is repeated, and the most that grows to."""
GRACE = timedelta(minutes=10)
"""How long past its deadline a delivered picture may be brought home by the next collector when one has stopped."""


def sweep() -> list[Bell]:
    """Settle what no worker can answer for any more, clear old events away, and return a ring for all that is due."""
    hooks.clear()
    if not _is_anything_open():  # every worker looks every second, also on an idle night
        return _untold()
    _redraw_sketches()
    _doubt_abandoned()
    _close_doubtful()
    _end_overdue()
    return [*_queued(), *_accepted(), *_delivered(), *_untold()]


def _is_anything_open() -> bool:
    """Whether a generation is under way, or a picture may still come late."""
    late = Q(stage=Stage.DELIVERED) | Q(stage=Stage.UNKNOWN, watch_until__isnull=False)
    return Generation.objects.under_way().exists() or Attempt.objects.filter(late).exists()


def _redraw_sketches() -> None:
    """The painter is here and costs nothing, so a sketch that died with its worker is simply drawn again."""
    for attempt in Attempt.objects.abandoned().filter(provider__dialect=PAINTER)[:MOST]:
        with transaction.atomic():
            if put_down(attempt, attempt.lease, Fault(Kind.NOT_STARTED, "its worker stopped"), lost=False):
                requeue(attempt.generation_id)


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
            if Attempt.objects.in_doubt().filter(pk=attempt.pk).update(ended=timezone.now()):
                fail(attempt.generation_id, Kind.UNKNOWN, "deadline")


def _end_overdue() -> None:
    """A picture that stops whoever comes for it would be rung for, and its credits held, for ever."""
    now = timezone.now()
    overdue = Q(ended__isnull=True, deadline__lt=now - GRACE) | Q(ended__isnull=False, deadline__lt=now - WATCH)
    stopped = Attempt.objects.due(Stage.DELIVERED).filter(overdue, lease_until__isnull=False)
    for pk in list(stopped.values_list("pk", flat=True)[:MOST]):
        stop_waiting(pk)


def _queued() -> list[Bell]:
    """A ring for each that could be begun and that nobody has rung for lately. Whose turn it is, a worker finds out.

    Other sweeps and the workers go on meanwhile, so only what still waits for its ring is rung for.
    """
    now = timezone.now()
    due = list(waiting(now).filter(ring_at__lte=now).order_by("ring_at").values_list("pk", "rings")[:MOST])
    won = 0
    for rings in {rings for _, rings in due}:
        pause = min(RING_AGAIN * 2 ** min(rings, 8), RING_AGAIN_LATEST)
        unrung = Generation.objects.filter(state=State.QUEUED, ring_at__lte=now)
        won += unrung.filter(pk__in=[pk for pk, times in due if times == rings]).update(
            ring_at=now + timedelta(seconds=pause), rings=min(rings + 1, 8)
        )
    return [Bell(SUBMIT)] * won


def _accepted() -> list[Bell]:
    return [Bell(POLL)] if is_due() else []


def _delivered() -> list[Bell]:
    due = list(Attempt.objects.due(Stage.DELIVERED).values_list("pk", flat=True)[:MOST])
    if due:
        again = timezone.now() + timedelta(seconds=RING_AGAIN)
        Attempt.objects.filter(pk__in=due, stage=Stage.DELIVERED).update(due_at=again)
    return [Bell(COLLECT, pk) for pk in due]


def _untold() -> list[Bell]:
    return [Bell(HOOKS)] if hooks.is_due() else []
