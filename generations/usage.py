"""Who spent what on which image model at which provider, and what it cost: the queries, without a page.

    Entry       captured, refunded, released, held now      by the day the entry was written
    Generation  pictures, failures by fault                 by the day it ended
    Job         jobs                                        by the day it was accepted
    Attempt     calls, upstream cost, lost, in doubt        by the day it was sent

What an attempt cost is lost where no picture was paid for with it: none came, or it came after its generation had
ended and was kept at no charge. It is in doubt until a person has looked into it; one found not billed costs nothing
from then on, on the day it was sent, so a day that was looked at before may be read as cheaper after.

Every source is cut by the same five keys, so a row of one team, member, image model, provider or day reads across.
A generation belongs to the provider of its last attempt, and an entry to the member whose job it paid for.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import BigIntegerField, Count, Exists, F, Model, OuterRef, Q, QuerySet, Subquery, Sum, TextChoices
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Entry, Kind, Member, Team
from generations.faults import Kind as FaultKind
from generations.models import UNRESOLVED, Attempt, Generation, ImageModel, Provider, State


class Day(TruncDate):
    """The day of a moment, to group by. PostgreSQL takes one expression that stands in a query twice, each time with a
    placeholder for its time zone, for two: so the name of the zone, which is the operator's, stands in it."""

    def as_postgresql(self, compiler: Any, _connection: Any) -> tuple[str, Any]:
        sql, values = compiler.compile(self.lhs)
        return f"(({sql}) AT TIME ZONE '{self.get_tzname()}')::date", values


class Grouping(TextChoices):
    """What one row of the table stands for."""

    TEAM = "team", _("Team")
    MEMBER = "member", _("Member")
    IMAGE_MODEL = "image_model", _("Image model")
    PROVIDER = "provider", _("Provider")
    DAY = "day", _("Day")


@dataclass(frozen=True, slots=True)
class Scope:
    """Which days, first and last included, and whose. None stands for all."""

    first: date
    last: date
    team: int | None = None
    member: int | None = None
    image_model: int | None = None
    provider: int | None = None

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=day) for day in range((self.last - self.first).days + 1)]

    def lookups(self) -> dict[str, Any]:
        """The rows within this scope, in the words that every source shares. Days are those of the active zone."""
        keys = {name: getattr(self, name) for name in ("team", "member", "image_model", "provider")}
        narrowed = {f"by_{name}": key for name, key in keys.items() if key is not None}
        return {"at__gte": _midnight(self.first), "at__lt": _midnight(self.last + timedelta(days=1)), **narrowed}


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


@dataclass(slots=True)
class Figures:
    """What is known of one row. Credits are whole; costs are micro-dollars."""

    jobs: int = 0
    pictures: int = 0
    captured: int = 0
    refunded: int = 0
    released: int = 0
    held_now: int = 0
    calls: int = 0
    cost: int = 0
    lost: int = 0
    doubted: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def spent(self) -> int:
        return self.captured - self.refunded

    @property
    def failed(self) -> int:
        return self.faults.total()

    def add(self, figures: dict[str, int]) -> None:
        for name, figure in figures.items():
            setattr(self, name, getattr(self, name) + (figure or 0))


@dataclass(frozen=True, slots=True)
class Row:
    """One team, member, image model, provider or day. `key` is None where nothing of the kind is known."""

    key: Any
    name: str
    figures: Figures


@dataclass(frozen=True, slots=True)
class Report:
    """The answer: its rows, every day of the scope, and the total of both."""

    scope: Scope
    grouping: Grouping
    rows: list[Row]
    days: list[Row]
    total: Figures

    @property
    def faults(self) -> list[str]:
        """The kinds of fault that happened, in the order of the vocabulary."""
        return [str(kind) for kind in FaultKind if self.total.faults[kind]]


def report(scope: Scope, grouping: Grouping) -> Report:
    """Everything that happened within `scope`, one row for each `grouping`. Six queries, however much happened."""
    tally = _Tally(scope, grouping)
    tally.add_money()
    tally.add_endings()
    tally.add_calls()
    tally.add_jobs()
    names = _names(grouping, tally.rows)
    rows = [Row(key, names.get(key, ""), figures) for key, figures in tally.rows.items()]
    days = [Row(day, day.isoformat(), tally.days[day]) for day in scope.days]
    return Report(scope, grouping, _sorted(rows, grouping), days, tally.total)


def _sorted(rows: list[Row], grouping: Grouping) -> list[Row]:
    if grouping is Grouping.DAY:
        return sorted(rows, key=lambda row: row.key, reverse=True)
    return sorted(rows, key=lambda row: (-row.figures.spent, -row.figures.pictures, row.name))


NAMED: dict[Grouping, QuerySet[Any]] = {
    Grouping.TEAM: Team.objects.all(),
    Grouping.MEMBER: Member.objects.select_related("user", "team"),
    Grouping.IMAGE_MODEL: ImageModel.objects.all(),
    Grouping.PROVIDER: Provider.objects.all(),
}


def _names(grouping: Grouping, keys: Iterable[Any]) -> dict[Any, str]:
    if grouping is Grouping.DAY:
        return {day: day.isoformat() for day in keys}
    found = NAMED[grouping].all().in_bulk([key for key in keys if key is not None])
    return {key: _name(row) for key, row in found.items()}


def _name(row: Model) -> str:
    return f"{row.user.email} ({row.team})" if isinstance(row, Member) else str(row)


class _Tally:
    """Adds each source up by the grouping's key and by day, in one pass over one query."""

    def __init__(self, scope: Scope, grouping: Grouping) -> None:
        self.scope = scope
        self.grouping = grouping
        self.rows: defaultdict[Any, Figures] = defaultdict(Figures)
        self.days: defaultdict[date, Figures] = defaultdict(Figures)
        self.total = Figures()

    def add_money(self) -> None:
        release = Entry.objects.filter(generation=OuterRef("generation"), kind=Kind.RELEASE)
        open_hold = Q(~Exists(release), kind=Kind.HOLD)
        self._add(
            self._cut(_entries(), "key", "day").annotate(
                captured=-Sum("amount", filter=Q(kind=Kind.CAPTURE), default=0),
                refunded=Sum("amount", filter=Q(kind=Kind.REFUND), default=0),
                released=Sum("amount", filter=Q(kind=Kind.RELEASE), default=0),
                held_now=-Sum("amount", filter=open_hold, default=0),
            )
        )

    def add_endings(self) -> None:
        ended = self._cut(_generations("ended"), "key", "day").values("key", "day", "state", "fault")
        for line in ended.annotate(count=Count("pk")):
            for figures in self._places(line):
                if line["state"] == State.SUCCEEDED:
                    figures.pictures += line["count"]
                elif line["state"] == State.FAILED:
                    figures.faults[line["fault"]] += line["count"]

    def add_calls(self) -> None:
        self._add(
            self._cut(_attempts(), "key", "day").annotate(
                calls=Count("pk"),
                cost=Sum("paid"),
                lost=Sum("paid", filter=Q(is_lost=True), default=0),
                doubted=Sum("paid", filter=UNRESOLVED, default=0),
            )
        )

    def add_jobs(self) -> None:
        """A job may stand in two providers' rows, so the days and the total are counted apart from the rows."""
        jobs = _generations("job__created")
        for line in self._cut(jobs, "key").annotate(count=Count("job", distinct=True)):
            self.rows[line["key"]].jobs += line["count"]
        for line in self._cut(jobs, "day").annotate(count=Count("job", distinct=True)):
            self.days[line["day"]].jobs += line["count"]
            self.total.jobs += line["count"]

    def _cut(self, source: QuerySet[Any], *by: str) -> QuerySet[Any]:
        columns = {"key": F(f"by_{self.grouping}"), "day": F("by_day")}
        return source.filter(**self.scope.lookups()).order_by().values(**{name: columns[name] for name in by})

    def _add(self, lines: Iterable[dict[str, Any]]) -> None:
        for line in lines:
            measured = {name: figure for name, figure in line.items() if name not in ("key", "day")}
            for figures in self._places(line):
                figures.add(measured)

    def _places(self, line: dict[str, Any]) -> tuple[Figures, Figures, Figures]:
        return self.rows[line["key"]], self.days[line["day"]], self.total


MOVED_BY_WORK = (Kind.HOLD, Kind.RELEASE, Kind.CAPTURE, Kind.REFUND)


def _entries() -> QuerySet[Entry]:
    """Entries that pay for pictures. A refund is signed by whoever gave it, so the member is the job's own."""
    made = Generation.objects.filter(pk=OuterRef("generation"))
    return Entry.objects.filter(kind__in=MOVED_BY_WORK).alias(
        at=F("created"),
        by_day=Day("created"),
        by_team=F("wallet__team"),
        by_member=Coalesce(Subquery(made.values("job__member")), F("member"), output_field=BigIntegerField()),
        by_image_model=Subquery(made.values("job__image_model")),
        by_provider=_last_provider("generation"),
    )


def _generations(moment: str) -> QuerySet[Generation]:
    return Generation.objects.alias(
        at=F(moment),
        by_day=Day(moment),
        by_team=F("job__team"),
        by_member=F("job__member"),
        by_image_model=F("job__image_model"),
        by_provider=_last_provider("pk"),
    )


def _attempts() -> QuerySet[Attempt]:
    return Attempt.objects.alias(
        at=F("sent"),
        by_day=Day("sent"),
        by_team=F("generation__job__team"),
        by_member=F("generation__job__member"),
        by_image_model=F("generation__job__image_model"),
        by_provider=F("provider"),
        paid=F("cost"),
    )


def _last_provider(generation: str) -> Subquery:
    attempts = Attempt.objects.filter(generation=OuterRef(generation)).order_by("-sent", "-pk")
    return Subquery(attempts.values("provider")[:1])
