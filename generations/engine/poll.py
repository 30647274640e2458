"""Ask how accepted attempts are going: all of one provider's that are due together, in one short task."""

import random
import tempfile
from datetime import timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import Error, connection, connections, transaction
from django.db.models import F
from django.utils import timezone

from generations import client
from generations.dialects.wire import Outcome, Progress
from generations.engine.bells import POLL, Bell
from generations.engine.close import give_up
from generations.engine.leases import holding, lease_end, new_lease
from generations.engine.submit import deliver
from generations.faults import Fault, Kind
from generations.models import Attempt, Stage

log = structlog.get_logger(__name__)

BATCH = 200
FIRST_PAUSE, LONGEST_PAUSE = 3.0, 15.0
LONGEST_RETRY = 60.0
"""Seconds that a provider may put the next question off for; questions are free, and pictures expire."""
VERDICTS = frozenset({Kind.REFUSED, Kind.INVALID, Kind.BROKEN})
"""What the provider may say of a task that ends it. Anything else is trouble on the way, and is asked again."""
MOST_GARBLED = 5
"""Answers in a row that no one can read, after which the picture is given up."""


def poll() -> list[Bell]:
    """Ask one provider for its due attempts. Rings for what is finished, and for itself while more are due.

    A provider that does not answer keeps this task waiting, and no other provider's pictures.
    """
    lease = new_lease()
    claimed = _claim(lease)
    if not claimed:
        return []
    connection.close()
    with tempfile.TemporaryDirectory(dir=settings.SCRATCH) as folder, holding(lease):
        answers = client.poll([(attempt.provider, attempt.upstream_id) for attempt in claimed], Path(folder))
        bells = _take_down(claimed, answers, lease)
    return [*bells, *([Bell(POLL)] if Attempt.objects.due(Stage.ACCEPTED).exists() else [])]


def _claim(lease: str) -> list[Attempt]:
    with transaction.atomic():
        due = Attempt.objects.due(Stage.ACCEPTED)
        due = due.filter(provider=due.values_list("provider", flat=True).first())
        if connections[due.db].features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True, of=("self",))
        claimed = list(due.select_related("provider", "generation")[:BATCH])
        Attempt.objects.filter(pk__in=[attempt.pk for attempt in claimed]).update(lease=lease, lease_until=lease_end())
    return claimed


def _take_down(claimed: list[Attempt], answers: list[client.Answer], lease: str) -> list[Bell]:
    bells: list[Bell] = []
    waiting: dict[int | None, list[Attempt]] = {}
    for attempt, answer in zip(claimed, answers, strict=True):
        if isinstance(answer.meaning, Progress):
            waiting.setdefault(answer.meaning.percent, []).append(attempt)
            continue
        try:
            bells += _end(attempt, answer, lease)
        except (OSError, Error):  # this one is asked again when its lease has run out; the others go on
            log.exception("poll_not_taken_down", attempt=str(attempt.pk))
    for percent, attempts in waiting.items():
        _wait_on(attempts, percent, lease)
    return bells


def _end(attempt: Attempt, answer: client.Answer, lease: str) -> list[Bell]:
    if isinstance(answer.meaning, Outcome):
        return deliver(attempt, lease, answer.meaning, answer)
    if isinstance(answer.meaning, Fault):
        _stumble(attempt, answer.meaning, lease)
    return []


def _wait_on(attempts: list[Attempt], percent: int | None, lease: str) -> None:
    """Still under way: one UPDATE for all that stand alike. Those past their deadline are given up."""
    now = timezone.now()
    for attempt in attempts:
        if attempt.deadline < now:
            _give_up_waiting(attempt, lease)
    alike: dict[int, list[Attempt]] = {}
    for attempt in attempts:
        alike.setdefault(attempt.tries, []).append(attempt)
    for tries, group in alike.items():
        changes = {} if percent is None else {"percent": percent}
        Attempt.objects.filter(pk__in=[attempt.pk for attempt in group], lease=lease).update(
            due_at=now + timedelta(seconds=_pause(tries)),
            tries=tries + 1,
            stumbles=0,
            lease="",
            lease_until=None,
            **changes,
        )


def _pause(tries: int) -> float:
    """Seconds until the next question: 3 at first, growing to 15, a little apart from the others."""
    return min(FIRST_PAUSE * 1.2 ** min(tries, 50), LONGEST_PAUSE) * random.uniform(0.85, 1.15)  # noqa: S311


def _stumble(attempt: Attempt, fault: Fault, lease: str) -> None:
    """A verdict ends the attempt. Anything else says nothing about the task, so it is asked again."""
    if fault.kind in VERDICTS:
        give_up(attempt, lease, fault, lost=False)
    elif fault.kind is Kind.GARBLED and attempt.stumbles + 1 >= MOST_GARBLED:
        give_up(attempt, lease, fault, lost=True)
    elif attempt.deadline < timezone.now():
        _give_up_waiting(attempt, lease)
    else:
        pause = min(fault.retry_after or _pause(attempt.tries), LONGEST_RETRY)
        Attempt.objects.held(attempt.pk, lease).update(
            due_at=timezone.now() + timedelta(seconds=pause),
            tries=F("tries") + 1,
            stumbles=F("stumbles") + int(fault.kind is Kind.GARBLED),
            lease="",
            lease_until=None,
        )


def _give_up_waiting(attempt: Attempt, lease: str) -> None:
    give_up(attempt, lease, Fault(Kind.UNKNOWN, "no verdict before the deadline"), "deadline", lost=True)
