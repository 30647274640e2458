"""Any story at all that can be told of a pool, made up by hypothesis: the ledger says what the paper says.

LEDGER_STORIES=500 LEDGER_STEPS=50 in the environment makes it many stories, and longer ones.
"""

import os
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts import caps, credits, teams
from accounts.caps import Period, Who
from accounts.ledger import append
from accounts.models import ApiKey, Entry, Kind, Member
from tests.accounts.paper import Holder, Paper
from tests.factories import MemberFactory, UserFactory

BEGIN = datetime(2026, 1, 31, 22, tzinfo=UTC)
PRICES = st.lists(st.integers(1, 40), min_size=1, max_size=3)
LONG = settings(
    max_examples=int(os.environ.get("LEDGER_STORIES", "20")),
    stateful_step_count=int(os.environ.get("LEDGER_STEPS", "40")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
"""How many stories, and how long each of them may be."""

ATTACKS = (
    "UPDATE accounts_entry SET amount = amount + 1",
    "DELETE FROM accounts_entry",
    "UPDATE accounts_wallet SET balance = -1",
    "",
)
"""What the database itself refuses; the last one stands for a second hold of one picture."""


class Pool(RuleBasedStateMachine):
    """One team with two members, the first of whom has an API key."""

    @initialize(credits_given=st.integers(100, 900))
    def found(self, credits_given: int) -> None:
        self.story = transaction.atomic()
        self.story.__enter__()
        self.hands = time_machine.travel(BEGIN, tick=False)
        self.clock = self.hands.start()
        owner = teams.found_team("Lanterns", UserFactory(), credits_given)
        self.wallet = owner.team.wallet
        self.members = (owner, MemberFactory(team=owner.team))
        self.key = ApiKey.objects.create(member=owner, name="nightly", key_hash="e" * 64, ending="wxyz")
        self.paper = Paper(credits_given)
        self.seen: list[tuple[Any, ...]] = []

    def teardown(self) -> None:
        if hasattr(self, "story"):
            self.hands.stop()
            transaction.set_rollback(True)
            self.story.__exit__(None, None, None)

    # --- what may happen ----------------------------------------------------------------------

    @rule(hours=st.sampled_from([1, 3, 24, 24 * 20]))
    def time_goes_by(self, hours: int) -> None:
        self.clock.shift(timedelta(hours=hours))

    @rule(amount=st.integers(1, 300))
    def grant(self, amount: int) -> None:
        self.paper.balance += amount
        assert credits.grant(self.wallet, amount, "more") == self.paper.balance

    @rule(amount=st.integers(-300, 300).filter(bool))
    def adjust(self, amount: int) -> None:
        if self.paper.balance + amount < 0:
            refuses(credits.NotEnough, lambda: credits.adjust(self.wallet, amount, "counted wrongly"))
        else:
            credits.adjust(self.wallet, amount, "counted wrongly")
            self.paper.balance += amount

    @rule(prices=PRICES, which=st.integers(0, 1))
    def hold(self, prices: list[int], which: int) -> None:
        self._hold(prices, self.members[which], None)

    @rule(prices=PRICES)
    def hold_by_key(self, prices: list[int]) -> None:
        self._hold(prices, self.members[0], self.key)

    @rule(which=st.integers(0, 2), more=st.integers(0, 1))
    def hold_to_the_brim(self, which: int, more: int) -> None:
        """All that may be held, or a credit more than that."""
        member, key = self.members[which == 1], self.key if which == 2 else None
        if price := self.paper.room(holders_of(member, key), timezone.now()) + more:
            self._hold([price], member, key)

    def _hold(self, prices: list[int], member: Member, key: ApiKey | None) -> None:
        holders = holders_of(member, key)
        held = {uuid.uuid4(): price for price in prices}
        over = self.paper.reached(holders, sum(prices), timezone.now())
        if sum(prices) > self.paper.balance:
            refuses(credits.NotEnough, lambda: credits.hold(member, held, api_key=key))
        elif over:
            wrong = refuses(credits.OverCap, lambda: credits.hold(member, held, api_key=key))
            assert (wrong.who, wrong.period, wrong.cap, wrong.spent, wrong.wanted) == over
        else:
            self.paper.hold(held, holders, timezone.now())
            assert credits.hold(member, held, api_key=key) == self.paper.balance

    @precondition(lambda self: self.paper.open())
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(self.paper.open()))
        credits.release(key)
        self.paper.end(key, 0)

    @precondition(lambda self: self.paper.open())
    @rule(data=st.data())
    def capture(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(self.paper.open()))
        amount = data.draw(st.integers(0, self.paper.pictures[key].held))
        credits.capture(key, amount)
        self.paper.end(key, amount)

    @precondition(lambda self: self.paper.paid())
    @rule(data=st.data())
    def refund(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(self.paper.paid()))
        amount = data.draw(st.integers(1, self.paper.pictures[key].taken))
        credits.refund(self.wallet, amount, "a grey picture", key, self.members[1])
        self.paper.refund(key, amount)

    @precondition(lambda self: self.paper.pictures)
    @rule(data=st.data(), verb=st.sampled_from(["release", "capture", "refund"]), more=st.integers(1, 3))
    def reach_too_far(self, data: st.DataObject, verb: str, more: int) -> None:
        """Once more, or by one credit more than there is."""
        key = data.draw(st.sampled_from(list(self.paper.pictures)))
        picture = self.paper.pictures[key]
        if verb == "refund":
            too_much = more if picture.refunded else picture.taken + more
            refuses(credits.NothingHeld, lambda: credits.refund(self.wallet, too_much, "a grey picture", key))
        elif verb == "capture" or not picture.is_over:
            too_much = more if picture.is_over else picture.held + more
            refuses(credits.NothingHeld, lambda: credits.capture(key, too_much))
        else:
            refuses(credits.NothingHeld, lambda: credits.release(key))

    @rule(who=st.integers(0, 2), period=st.sampled_from(Period), most=st.none() | st.integers(0, 200))
    def set_a_cap(self, who: int, period: Period, most: int | None) -> None:
        row: Member | ApiKey = (*self.members, self.key)[who]
        type(row).objects.filter(pk=row.pk).update(**{f"cap_{period}": most})
        self.paper.set_cap((Who.KEY if row is self.key else Who.MEMBER, row.pk), period, most, timezone.now())

    @precondition(lambda self: self.paper.pictures)
    @rule(data=st.data(), attack=st.sampled_from(ATTACKS))
    def go_behind_the_books(self, data: st.DataObject, attack: str) -> None:
        key = data.draw(st.sampled_from(list(self.paper.pictures)))

        def strike() -> None:
            with connection.cursor() as cursor:
                cursor.execute(attack)

        refuses((DatabaseError, credits.NotEnough), strike if attack else lambda: append(self.wallet.pk, [again(key)]))

    # --- what stands at every moment ----------------------------------------------------------

    @invariant()
    def the_books_are_in_order(self) -> None:
        entries = list(
            Entry.objects.order_by("pk").values_list("pk", "kind", "amount", "generation", "member", "api_key")
        )
        assert entries[: len(self.seen)] == self.seen, "the ledger only grows"
        self.seen = entries
        self.wallet.refresh_from_db()
        assert self.wallet.balance == sum(line[2] for line in entries) == self.paper.balance >= 0
        of_pictures = [line for line in entries if line[3]]
        assert max(Counter((line[3], line[1]) for line in of_pictures).values(), default=1) == 1
        assert {(line[3], line[1], line[2]) for line in of_pictures} == self.paper.lines()
        for _, kind, _, key, *who in of_pictures:
            asked = [pk for _, pk in self.paper.pictures[key].holders]
            assert kind == Kind.REFUND or [each for each in who if each] == asked

    @invariant()
    def no_cap_is_exceeded(self) -> None:
        now = timezone.now()
        for (holder, period), most in self.paper.caps.items():
            spent = caps.spent(*holder, period)
            assert spent == self.paper.spent(holder, period, now)
            assert 0 <= spent <= max(most, self.paper.excused[holder, period])


def holders_of(member: Member, key: ApiKey | None) -> tuple[Holder, ...]:
    """Whose caps a hold has to keep."""
    return ((Who.MEMBER, member.pk), *([(Who.KEY, key.pk)] if key else []))


def again(key: uuid.UUID) -> Entry:
    return Entry(kind=Kind.HOLD, amount=-1, generation=key)


def refuses(kind: Any, verb: Callable[[], object]) -> Any:
    """What it is refused with. The story goes on as if nothing had been tried."""
    with pytest.raises(kind) as wrong, transaction.atomic():
        verb()
    return wrong.value


@pytest.mark.django_db
def test_any_story_at_all_leaves_the_books_in_order() -> None:
    run_state_machine_as_test(Pool, settings=LONG)
