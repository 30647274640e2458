"""The only writer of Wallet and Entry.

    grant +        hold −  ┬─ release +            not delivered: nothing was spent
                           └─ release + capture −  delivered: its price, never above the hold

Every verb runs inside the caller's transaction, so that money and state move together or not at all; none opens a
savepoint there that it can do without. A refusal comes before anything is written, and the caller's transaction
may go on. Only one who loses a race for the same ending has written: that transaction ends with it.
"""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils import timezone

from accounts.caps import Cap, OverCap, Standing, keep, look
from accounts.ledger import NotEnough, append
from accounts.models import ApiKey, Entry, Kind, Member, Wallet
from gptstudio.statements import Given, Statement

__all__ = [
    "Hold",
    "NotEnough",
    "NothingHeld",
    "OverCap",
    "adjust",
    "capture",
    "grant",
    "hold",
    "hold_together",
    "refund",
    "release",
    "total",
]


class NothingHeld(Exception):
    """The generation has no open hold: it never had one, or its hold has ended already. Nothing was moved."""


def grant(wallet: Wallet, amount: int, note: str, member: Member | None = None) -> int:
    """Put `amount` credits into the pool, and say why. Gives the pool's new balance."""
    return append(wallet.pk, [Entry(kind=Kind.GRANT, amount=_positive(amount), member=member, note=_reason(note))])


def adjust(wallet: Wallet, amount: int, note: str, member: Member | None = None) -> int:
    """Correct the pool by `amount`, up or down, and say why. Gives its new balance; raises NotEnough below zero."""
    if not amount:
        raise ValueError("an adjustment of nothing is not an adjustment")
    return append(wallet.pk, [Entry(kind=Kind.ADJUST, amount=amount, member=member, note=_reason(note))])


def refund(wallet: Wallet, amount: int, note: str, generation: uuid.UUID, member: Member | None = None) -> int:
    """Give back up to what was captured for a generation, once. Raises NothingHeld where nothing is left to give.

    Gives the pool's new balance. `member` is who answers for it, not who asked for the picture.
    """
    written = _lines(generation, wallet=wallet)
    captured = written.get(Kind.CAPTURE)
    if captured is None or Kind.REFUND in written or _positive(amount) > -captured.amount:
        raise NothingHeld(generation)
    line = Entry(kind=Kind.REFUND, amount=amount, generation=generation, member=member, note=_reason(note))
    return _once(wallet.pk, [line])


@dataclass(frozen=True, slots=True)
class Hold:
    """Credits that a member, or one of the member's keys, wants set aside."""

    member: Member
    prices: dict[uuid.UUID, int]
    """The credits of each generation."""
    note: str = ""
    api_key: ApiKey | None = None

    @property
    def total(self) -> int:
        return sum(map(_positive, self.prices.values()))


def hold(member: Member, prices: dict[uuid.UUID, int], note: str = "", api_key: ApiKey | None = None) -> int:
    """Set credits aside for several generations at once, all or none.

    `prices` maps each generation to its credits. Returns the pool's new balance; raises NotEnough, and OverCap where
    the member or the member's key may not spend so much.
    """
    return hold_together([Hold(member, prices, note, api_key)])


def hold_together(holds: Sequence[Hold]) -> int:
    """The same for several members and keys of one team, all or none."""
    standings = _standings(holds)
    standing, wanted = standings[0], sum(each.total for each in holds)
    if standing.balance < wanted:
        raise NotEnough(wanted, standing.balance)
    now = timezone.now()
    lines = [line for each in holds for line in _held(each, now)]
    capped: Counter[Cap] = Counter()
    for its, each in zip(standings, holds, strict=True):
        capped.update(dict.fromkeys(its.caps, each.total))
    return _append_within(standing.wallet, capped, lines) if capped else append(standing.wallet, lines)


def _standings(holds: Sequence[Hold]) -> list[Standing]:
    """How each of those who hold stands. Raises ValueError where they do not share a pool."""
    known: dict[object, Standing] = {}
    for each in holds:
        who = (each.member.pk, each.api_key and each.api_key.pk)
        known[who] = known.get(who) or look(each.member, each.api_key)
    if len({standing.wallet for standing in known.values()}) > 1:
        raise ValueError("what is held together is held of one pool")
    return [known[each.member.pk, each.api_key and each.api_key.pk] for each in holds]


def _held(one: Hold, now: datetime) -> list[Entry]:
    said: dict[str, Any] = {"member": one.member, "api_key": one.api_key, "note": one.note, "created": now}
    return [Entry(kind=Kind.HOLD, amount=-price, generation=made, **said) for made, price in one.prices.items()]


def keep_caps(member: Member, wanted: int) -> None:
    """Could this member hold `wanted` credits, as far as caps go? Raises OverCap. Only a hold knows for sure."""
    keep(look(member).caps, wanted, timezone.now())


def release(generation: uuid.UUID, note: str = "") -> None:
    """Give a generation's hold back whole: nothing was delivered. Raises NothingHeld."""
    _end(generation, 0, note)


def capture(generation: uuid.UUID, amount: int, note: str = "") -> None:
    """End a generation's hold and take `amount` of it, from nothing up to the whole. Raises NothingHeld."""
    _end(generation, amount, note)


def _append_within(wallet: int, wanted: Mapping[Cap, int], lines: Sequence[Entry]) -> int:
    """Behind the wallet's lock nobody else spends, so what has been spent can be counted."""
    with transaction.atomic():
        Wallet.objects.select_for_update().get(pk=wallet)
        for cap, more in wanted.items():
            keep([cap], more, lines[0].created)
        return append(wallet, lines)


def _end(generation: uuid.UUID, taken: int, note: str) -> None:
    written = _lines(generation)
    held = written.get(Kind.HOLD)
    if held is None or Kind.RELEASE in written or not 0 <= taken <= -held.amount:
        raise NothingHeld(generation)
    said: dict[str, Any] = {
        "generation": generation,
        "member_id": held.member_id,
        "api_key_id": held.api_key_id,
        "note": note,
    }
    lines = [Entry(kind=Kind.RELEASE, amount=-held.amount, **said)]
    if taken:
        lines.append(Entry(kind=Kind.CAPTURE, amount=-taken, **said))
    _once(held.wallet_id, lines)


def _lines(generation: uuid.UUID, **where: object) -> dict[str, Entry]:
    """What stands in the ledger for a generation, by its kind."""
    lines = Entry.objects.filter(generation=generation, **where) if where else LINES.all(generation=generation)
    return {line.kind: line for line in lines}


LINES = Statement(lambda: Entry.objects.filter(generation=Given("generation")).order_by())


def _once(wallet: int, lines: Sequence[Entry]) -> int:
    """The unique index on (generation, kind) is what makes an ending happen once, whoever races."""
    try:
        return append(wallet, lines)
    except IntegrityError as taken:
        raise NothingHeld(lines[0].generation) from taken


def _positive(amount: int) -> int:
    if amount <= 0:
        raise ValueError(f"{amount} is not a number of credits")
    return amount


def _reason(note: str) -> str:
    if not note.strip():
        raise ValueError("credits that move by hand need a reason")
    return note.strip()[:200]


def total(wallet: Wallet) -> int:
    """What the entries add up to: the truth that the balance caches."""
    return Entry.objects.filter(wallet=wallet).aggregate(sum=Sum("amount"))["sum"] or 0
