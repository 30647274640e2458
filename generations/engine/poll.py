"""Ask how accepted attempts are going: all of one provider's that are due together, in one short task."""

import random
import tempfile
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import structlog
from django.conf import settings
from django.db import connection, connections, transaction
from django.db.models import Case, DateTimeField, F, PositiveSmallIntegerField, Value, When
from django.utils import timezone

from generations import client
from generations.dialects.reading import NO_PICTURE
from generations.dialects.wire import Outcome, Progress
from generations.engine.bells import POLL, SUBMIT, Bell
from generations.engine.close import Fenced, give_up
from generations.engine.deliver import deliver
from generations.engine.leases import lease_end, new_lease
from generations.failpoints import reach
from generations.faults import Fault, Kind
from generations.models import Attempt, Provider, Stage
from generations.models.attempt import AttemptQuerySet

log = structlog.get_logger(__name__)

BATCH = 200
MOST_BATCHES = 2
"""How many batches of one provider may be under way at once: one is written down while the other is asked. A worker has
a thread more than that, so a provider that does not answer leaves one for all others."""
AHEAD = timedelta(seconds=0.5)
"""How long before its time an attempt may be asked for: half of what lies between two looks at what is due, so that
none is late by much, and none early."""
FIRST_PAUSE, LONGEST_PAUSE = 3.0, 15.0
LONGEST_RETRY = 60.0
"""Seconds that a provider may put the next question off for; questions are free, and pictures expire."""
VERDICTS = frozenset({Kind.REFUSED, Kind.INVALID, Kind.BROKEN})
"""What the provider may say of a task that ends it. Anything else is trouble on the way, and is asked again."""
MOST_EMPTY = 5
"""How often a provider may say that it is done and show no picture. One that cannot be read at all says nothing of the
picture, so it is asked until the deadline."""
_TIME, _PERCENT = DateTimeField(), PositiveSmallIntegerField()
SHORTEST_WATCH, LONGEST_WATCH = timedelta(seconds=30), timedelta(minutes=30)


class Asked(NamedTuple):
    """What a poll needs to know of an attempt: of ten thousand, most are only told to wait on."""

    pk: uuid.UUID
    upstream_id: str
    due_at: datetime
    tries: int
    percent: int | None
    deadline: datetime
    ended: datetime | None


def poll() -> list[Bell]:
    """Ask one provider for its due attempts. Rings for what is finished, and for itself while more are due.

    A provider that does not answer keeps its own pictures waiting, and two threads at most.
    """
    lease = new_lease()
    provider, claimed = _claim(lease)
    if provider is None or not claimed:
        return []
    connection.close()
    try:
        bells = _ask(provider, claimed, lease)
    except OSError:  # no room to work in: the deadline of these passes all the same
        log.exception("poll_not_asked", provider=provider.pk)
        for attempt in _held([asked.pk for asked in claimed], lease):
            _put_off(attempt, lease)
        return []
    return [*bells, *([Bell(POLL)] if len(claimed) == BATCH or is_due(timedelta()) else [])]


def _ask(provider: Provider, claimed: list[Asked], lease: str) -> list[Bell]:
    with tempfile.TemporaryDirectory(dir=settings.SCRATCH) as folder:
        reach("poll.before")
        answers = client.poll(provider, [asked.upstream_id for asked in claimed], Path(folder))
        reach("poll.after")
        return _take_down(claimed, answers, lease)


def is_due(ahead: timedelta = AHEAD) -> bool:
    """Whether anybody is to be asked about a picture now, be it awaited or only watched for."""
    return Attempt.objects.due(Stage.ACCEPTED, ahead).exists() or Attempt.objects.watched().exists()


def _claim(lease: str) -> tuple[Provider | None, list[Asked]]:
    """The provider of whoever has waited longest, and a batch of what is due there. Its row is locked, so that no two
    workers count the same batches; one that has as many as it may is passed over."""
    passed: list[int] = []
    while first := _first(passed):
        pk, due = first
        with transaction.atomic():
            provider = Provider.objects.select_for_update(no_key=True).get(pk=pk)
            if _batches(provider) < MOST_BATCHES:
                return provider, _take(due.filter(provider=provider), lease)
        passed.append(pk)
    return None, []


def _first(passed: list[int]) -> tuple[int, AttemptQuerySet] | None:
    """Where whoever has waited longest is asked for, be it awaited or watched, so that neither kind waits for ever."""
    kinds = [Attempt.objects.due(Stage.ACCEPTED, AHEAD), Attempt.objects.watched()]
    if passed:
        kinds = [due.exclude(provider__in=passed) for due in kinds]
    found = [(*first, due) for due in kinds if (first := due.values_list("due_at", "provider").first())]
    if not found:
        return None
    _, provider, due = min(found, key=lambda one: one[0])
    return provider, due


def _batches(provider: Provider) -> int:
    """How many are under way there. A claim leaves `due_at` as it was, so what is under way stands where the index has
    what is due."""
    now = timezone.now()
    leased = Attempt.objects.filter(provider=provider, due_at__lte=now + AHEAD, lease_until__gt=now).order_by()
    watched = leased.filter(stage=Stage.UNKNOWN, watch_until__isnull=False)
    return leased.filter(stage=Stage.ACCEPTED).values("lease").union(watched.values("lease")).count()


def _take(due: AttemptQuerySet, lease: str) -> list[Asked]:
    if connections[due.db].features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True)
    claimed = [Asked(*row) for row in due.values_list(*Asked._fields)[:BATCH]]
    Attempt.objects.filter(pk__in=[asked.pk for asked in claimed]).update(lease=lease, lease_until=lease_end())
    return claimed


def _take_down(claimed: list[Asked], answers: list[client.Answer], lease: str) -> list[Bell]:
    """Write down what was heard: in one go for those that are under way, one by one for all others."""
    now = timezone.now()
    waiting: dict[Asked, int | None] = {}
    others: dict[uuid.UUID, client.Answer] = {}
    for asked, answer in zip(claimed, answers, strict=True):
        if isinstance(answer.meaning, Progress) and not asked.ended and asked.deadline > now:
            waiting[asked] = answer.meaning.percent
        else:
            others[asked.pk] = answer
    if waiting:
        _wait_on(waiting, lease)
    return _end_each(others, lease) if others else []


def _end_each(answers: dict[uuid.UUID, client.Answer], lease: str) -> list[Bell]:
    bells: list[Bell] = []
    for attempt in _held(answers, lease):
        try:
            bells += _end(attempt, answers[attempt.pk], lease)
        except Exception:  # our disk, our storage or our mistake: it is this one's alone, and the others go on
            log.exception("poll_not_taken_down", attempt=str(attempt.pk))
            _put_off(attempt, lease)
    return bells


def _held(pks: Iterable[uuid.UUID], lease: str) -> AttemptQuerySet:
    return Attempt.objects.filter(pk__in=pks, lease=lease).select_related("provider", "generation")


def _put_off(attempt: Attempt, lease: str) -> None:
    """What was said could not be written down, so it is asked for again: for as long as any other is, and no longer."""
    try:
        _ask_on(attempt, lease, _pause(attempt.tries))
    except Exception:  # then it is asked again when its lease has run out
        log.exception("poll_not_put_off", attempt=str(attempt.pk))


def _end(attempt: Attempt, answer: client.Answer, lease: str) -> list[Bell]:
    match answer.meaning:
        case Progress() if attempt.ended:
            _watch_on(attempt, lease)
        case Progress():
            _give_up_waiting(attempt, lease)
        case Fault() as fault:
            _stumble(attempt, fault, lease)
        case Outcome() as outcome:
            return _deliver(attempt, outcome, answer, lease)
    return _room(attempt)


def _deliver(attempt: Attempt, outcome: Outcome, answer: client.Answer, lease: str) -> list[Bell]:
    try:
        return [*deliver(attempt, lease, outcome, answer), *_room(attempt)]
    except Fenced:
        log.warning("late_answer_refused", attempt=str(attempt.pk))
        return []


def _room(attempt: Attempt) -> list[Bell]:
    """A provider with a limit has room again, so somebody's turn may have come."""
    return [Bell(SUBMIT)] if attempt.provider.concurrency else []


def _wait_on(waiting: dict[Asked, int | None], lease: str) -> None:
    """Still under way: one UPDATE for all of them. Those that were asked as often are asked again together."""
    now = timezone.now()
    times = {asked.tries: now + timedelta(seconds=_pause(asked.tries)) for asked in waiting}
    percents: dict[int, list[uuid.UUID]] = {}
    for asked, percent in waiting.items():
        if percent is not None and percent != asked.percent:
            percents.setdefault(percent, []).append(asked.pk)
    Attempt.objects.filter(pk__in=[asked.pk for asked in waiting], lease=lease).update(
        due_at=Case(*(When(tries=tries, then=Value(time)) for tries, time in times.items()), output_field=_TIME),
        percent=Case(
            *(When(pk__in=pks, then=Value(percent)) for percent, pks in percents.items()),
            default=F("percent"),
            output_field=_PERCENT,
        ),
        tries=F("tries") + 1,
        stumbles=0,
        lease="",
        lease_until=None,
    )


def _pause(tries: int) -> float:
    """Seconds until the next question: 3 at first, growing to 15, a little apart from the others."""
    return min(FIRST_PAUSE * 1.2 ** min(tries, 50), LONGEST_PAUSE) * random.uniform(0.85, 1.15)  # noqa: S311


def _stumble(attempt: Attempt, fault: Fault, lease: str) -> None:
    """A verdict ends the attempt. Anything else says nothing about the task, so it is asked again."""
    is_empty = fault.kind is Kind.GARBLED and fault.code == NO_PICTURE
    if fault.kind in VERDICTS:
        give_up(attempt, lease, fault, lost=False)
    elif is_empty and attempt.stumbles + 1 >= MOST_EMPTY:
        give_up(attempt, lease, fault, lost=True)
    else:
        _ask_on(attempt, lease, min(fault.retry_after or _pause(attempt.tries), LONGEST_RETRY), stumbles=int(is_empty))


def _ask_on(attempt: Attempt, lease: str, pause: float, stumbles: int = 0) -> None:
    """Nothing was learnt of the picture: it is asked for again, until its deadline or the end of its watch."""
    if attempt.ended:
        _watch_on(attempt, lease)
    elif attempt.deadline < timezone.now():
        _give_up_waiting(attempt, lease)
    else:
        Attempt.objects.held(attempt.pk, lease).update(
            due_at=timezone.now() + timedelta(seconds=pause),
            tries=F("tries") + 1,
            stumbles=F("stumbles") + stumbles,
            lease="",
            lease_until=None,
        )


def _watch_on(attempt: Attempt, lease: str) -> None:
    """Given up, and still no picture: asked ever more rarely, until its watch is over."""
    now = timezone.now()
    assert attempt.ended  # noqa: S101
    assert attempt.watch_until  # noqa: S101
    pause = min(max((now - attempt.ended) / 4, SHORTEST_WATCH), LONGEST_WATCH)
    Attempt.objects.held(attempt.pk, lease).update(
        due_at=now + pause,
        watch_until=attempt.watch_until if now + pause < attempt.watch_until else None,
        lease="",
        lease_until=None,
    )


def _give_up_waiting(attempt: Attempt, lease: str) -> None:
    give_up(attempt, lease, Fault(Kind.UNKNOWN, "no verdict before the deadline"), "deadline", lost=True)
