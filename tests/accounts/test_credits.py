"""Money, told as stories of one pool of 1000 credits."""

import uuid
from collections import Counter
from functools import partial
from random import Random

import pytest
from django.db import IntegrityError, transaction

from accounts import credits
from accounts.credits import NotEnough, NothingHeld
from accounts.models import Entry, Kind, Member, Wallet
from tests.accounts.races import at_once

transactional = pytest.mark.django_db(transaction=True)


def balance(wallet: Wallet) -> int:
    """The cached balance, which must be the sum of the entries whenever anybody looks."""
    wallet.refresh_from_db()
    assert wallet.balance == credits.total(wallet)
    return wallet.balance


def lines(generation: uuid.UUID) -> list[tuple[str, int]]:
    return list(Entry.objects.filter(generation=generation).order_by("pk").values_list("kind", "amount"))


@pytest.fixture
def held(bob: Member) -> uuid.UUID:
    """A generation for which Bob has held 40."""
    generation = uuid.uuid4()
    credits.hold(bob, {generation: 40})
    return generation


def test_a_new_team_has_its_first_credits_by_a_grant(alice: Member, wallet: Wallet) -> None:
    entry = Entry.objects.get()
    assert (entry.kind, entry.amount, entry.member, balance(wallet)) == (Kind.GRANT, 1000, alice, 1000)


def test_a_hold_takes_credits_out_of_the_pool_at_once(bob: Member, wallet: Wallet) -> None:
    left = credits.hold(bob, {uuid.uuid4(): 40, uuid.uuid4(): 60})
    assert left == balance(wallet) == 900


def test_a_hold_released_leaves_the_pool_as_it_was(held: uuid.UUID, wallet: Wallet) -> None:
    credits.release(held)
    assert lines(held) == [("hold", -40), ("release", 40)]
    assert balance(wallet) == 1000


def test_a_capture_takes_a_part_and_gives_the_rest_back(held: uuid.UUID, wallet: Wallet) -> None:
    credits.capture(held, 28)
    assert lines(held) == [("hold", -40), ("release", 40), ("capture", -28)]
    assert balance(wallet) == 972


def test_a_capture_of_all_takes_all(held: uuid.UUID, wallet: Wallet) -> None:
    credits.capture(held, 40)
    assert balance(wallet) == 960


def test_a_capture_of_nothing_is_a_release(held: uuid.UUID, wallet: Wallet) -> None:
    credits.capture(held, 0)
    assert lines(held) == [("hold", -40), ("release", 40)]
    assert balance(wallet) == 1000


@pytest.mark.parametrize("amount", [41, -1])
def test_a_capture_stays_within_its_hold(held: uuid.UUID, wallet: Wallet, amount: int) -> None:
    with pytest.raises(NothingHeld):
        credits.capture(held, amount)
    assert lines(held) == [("hold", -40)]
    assert balance(wallet) == 960


def test_three_of_four_pictures_are_paid_and_one_is_returned(bob: Member, wallet: Wallet) -> None:
    four = {uuid.uuid4(): 10 for _ in range(4)}
    credits.hold(bob, four)
    *delivered, failed = four
    for generation in delivered:
        credits.capture(generation, 10)
    credits.release(failed)
    assert balance(wallet) == 970


def test_every_entry_of_a_generation_names_who_asked(held: uuid.UUID, bob: Member) -> None:
    credits.capture(held, 28)
    assert set(Entry.objects.filter(generation=held).values_list("member", flat=True)) == {bob.pk}


def test_nobody_holds_more_than_there_is(bob: Member, wallet: Wallet) -> None:
    with pytest.raises(NotEnough) as refused:
        credits.hold(bob, {uuid.uuid4(): 600, uuid.uuid4(): 401})
    assert (refused.value.wanted, refused.value.balance) == (1001, 1000)
    assert Entry.objects.count() == 1
    assert balance(wallet) == 1000


def test_the_last_credit_may_be_held(bob: Member, wallet: Wallet) -> None:
    assert credits.hold(bob, {uuid.uuid4(): 1000}) == 0


def test_an_ended_hold_does_not_end_again(held: uuid.UUID, wallet: Wallet) -> None:
    credits.capture(held, 28)
    for again in (
        partial(credits.release, held),
        partial(credits.capture, held, 40),
        partial(credits.capture, held, 0),
    ):
        with pytest.raises(NothingHeld):
            again()
    assert balance(wallet) == 972


def test_what_was_never_held_does_not_end(wallet: Wallet) -> None:
    for end in (partial(credits.release, uuid.uuid4()), partial(credits.capture, uuid.uuid4(), 1)):
        with pytest.raises(NothingHeld):
            end()
    assert balance(wallet) == 1000


def test_a_generation_is_held_for_once(held: uuid.UUID, bob: Member, wallet: Wallet) -> None:
    with pytest.raises(IntegrityError):
        credits.hold(bob, {held: 40})


def test_a_refund_gives_back_what_was_captured_and_no_more(held: uuid.UUID, wallet: Wallet, alice: Member) -> None:
    credits.capture(held, 28)
    with pytest.raises(NothingHeld):
        credits.refund(wallet, 29, "a grey picture", held, alice)
    credits.refund(wallet, 28, "a grey picture", held, alice)
    assert balance(wallet) == 1000


def test_a_refund_is_given_once(held: uuid.UUID, wallet: Wallet) -> None:
    credits.capture(held, 28)
    credits.refund(wallet, 10, "a grey picture", held)
    with pytest.raises(NothingHeld):
        credits.refund(wallet, 10, "a grey picture", held)
    assert balance(wallet) == 982


def test_nothing_is_refunded_that_was_not_captured(held: uuid.UUID, wallet: Wallet) -> None:
    with pytest.raises(NothingHeld):
        credits.refund(wallet, 10, "never delivered", held)


def test_another_teams_capture_is_not_refunded_here(held: uuid.UUID, charlie: Member) -> None:
    credits.capture(held, 28)
    with pytest.raises(NothingHeld):
        credits.refund(charlie.team.wallet, 28, "not theirs", held)


def test_an_adjustment_goes_both_ways_but_never_below_nothing(wallet: Wallet) -> None:
    credits.adjust(wallet, -300, "counted twice")
    credits.adjust(wallet, 50, "counted too often")
    with pytest.raises(NotEnough):
        credits.adjust(wallet, -751, "too much")
    assert balance(wallet) == 750


def test_credits_that_move_by_hand_need_a_reason(wallet: Wallet) -> None:
    for note in ("", "  "):
        with pytest.raises(ValueError, match="reason"):
            credits.grant(wallet, 5, note)
    assert balance(wallet) == 1000


@pytest.mark.parametrize("amount", [0, -5])
def test_only_a_number_of_credits_is_granted_or_held(wallet: Wallet, bob: Member, amount: int) -> None:
    with pytest.raises(ValueError, match="not a number of credits"):
        credits.grant(wallet, amount, "a gift")
    with pytest.raises(ValueError, match="not a number of credits"):
        credits.hold(bob, {uuid.uuid4(): amount})
    assert balance(wallet) == 1000


def test_one_teams_pool_is_not_anothers(bob: Member, charlie: Member) -> None:
    credits.hold(bob, {uuid.uuid4(): 1000})
    assert balance(charlie.team.wallet) == 1000


@transactional
def test_a_pool_is_never_sold_twice(bob: Member, wallet: Wallet) -> None:
    credits.adjust(wallet, -950, "fifty are left")
    outcomes = at_once(*(partial(credits.hold, bob, {uuid.uuid4(): 10}) for _ in range(16)))
    assert sum(isinstance(outcome, int) for outcome in outcomes) == 5
    assert sum(isinstance(outcome, NotEnough) for outcome in outcomes) == 11
    assert balance(wallet) == 0


@transactional
def test_a_hold_ends_once_however_many_race_to_end_it(bob: Member, wallet: Wallet) -> None:
    for _ in range(5):
        generation = uuid.uuid4()
        credits.hold(bob, {generation: 10})
        ends = [partial(credits.release, generation), partial(credits.capture, generation, 4)] * 5
        outcomes = at_once(*ends)
        assert sum(outcome is None for outcome in outcomes) == 1
        assert sum(isinstance(outcome, NothingHeld) for outcome in outcomes) == 9
    captured = Entry.objects.filter(kind=Kind.CAPTURE).count()
    assert balance(wallet) == 1000 - 4 * captured


@transactional
def test_a_refund_is_given_once_however_many_race_for_it(bob: Member, wallet: Wallet) -> None:
    generation = uuid.uuid4()
    credits.hold(bob, {generation: 10})
    credits.capture(generation, 10)
    outcomes = at_once(*[partial(credits.refund, wallet, 10, "a grey picture", generation)] * 8)
    assert sum(isinstance(outcome, int) for outcome in outcomes) == 1
    assert balance(wallet) == 1000


@transactional
def test_of_fifty_who_settle_twenty_holds_each_hold_obeys_one(bob: Member, wallet: Wallet) -> None:
    held = [uuid.uuid4() for _ in range(20)]
    credits.hold(bob, dict.fromkeys(held, 10))
    verbs = {
        Kind.RELEASE: credits.release,
        Kind.CAPTURE: partial(credits.capture, amount=4),
        Kind.REFUND: partial(credits.refund, wallet, 3, "a grey picture"),
    }

    def settle(seed: int) -> Counter[str]:
        """Every hold, in an order and with verbs of one's own: how often each verb was obeyed."""
        dice, obeyed = Random(seed), Counter()
        for generation in dice.sample(held, len(held)):
            kind = dice.choice(list(verbs))
            try:
                verbs[kind](generation=generation)
            except NothingHeld:
                continue
            obeyed[kind] += 1
        return obeyed

    obeyed = sum(at_once(*(partial(settle, seed) for seed in range(50))), Counter())
    written = Counter(Entry.objects.filter(generation__in=held).values_list("kind", flat=True))
    assert obeyed[Kind.RELEASE] + obeyed[Kind.CAPTURE] == 20
    assert written == {**obeyed, Kind.HOLD: 20, Kind.RELEASE: 20}
    assert balance(wallet) == 1000 - 4 * obeyed[Kind.CAPTURE] + 3 * obeyed[Kind.REFUND]


@transactional
def test_the_end_of_one_hold_and_the_beginning_of_another_pass_each_other(bob: Member, wallet: Wallet) -> None:
    """Two threads hold and settle in turns, as an intake and an engine do, and none waits for the other for ever."""

    def work(pictures: int) -> int:
        for _ in range(pictures):
            with transaction.atomic():
                generation = uuid.uuid4()
                credits.hold(bob, {generation: 10})
            with transaction.atomic():
                credits.capture(generation, 1)
        return pictures

    assert at_once(*[partial(work, 5)] * 8) == [5] * 8
    assert balance(wallet) == 1000 - 40
