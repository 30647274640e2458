"""Whose turn is it? The team that was served longest ago, in it the member served longest ago, of theirs the oldest.

So teams take turns, and so do the members of a team: who comes with one wish waits for one picture, not for the five
hundred that somebody else has asked for.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import connection
from django.db.models import Exists, F, Max, OuterRef, QuerySet, Subquery
from django.utils import timezone

from accounts.models import Member
from generations.engine.routing import closed
from generations.models import Generation, State, Turn

MOST_LOOKS = 64
"""Members whose oldest is looked at before a worker goes away: as many other workers may be taking those now."""


def waiting(now: datetime) -> QuerySet[Generation]:
    """Queued, due, and of an image model for which somebody could be asked now."""
    due = Generation.objects.filter(state=State.QUEUED, due_at__lte=now)
    return due.exclude(job__image_model__in=shut) if (shut := closed(now)) else due


def next_up(passed: Collection[int] = ()) -> Generation | None:
    """The generation whose turn it is, locked; None where nobody waits who could be served. In a transaction.

    Members who were `passed`, because what they wait for must go on waiting, have had their look.
    """
    due = waiting(timezone.now()).exclude(member__in=passed)
    for member in _members(due).values_list("pk", flat=True)[:MOST_LOOKS]:
        oldest = due.filter(member=member).order_by("due_at", "position").select_related("job")
        if generation := _locked(oldest).first():
            return generation
    return None


def take(generation: Generation) -> None:
    """Note that its member has been served."""
    turn = Turn(member_id=generation.member_id, last=timezone.now())
    Turn.objects.bulk_create([turn], update_conflicts=True, unique_fields=["member"], update_fields=["last"])


def _members(due: QuerySet[Generation]) -> QuerySet[Member]:
    """Who waits, by how long ago their team and then they themselves were served; never is longest ago."""
    of_team = Turn.objects.filter(member__team=OuterRef("team")).order_by().values("member__team")
    return (
        Member.objects.filter(Exists(due.filter(member=OuterRef("pk"))))
        .annotate(team_last=Subquery(of_team.annotate(last=Max("last")).values("last")))
        .order_by(F("team_last").asc(nulls_first=True), F("turn__last").asc(nulls_first=True), "pk")
    )


def _locked(generations: QuerySet[Generation]) -> QuerySet[Generation]:
    """Locked against other workers, leaving out what they have locked. On SQLite the transaction is the lock."""
    skip = connection.features.has_select_for_update_skip_locked
    return generations.select_for_update(skip_locked=skip, of=("self",) if skip else ())
