"""The pool kept on paper: what the ledger ought to say, in plain Python and without a database."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from accounts.caps import Period, Who

Holder = tuple[Who, object]
"""A member or an API key, by its primary key."""


@dataclass
class Picture:
    """A generation that credits were held for."""

    held: int
    when: datetime
    holders: tuple[Holder, ...]
    is_over: bool = False
    taken: int = 0
    refunded: int = 0

    @property
    def cost(self) -> int:
        return self.taken - self.refunded if self.is_over else self.held


@dataclass
class Paper:
    balance: int
    pictures: dict[uuid.UUID, Picture] = field(default_factory=dict)
    caps: dict[tuple[Holder, Period], int] = field(default_factory=dict)
    excused: dict[tuple[Holder, Period], int] = field(default_factory=dict)
    """What had been spent already when a cap was set: so much may stand above it, and no more."""

    def spent(self, holder: Holder, period: Period, now: datetime) -> int:
        return sum(
            picture.cost
            for picture in self.pictures.values()
            if holder in picture.holders and _mark(period, picture.when) == _mark(period, now)
        )

    def set_cap(self, holder: Holder, period: Period, credits: int | None, now: datetime) -> None:
        self.caps.pop((holder, period), None)
        if credits is not None:
            self.caps[holder, period] = credits
            self.excused[holder, period] = self.spent(holder, period, now)

    def reached(self, holders: tuple[Holder, ...], wanted: int, now: datetime) -> tuple[object, ...] | None:
        """The first cap that speaks against `wanted` more, with what an OverCap says of it."""
        for holder in holders:
            for period in Period:
                cap, spent = self.caps.get((holder, period)), self.spent(holder, period, now)
                if cap is not None and spent + wanted > cap:
                    return holder[0], period, cap, spent, wanted
        return None

    def room(self, holders: tuple[Holder, ...], now: datetime) -> int:
        """The most that may still be held: what the pool has, or what the narrowest cap leaves of it."""
        left = [
            cap - self.spent(holder, period, now) for (holder, period), cap in self.caps.items() if holder in holders
        ]
        return max(0, min(self.balance, *left) if left else self.balance)

    def hold(self, prices: dict[uuid.UUID, int], holders: tuple[Holder, ...], now: datetime) -> None:
        self.balance -= sum(prices.values())
        self.pictures |= {key: Picture(price, now, holders) for key, price in prices.items()}

    def end(self, key: uuid.UUID, taken: int) -> None:
        picture = self.pictures[key]
        picture.is_over, picture.taken = True, taken
        self.balance += picture.held - taken

    def refund(self, key: uuid.UUID, amount: int) -> None:
        self.pictures[key].refunded = amount
        self.balance += amount

    def open(self) -> list[uuid.UUID]:
        return [key for key, picture in self.pictures.items() if not picture.is_over]

    def paid(self) -> list[uuid.UUID]:
        """Those of which something may still be given back."""
        return [key for key, picture in self.pictures.items() if picture.taken and not picture.refunded]

    def lines(self) -> set[tuple[uuid.UUID, str, int]]:
        """Every line that the ledger must have for pictures, and no other."""
        written = set()
        for key, picture in self.pictures.items():
            written.add((key, "hold", -picture.held))
            if picture.is_over:
                written.add((key, "release", picture.held))
            if picture.taken:
                written.add((key, "capture", -picture.taken))
            if picture.refunded:
                written.add((key, "refund", picture.refunded))
        return written


def _mark(period: Period, when: datetime) -> object:
    """What two moments of the same day, or of the same month, have in common."""
    return {Period.DAY: when.date(), Period.MONTH: (when.year, when.month), Period.LIFETIME: None}[period]
