"""Caps, told as stories of Bob, who may spend only so much of the pool of 1000 credits."""

import uuid
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from time_machine import Traveller

from accounts import caps, credits
from accounts.caps import Period, Who
from accounts.credits import OverCap
from accounts.models import ApiKey, Entry, Kind, Member, Wallet
from tests.accounts.races import at_once
from tests.factories import MemberFactory


@pytest.fixture
def clock() -> Iterator[Traveller]:
    """It is the 14th of March, noon in UTC, until somebody moves the hands."""
    with time_machine.travel("2026-03-14T12:00:00Z", tick=False) as hands:
        yield hands


@pytest.fixture
def key(bob: Member) -> ApiKey:
    return ApiKey.objects.create(member=bob, name="nightly", key_hash="e" * 64, ending="wxyz")


def cap(who: Member | ApiKey, **most: int | None) -> None:
    """`cap(bob, day=100)`, as somebody else does meanwhile: Bob's own object knows nothing of it."""
    type(who).objects.filter(pk=who.pk).update(**{f"cap_{period}": credits for period, credits in most.items()})


def hold(member: Member, *prices: int, key: ApiKey | None = None) -> list[uuid.UUID]:
    held = {uuid.uuid4(): price for price in prices}
    credits.hold(member, held, api_key=key)
    return list(held)


def left(wallet: Wallet) -> int:
    wallet.refresh_from_db()
    assert wallet.balance == credits.total(wallet)
    return wallet.balance


def refused(member: Member, *prices: int, key: ApiKey | None = None) -> tuple[Any, ...]:
    """Whose cap speaks against it, and with which figures."""
    before = Entry.objects.count(), left(member.team.wallet)
    with pytest.raises(OverCap) as wrong:
        hold(member, *prices, key=key)
    assert (Entry.objects.count(), left(member.team.wallet)) == before
    return wrong.value.who, wrong.value.period, wrong.value.cap, wrong.value.spent, wrong.value.wanted


@pytest.mark.parametrize("period", Period)
def test_a_cap_may_be_spent_to_the_last_credit_and_no_further(bob: Member, period: Period) -> None:
    cap(bob, **{period: 100})
    hold(bob, 60)
    assert refused(bob, 41) == ("member", period, 100, 60, 41)
    hold(bob, 40)
    assert refused(bob, 1) == ("member", period, 100, 100, 1)


@pytest.mark.parametrize("period", Period)
def test_a_cap_of_nothing_allows_nothing(bob: Member, period: Period) -> None:
    cap(bob, **{period: 0})
    assert refused(bob, 1) == ("member", period, 0, 0, 1)


def test_several_pictures_are_held_for_all_together_or_not_at_all(bob: Member) -> None:
    cap(bob, day=100)
    assert refused(bob, 40, 40, 40) == ("member", "day", 100, 0, 120)
    hold(bob, 40, 40, 20)


def test_a_hold_that_is_still_open_counts_whole(bob: Member) -> None:
    cap(bob, day=100)
    hold(bob, 90)
    assert caps.spent(Who.MEMBER, bob.pk, Period.DAY) == 90


def test_what_is_given_back_may_be_spent_again(bob: Member, wallet: Wallet) -> None:
    cap(bob, lifetime=100)
    released, captured, refunded = hold(bob, 30, 30, 40)
    credits.release(released)
    credits.capture(captured, 10)
    credits.capture(refunded, 40)
    credits.refund(wallet, 25, "a grey picture", refunded)
    assert caps.spent(Who.MEMBER, bob.pk, Period.LIFETIME) == 10 + 15
    hold(bob, 75)
    assert refused(bob, 1) == ("member", "lifetime", 100, 100, 1)


def test_a_refund_counts_for_who_asked_for_the_picture_and_not_for_who_grants_it(
    alice: Member, bob: Member, wallet: Wallet
) -> None:
    (generation,) = hold(bob, 40)
    credits.capture(generation, 40)
    credits.refund(wallet, 40, "a grey picture", generation, alice)
    assert caps.spent(Who.MEMBER, bob.pk, Period.DAY) == 0
    assert caps.spent(Who.MEMBER, alice.pk, Period.DAY) == 0


@pytest.mark.parametrize(
    ("period", "before", "after"),
    [
        ("day", "2026-03-14T23:59:59Z", "2026-03-15T00:00:00Z"),
        ("month", "2026-03-31T23:59:59Z", "2026-04-01T00:00:00Z"),
        ("month", "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"),
    ],
)
def test_a_day_and_a_month_begin_anew_at_midnight_utc(
    bob: Member, clock: Traveller, period: str, before: str, after: str
) -> None:
    cap(bob, **{period: 100})
    clock.move_to(before)
    hold(bob, 100)
    assert refused(bob, 1) == ("member", period, 100, 100, 1)
    clock.move_to(after)
    hold(bob, 100)
    assert refused(bob, 1) == ("member", period, 100, 100, 1)


def test_what_comes_back_from_yesterday_makes_no_room_today(bob: Member, clock: Traveller) -> None:
    cap(bob, day=100)
    (yesterdays,) = hold(bob, 100)
    clock.move_to("2026-03-15T09:00:00Z")
    hold(bob, 80)
    credits.release(yesterdays)
    assert refused(bob, 21) == ("member", "day", 100, 80, 21)


def test_what_was_held_yesterday_and_is_taken_today_was_spent_yesterday(bob: Member, clock: Traveller) -> None:
    cap(bob, day=100)
    (yesterdays,) = hold(bob, 100)
    clock.move_to("2026-03-15T09:00:00Z")
    credits.capture(yesterdays, 100)
    hold(bob, 100)
    assert refused(bob, 1) == ("member", "day", 100, 100, 1)


def test_the_shortest_cap_that_is_reached_speaks(bob: Member, clock: Traveller) -> None:
    cap(bob, day=50, month=80, lifetime=90)
    hold(bob, 50)
    assert refused(bob, 1)[1] == "day"
    clock.move_to("2026-03-15T09:00:00Z")
    hold(bob, 30)
    assert refused(bob, 1)[1] == "month"
    clock.move_to("2026-04-01T09:00:00Z")
    hold(bob, 10)
    assert refused(bob, 1)[1] == "lifetime"


def test_a_cap_below_what_is_spent_takes_nothing_away_and_allows_nothing_more(bob: Member, wallet: Wallet) -> None:
    (generation,) = hold(bob, 60)
    cap(bob, month=50)
    assert refused(bob, 1) == ("member", "month", 50, 60, 1)
    credits.capture(generation, 60)
    assert left(wallet) == 940
    cap(bob, month=None)
    hold(bob, 100)


def test_one_members_cap_is_nobody_elses(alice: Member, bob: Member, wallet: Wallet) -> None:
    cap(bob, day=10)
    hold(alice, 500)
    hold(bob, 10)
    hold(alice, 400)
    assert left(wallet) == 90
    assert refused(bob, 1) == ("member", "day", 10, 10, 1)


def test_a_key_keeps_its_own_cap_and_counts_against_its_members(bob: Member, key: ApiKey) -> None:
    other = ApiKey.objects.create(member=bob, name="daily", key_hash="f" * 64, ending="abcd")
    cap(bob, lifetime=100)
    cap(key, day=40)
    hold(bob, 40, key=key)
    assert refused(bob, 1, key=key) == ("api_key", "day", 40, 40, 1)
    hold(bob, 30, key=other)
    hold(bob, 30)
    assert refused(bob, 1) == refused(bob, 1, key=other) == ("member", "lifetime", 100, 100, 1)


def test_every_entry_of_a_keys_picture_names_the_key(bob: Member, key: ApiKey) -> None:
    delivered, lost = hold(bob, 40, 10, key=key)
    credits.capture(delivered, 28)
    credits.release(lost)
    entries = Entry.objects.filter(generation__in=(delivered, lost))
    assert set(entries.values_list("kind", "api_key", "member")) == {
        (kind, key.pk, bob.pk) for kind in ("hold", "release", "capture")
    }


def test_a_key_spends_for_nobody_but_its_member(alice: Member, bob: Member, key: ApiKey) -> None:
    with pytest.raises(ValueError, match="belongs to"):
        hold(alice, 5, key=key)
    assert not Entry.objects.filter(kind=Kind.HOLD).exists()


def test_a_refusal_leaves_the_callers_transaction_as_good_as_before(bob: Member, wallet: Wallet) -> None:
    cap(bob, day=10)
    with transaction.atomic():
        for wanted, refusal in ((5000, credits.NotEnough), (11, OverCap)):
            with pytest.raises(refusal):
                hold(bob, wanted)
        hold(bob, 10)
    assert left(wallet) == 990


@pytest.mark.parametrize("prices", [(5,), (5, 5, 5, 5)])
def test_without_a_cap_a_hold_is_one_look_and_one_move(bob: Member, key: ApiKey, prices: tuple[int, ...]) -> None:
    with CaptureQueriesContext(connection) as asked:
        hold(bob, *prices, key=key)
    assert len(asked) == {"postgresql": 2, "sqlite": 3}[connection.vendor]


def test_each_cap_that_is_set_costs_one_query_more(bob: Member) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            hold(bob, 5)
        return len(asked)

    cap(bob, day=100)
    one = queries()
    cap(bob, month=100)
    assert queries() == one + 1


def test_the_look_reads_what_the_tables_say(bob: Member, key: ApiKey, wallet: Wallet) -> None:
    cap(bob, day=1, lifetime=3)
    cap(key, month=5)
    member, script = Member.objects.get(pk=bob.pk), ApiKey.objects.get(pk=key.pk)
    standing = caps.look(bob, key)
    assert (standing.wallet, standing.balance) == (wallet.pk, 1000)
    assert [(each.who, each.key, each.period, each.credits) for each in standing.caps] == [
        (who, row.pk, period, getattr(row, f"cap_{period}"))
        for who, row in ((Who.MEMBER, member), (Who.KEY, script))
        for period in Period
        if getattr(row, f"cap_{period}") is not None
    ]
    assert len(caps.look(bob).caps) == 2


@pytest.mark.django_db(transaction=True)
def test_a_cap_is_kept_however_many_ask_at_once(bob: Member, key: ApiKey, wallet: Wallet) -> None:
    dora = MemberFactory(team=bob.team)
    cap(bob, day=70)
    cap(key, month=40)
    by_key = [partial(hold, bob, 10, key=key)] * 10
    outcomes = at_once(*by_key, *[partial(hold, bob, 10)] * 10, *[partial(hold, dora, 10)] * 4)
    assert {type(outcome) for outcome in outcomes} == {list, OverCap}
    assert caps.spent(Who.KEY, key.pk, Period.MONTH) <= 40
    assert caps.spent(Who.MEMBER, bob.pk, Period.DAY) == 70
    assert caps.spent(Who.MEMBER, dora.pk, Period.DAY) == 40
    assert left(wallet) == 1000 - 70 - 40
