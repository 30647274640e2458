"""The only writer of Wallet and Entry.

    grant +        hold −  ┬─ release +            not delivered: nothing was spent
                           └─ release + capture −  delivered: its price, never above the hold

Every verb runs inside the caller's transaction, so that money and state move together or not at all. The
wallet's row is changed by one guarded UPDATE; its row count says whether the pool had enough.
"""

import uuid

from django.db import IntegrityError, transaction
from django.db.models import F, Sum

from accounts.models import Entry, Kind, Member, Wallet


class NotEnough(Exception):
    """The pool has fewer credits than were asked for. Nothing was moved."""

    def __init__(self, wanted: int, balance: int) -> None:
        super().__init__(f"{wanted} credits wanted, {balance} in the pool")
        self.wanted = wanted
        self.balance = balance


class NothingHeld(Exception):
    """The generation has no open hold: it never had one, or its hold has ended already. Nothing was moved."""


def grant(wallet: Wallet, amount: int, note: str, member: Member | None = None) -> Entry:
    """Put `amount` credits into the pool, and say why."""
    return _write(wallet.pk, Kind.GRANT, _positive(amount), member=member, note=_reason(note))


def adjust(wallet: Wallet, amount: int, note: str, member: Member | None = None) -> Entry:
    """Correct the pool by `amount`, up or down, and say why. Raises NotEnough below zero."""
    if not amount:
        raise ValueError("an adjustment of nothing is not an adjustment")
    return _write(wallet.pk, Kind.ADJUST, amount, member=member, note=_reason(note))


def refund(wallet: Wallet, amount: int, note: str, generation: uuid.UUID, member: Member | None = None) -> Entry:
    """Give back up to what was captured for a generation, once. Raises NothingHeld where nothing is left to give."""
    captured = Entry.objects.filter(wallet=wallet, generation=generation, kind=Kind.CAPTURE).first()
    if captured is None or _positive(amount) > -captured.amount:
        raise NothingHeld(generation)
    line = Entry(
        wallet=wallet, kind=Kind.REFUND, amount=amount, generation=generation, member=member, note=_reason(note)
    )
    with transaction.atomic():
        _move(wallet.pk, amount)
        _once(generation, [line])
    return line


def hold(member: Member, prices: dict[uuid.UUID, int], note: str = "") -> int:
    """Set credits aside for several generations at once, all or none.

    `prices` maps each generation to its credits. Returns the pool's new balance; raises NotEnough.
    """
    wallet = Wallet.objects.get(team_id=member.team_id)
    with transaction.atomic():
        _move(wallet.pk, -sum(map(_positive, prices.values())))
        Entry.objects.bulk_create(
            Entry(wallet=wallet, kind=Kind.HOLD, amount=-price, generation=generation, member=member, note=note)
            for generation, price in prices.items()
        )
        wallet.refresh_from_db(fields=("balance",))
    return wallet.balance


def release(generation: uuid.UUID, note: str = "") -> None:
    """Give a generation's hold back whole: nothing was delivered. Raises NothingHeld."""
    _end(generation, 0, note)


def capture(generation: uuid.UUID, amount: int, note: str = "") -> None:
    """End a generation's hold and take `amount` of it, from nothing up to the whole. Raises NothingHeld."""
    _end(generation, amount, note)


def _end(generation: uuid.UUID, taken: int, note: str) -> None:
    with transaction.atomic():
        held = Entry.objects.filter(generation=generation, kind=Kind.HOLD).first()
        if held is None or not 0 <= taken <= -held.amount:
            raise NothingHeld(generation)
        lines = [Entry(kind=Kind.RELEASE, amount=-held.amount)]
        if taken:
            lines.append(Entry(kind=Kind.CAPTURE, amount=-taken))
        for line in lines:
            line.wallet_id, line.member_id, line.generation, line.note = (
                held.wallet_id,
                held.member_id,
                generation,
                note,
            )
        _move(held.wallet_id, -held.amount - taken)
        _once(generation, lines)


def _once(generation: uuid.UUID, lines: list[Entry]) -> None:
    """The unique index on (generation, kind) is what makes an ending happen once, whoever races."""
    try:
        with transaction.atomic():
            Entry.objects.bulk_create(lines)
    except IntegrityError as taken:
        raise NothingHeld(generation) from taken


def _write(wallet: int, kind: Kind, amount: int, **fields: object) -> Entry:
    with transaction.atomic():
        _move(wallet, amount)
        return Entry.objects.create(wallet_id=wallet, kind=kind, amount=amount, **fields)


def _move(wallet: int, amount: int) -> None:
    """Change the cached balance in one guarded UPDATE; it also takes the row lock that orders the ledger."""
    if not Wallet.objects.filter(pk=wallet, balance__gte=-amount).update(balance=F("balance") + amount):
        raise NotEnough(-amount, Wallet.objects.values_list("balance", flat=True).get(pk=wallet))


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
