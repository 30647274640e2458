"""Whose turn is it? The team that was served longest ago, in it the member served longest ago, of theirs the oldest.

So teams take turns, and so do the members of a team: who comes with one wish waits for one picture, not for the five
hundred that somebody else has asked for.
"""

import time
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Exists, F, Max, OuterRef, QuerySet, Subquery
from django.utils import timezone

from accounts.models import Member
from generations.engine.routing import closed
from generations.models import Generation, State, Turn
from gptstudio.statements import Given, Statement

MOST_LOOKS = 64
"""Members whose oldest is looked at before a worker goes away: as many other workers may be taking those now."""

PAUSES = (0.0, 0.0, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
"""Seconds before each of a worker's looks for one. Others who came a moment later saw more, may be taking what it sees,
and then leave what it has not seen; each generation has one bell, so nobody else would come for that. Looks in a row
are not enough: what others are taking stays in sight until they have written it down."""

SLACK = timedelta(seconds=2)
"""How long what is due at once has been due. Whoever hears its bell may look by a clock that is behind, or by what its
own clock said before it was kept waiting; and nobody else would come."""


def at_once() -> datetime:
    """When a generation is due whose bell is about to be rung."""
    return timezone.now() - SLACK


def waiting(now: datetime) -> QuerySet[Generation]:
    """Queued, due, and of an image model for which somebody could be asked now."""
    return _open(_due(now), closed(now))


def next_up(passed: Collection[int] = ()) -> Generation | None:
    """The generation whose turn it is, locked; None where nobody waits who could be served. In a transaction.

    Members who were `passed`, because what they wait for must go on waiting, have had their look.
    """
    for pause in PAUSES:
        time.sleep(pause)
        members, oldest = _look(timezone.now(), passed)
        if generation := next(filter(None, map(oldest, members)), None):
            return generation
        if not members:
            break
    return None


def _look(now: datetime, passed: Collection[int]) -> tuple[list[int], Callable[[int], Generation | None]]:
    """Who waits, those whose turn it is first; and how to lock the oldest of one of them."""
    shut = closed(now)
    if not shut and not passed:  # as it nearly always is
        return [pk for (pk,) in MEMBERS.rows(now=now)], lambda member: OLDEST.first(now=now, member=member)
    due = _open(_due(now), shut).exclude(member__in=passed)
    members = _members(due).values_list("pk", flat=True)[:MOST_LOOKS]
    return list(members), lambda member: _oldest(due, member).first()


def take(generation: Generation) -> None:
    """Note that its member has been served."""
    if TURN.update({"last": timezone.now()}, member=generation.member_id):
        return
    turn = Turn(member_id=generation.member_id, last=timezone.now())
    Turn.objects.bulk_create([turn], update_conflicts=True, unique_fields=["member"], update_fields=["last"])


def _due(now: datetime | Given) -> QuerySet[Generation]:
    return Generation.objects.filter(state=State.QUEUED, due_at__lte=now)


def _open(due: QuerySet[Generation], shut: Collection[int]) -> QuerySet[Generation]:
    return due.exclude(job__image_model__in=shut) if shut else due


def _members(due: QuerySet[Generation]) -> QuerySet[Member]:
    """Who waits, by how long ago their team and then they themselves were served; never is longest ago."""
    of_team = Turn.objects.filter(member__team=OuterRef("team")).order_by().values("member__team")
    return (
        Member.objects.filter(Exists(due.filter(member=OuterRef("pk"))))
        .annotate(team_last=Subquery(of_team.annotate(last=Max("last")).values("last")))
        .order_by(F("team_last").asc(nulls_first=True), F("turn__last").asc(nulls_first=True), "pk")
    )


def _oldest(due: QuerySet[Generation], member: int | Given) -> QuerySet[Generation]:
    return _locked(due.filter(member=member).order_by("due_at", "position").select_related("job"))[:1]


def _locked(generations: QuerySet[Generation]) -> QuerySet[Generation]:
    """Locked against other workers, leaving out what they have locked. On SQLite the transaction is the lock."""
    skip = connection.features.has_select_for_update_skip_locked
    return generations.select_for_update(skip_locked=skip, of=("self",) if skip else ())


MEMBERS = Statement(lambda: _members(_due(Given("now"))).values_list("pk")[:MOST_LOOKS])
OLDEST = Statement(lambda: _oldest(_due(Given("now")), Given("member")))
TURN = Statement(lambda: Turn.objects.filter(member=Given("member")))
