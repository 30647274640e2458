"""What happened to the pool? A team's entries, newest first, each with the balance that it left behind."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import BigIntegerField, F, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts.models import Entry, Kind, Member, Wallet

PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    entry: Entry
    balance: int
    """What was in the pool right after this entry."""


@dataclass(frozen=True, slots=True)
class Page:
    lines: tuple[Line, ...]
    before: int | None
    """Where the next page starts; None on the last."""


def read_statement(
    wallet: Wallet, before: int | None = None, member: Member | None = None, kind: Kind | str = ""
) -> Page:
    """Fifty entries older than `before`, of one member or one kind if asked so. The balance is always the pool's."""
    chosen = wallet.entries.select_related("member__user", "api_key").order_by("-pk")
    if before:
        chosen = chosen.filter(pk__lt=before)
    if member:
        chosen = chosen.filter(member=member)
    if kind:
        chosen = chosen.filter(kind=kind)
    found = list(chosen[: PAGE + 1])
    return Page(_with_balances(wallet, found[:PAGE]), found[PAGE - 1].pk if len(found) > PAGE else None)


def _with_balances(wallet: Wallet, entries: Sequence[Entry]) -> tuple[Line, ...]:
    if not entries:
        return ()
    newest, oldest = entries[0].pk, entries[-1].pk
    balance = _balance_at(wallet, newest)
    after: dict[int, int] = {}
    for pk, amount in wallet.entries.filter(pk__range=(oldest, newest)).order_by("-pk").values_list("pk", "amount"):
        after[pk] = balance
        balance -= amount
    return tuple(Line(entry, after[entry.pk]) for entry in entries)


def _balance_at(wallet: Wallet, entry: int) -> int:
    """The balance less all that came later, in one statement so that both are of one moment."""
    later: QuerySet[Entry] = Entry.objects.filter(wallet=wallet, pk__gt=entry).order_by()
    moved = later.values("wallet").annotate(sum=Sum("amount")).values("sum")
    now = Wallet.objects.annotate(moved=Coalesce(Subquery(moved, output_field=BigIntegerField()), 0))
    return int(now.values_list(F("balance") - F("moved"), flat=True).get(pk=wallet.pk))
