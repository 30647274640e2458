"""What comes after its time: an answer to a call whose worker was given up, a picture of an attempt that was ended.

Only the worker that made a call can bring its answer, so nothing here can happen twice. While the generation still
waits, the answer counts as if it had never been given up. Once it has failed and its credits are back, the picture is
kept all the same, at no charge.
"""

from datetime import timedelta

import structlog
from django.utils import timezone

from generations import client
from generations.dialects.wire import Accepted, Outcome
from generations.engine.bells import Bell
from generations.engine.close import WATCH, Fenced, put_down
from generations.engine.deliver import deliver
from generations.engine.leases import lease_end
from generations.faults import IN_DOUBT, Fault
from generations.models import Attempt, Stage

log = structlog.get_logger(__name__)


def take_back(attempt: Attempt) -> bool:
    """Give a lost attempt back to the worker that brings its answer, while the generation still waits for one."""
    doubted = Attempt.objects.filter(pk=attempt.pk, stage=Stage.UNKNOWN, upstream_id="", ended__isnull=True)
    return bool(
        doubted.update(stage=Stage.SENDING, fault="", is_lost=False, lease=attempt.lease, lease_until=lease_end())
    )


def keep(attempt: Attempt, answer: client.Answer) -> list[Bell]:
    """Write down an answer that came when its generation had ended. What was booked as lost is known better now."""
    log.warning("late_answer", attempt=str(attempt.pk), meaning=type(answer.meaning).__name__)
    ended = Attempt.objects.filter(pk=attempt.pk, stage=Stage.UNKNOWN, upstream_id="", ended__isnull=False)
    if not ended.filter(lease="").update(lease=attempt.lease, lease_until=lease_end()):
        return []
    attempt.refresh_from_db(fields=("ended", "cost", "is_lost", "checked"))
    match answer.meaning:
        case Accepted(upstream_id=upstream_id):
            _watch(attempt, upstream_id, answer.raw)
        case Outcome() as outcome:
            try:
                return deliver(attempt, attempt.lease, outcome, answer)
            except Fenced:
                return []
        case Fault() as fault:
            _learn(attempt, fault, answer.raw)
    return []


def _watch(attempt: Attempt, upstream_id: str, raw: str) -> None:
    now = timezone.now()
    Attempt.objects.held(attempt.pk, attempt.lease).update(
        upstream_id=upstream_id,
        raw=raw,
        watch_until=now + WATCH,
        due_at=now + timedelta(seconds=3),
        lease="",
        lease_until=None,
    )


def _learn(attempt: Attempt, fault: Fault, raw: str) -> None:
    """A verdict without a picture: nothing was made, so nothing was lost. No verdict leaves everything as it was."""
    if fault.kind in IN_DOUBT:
        Attempt.objects.held(attempt.pk, attempt.lease).update(lease="", lease_until=None)
    else:
        put_down(attempt, attempt.lease, fault, lost=False, raw=raw)
