"""How much may one member take out of the team's pool, or one key?

A cap is a number of whole credits: a day, a month, or in all. Against it counts what was spent in that time:

    spent = held and not given back + captured − refunded

of the generations whose credits were held in it, by the `created` of the hold, in UTC. A hold that is still open
counts whole. What comes back later comes back to the day and the month it was held in, and not to today's, so a cap
that was kept when the credits were held is kept for good.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from django.db import connection
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.utils import timezone

from accounts.models import ApiKey, Entry, Kind, Member
from gptstudio.postgresql import PREPARED


class Who(StrEnum):
    """Whose cap it is: the name of the field by which an entry names them."""

    MEMBER = "member"
    KEY = "api_key"


class Period(StrEnum):
    DAY = "day"
    MONTH = "month"
    LIFETIME = "lifetime"


FIELDS = tuple(f"cap_{period}" for period in Period)
"""Where a member and a key keep them."""


@dataclass(frozen=True, slots=True)
class Cap:
    who: Who
    key: object
    """The primary key of the member or of the API key."""
    period: Period
    credits: int


class OverCap(Exception):
    """A member or a key would spend more than it may. Nothing was moved."""

    def __init__(self, cap: Cap, spent: int, wanted: int) -> None:
        super().__init__(f"{wanted} credits wanted, {spent} of {cap.credits} spent: {cap.who}, {cap.period}")
        self.who = cap.who
        self.period = cap.period
        self.cap = cap.credits
        self.spent = spent
        self.wanted = wanted


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody who asks for credits stands at this moment."""

    wallet: int
    balance: int
    caps: tuple[Cap, ...]
    """Those that are set."""


LOOK = """
SELECT wallet.id, wallet.balance, member.cap_day, member.cap_month, member.cap_lifetime,
       script.cap_day, script.cap_month, script.cap_lifetime
FROM accounts_member member
JOIN accounts_wallet wallet ON wallet.team_id = member.team_id
LEFT JOIN accounts_apikey script ON script.id = %s
WHERE member.id = %s
"""
"""In SQL, because every hold begins with it and the ORM takes longer to write this query than to have it answered."""


def look(member: Member, api_key: ApiKey | None = None) -> Standing:
    """What the pool has for this member, or for one of the member's keys: one query, and no lock."""
    if api_key and api_key.member_id != member.pk:
        raise ValueError("a key spends for the member it belongs to")
    key = api_key and api_key.pk
    with connection.cursor() as cursor:
        cursor.execute(PREPARED + LOOK, (ApiKey._meta.pk.get_db_prep_value(key, connection), member.pk))
        wallet, balance, *caps = cursor.fetchone()
    return Standing(wallet, balance, _set(Who.MEMBER, member.pk, caps[:3]) + _set(Who.KEY, key, caps[3:]))


def _set(who: Who, key: object, caps: Sequence[int | None]) -> tuple[Cap, ...]:
    return tuple(Cap(who, key, period, most) for period, most in zip(Period, caps, strict=True) if most is not None)


def keep(caps: Iterable[Cap], wanted: int, now: datetime) -> None:
    """May `wanted` more credits be held now? Raises OverCap. Only behind the wallet's lock does the answer stand."""
    for cap in caps:
        already = spent(cap.who, cap.key, cap.period, now)
        if already + wanted > cap.credits:
            raise OverCap(cap, already, wanted)


def spendings(member: Member) -> list[tuple[int, int | None]]:
    """Of a day, a month and in all: what this member has spent, and the cap on it where one is set."""
    caps = [(period, getattr(member, field)) for period, field in zip(Period, FIELDS, strict=True)]
    return [(0 if cap is None else spent(Who.MEMBER, member.pk, period), cap) for period, cap in caps]


def spent(who: Who, key: object, period: Period, now: datetime | None = None) -> int:
    """The credits that count against a cap of this period, as the head of this file has it."""
    holds = _holds(period, now).filter(**{who: key})
    lines = Entry.objects.filter(generation__in=holds.values("generation"))
    return -(lines.aggregate(sum=Sum("amount"))["sum"] or 0)


def spent_by_keys(keys: Iterable[UUID], period: Period, now: datetime | None = None) -> dict[UUID, int]:
    """The same of several API keys at once, by their primary keys. One that has spent nothing is not among them."""
    lines = Entry.objects.filter(generation=OuterRef("generation")).order_by().values("generation")
    net = Subquery(lines.annotate(sum=Sum("amount")).values("sum"))
    holds = _holds(period, now).filter(api_key__in=keys).annotate(net=net)
    return {key: -net for key, net in holds.values_list("api_key").annotate(Sum("net"))}


def _holds(period: Period, now: datetime | None) -> QuerySet[Entry]:
    holds = Entry.objects.filter(kind=Kind.HOLD).order_by()
    since = _begin(period, now or timezone.now())
    return holds.filter(created__gte=since) if since else holds


def _begin(period: Period, now: datetime) -> datetime | None:
    """When this day or this month began, in UTC; None for what never began."""
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return {Period.DAY: day, Period.MONTH: day.replace(day=1), Period.LIFETIME: None}[period]
