"""What a person finds out about an open unknown: settled once, by one, and never by accident."""

from functools import partial

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse

from accounts.models import Entry, Member, User, Wallet
from generations import doubts
from generations.models import Attempt, Generation, Route, Stage, State
from tests.accounts.races import at_once
from tests.factories import UserFactory
from tests.generations.books import delivered, sent, submitted
from tests.generations.factories import RouteFactory
from tests.generations.losing import PAGE, Lose, losing, say, shown


@pytest.fixture
def route(db: None) -> Route:
    return RouteFactory(provider__name="Upstream", cost=30_000)


@pytest.fixture
def lose(bob: Member, route: Route) -> Lose:
    return losing(bob, route)


def test_billed_books_the_loss_for_good(desk: Client, lose: Lose) -> None:
    attempt = lose()
    assert "1 call was billed: $0.03 lost." in say(desk, "billed", attempt, note="on the bill of March")
    attempt.refresh_from_db()
    assert (attempt.cost, attempt.is_lost) == (30_000, True)
    assert attempt.checked is not None
    assert attempt.checked_by == User.objects.get(email="operator@example.com")
    assert "Nothing is in doubt" in shown(desk)


def test_not_billed_takes_it_off_the_books(desk: Client, lose: Lose) -> None:
    attempt = lose()
    assert "1 call was not billed: $0.03 off the books." in say(desk, "not_billed", attempt)
    attempt.refresh_from_db()
    assert (attempt.cost, attempt.is_lost, attempt.checked is None) == (0, False, False)


def test_neither_touches_the_member_s_credits(desk: Client, bob: Member, lose: Lose) -> None:
    attempts = [lose(), lose()]
    before = list(Entry.objects.order_by("pk").values())
    say(desk, "billed", attempts[0])
    say(desk, "not_billed", attempts[1])
    assert list(Entry.objects.order_by("pk").values()) == before
    assert Wallet.objects.get(team=bob.team).balance == 1000
    assert Generation.objects.filter(state=State.FAILED, charged=0).count() == 2


@pytest.mark.parametrize(
    ("verdict", "words"), [("billed", "billed, $0.03: seen there"), ("not_billed", "not billed, $0.03: seen there")]
)
def test_who_found_what_is_in_the_history(desk: Client, lose: Lose, verdict: str, words: str) -> None:
    attempt = lose()
    say(desk, verdict, attempt, note=" seen there ")
    entry = LogEntry.objects.get(object_id=str(attempt.pk))
    assert (entry.change_message, entry.user.email) == (words, "operator@example.com")
    history = desk.get(reverse("admin:generations_attempt_history", args=(attempt.pk,)))
    assert words in history.content.decode()


def test_the_button_of_a_row_settles_that_row_alone(desk: Client, lose: Lose) -> None:
    one, ticked = lose(), lose()
    desk.post(PAGE, {"not_billed": one.pk, "chosen": [ticked.pk], "note": ""})
    assert list(Attempt.objects.unresolved()) == [ticked]


def test_several_are_settled_at_once(desk: Client, lose: Lose) -> None:
    chosen, left = [lose(), lose()], lose()
    assert "2 calls were billed: $0.06 lost." in say(desk, "billed", *chosen)
    assert list(Attempt.objects.unresolved()) == [left]


def test_a_verdict_is_not_overturned(desk: Client, lose: Lose) -> None:
    attempt = lose()
    say(desk, "billed", attempt)
    text = say(desk, "not_billed", attempt)
    assert "1 was left alone: it has been settled meanwhile, or its picture has come." in text
    attempt.refresh_from_db()
    assert (attempt.cost, attempt.is_lost) == (30_000, True)
    assert LogEntry.objects.filter(object_id=str(attempt.pk)).count() == 1


@pytest.mark.parametrize("changes", [{"stage": "kept"}, {"stage": "delivered"}, {"ended": None}, {"is_lost": False}])
def test_what_the_engine_still_has_in_hand_is_left_alone(desk: Client, lose: Lose, changes: dict[str, object]) -> None:
    attempt = lose(**changes)
    before = Attempt.objects.filter(pk=attempt.pk).values().get()
    assert "1 was left alone" in say(desk, "not_billed", attempt)
    assert Attempt.objects.filter(pk=attempt.pk).values().get() == before


def test_a_row_that_is_not_for_a_person_to_settle_has_no_buttons(desk: Client, lose: Lose) -> None:
    lose(ended=None)
    assert "It was billed" not in shown(desk)
    assert 'name="chosen"' not in shown(desk)


@pytest.mark.parametrize("said", [{}, {"billed": "chosen"}, {"billed": "nonsense"}, {"not_billed": ""}])
def test_where_nothing_is_chosen_nothing_is_settled(desk: Client, lose: Lose, said: dict[str, str]) -> None:
    lose()
    assert "Nothing was chosen." in desk.post(PAGE, said, follow=True).content.decode()
    assert Attempt.objects.unresolved().count() == 1


def test_one_comes_back_to_the_part_of_the_list_one_was_at(desk: Client, route: Route, lose: Lose) -> None:
    here = f"{PAGE}?provider={route.provider_id}&page=2"
    assert desk.post(here, {"billed": str(lose().pk)}).url == here


@pytest.mark.django_db(transaction=True)
def test_of_many_who_settle_the_same_call_at_once_one_does(lose: Lose) -> None:
    attempt, people = lose(), UserFactory.create_batch(6)
    settled = at_once(*[partial(doubts.settle, [attempt.pk], by, billed=False) for by in people])
    attempt.refresh_from_db()
    assert sorted(map(len, settled)) == [0, 0, 0, 0, 0, 1]
    assert attempt.checked_by == people[settled.index([attempt])]


# --- kept late ------------------------------------------------------------------------------------


def test_a_picture_that_was_kept_late_is_shown_as_such(desk: Client, lose: Lose) -> None:
    attempt = lose()
    delivered(attempt)
    generation, job = attempt.generation_id, attempt.generation.job_id
    for name, key in (("attempt", attempt.pk), ("generation", generation), ("job", job)):
        text = desk.get(reverse(f"admin:generations_{name}_change", args=(key,))).content.decode()
        assert "ept late, at no charge" in text, name
    for name in ("attempt", "generation"):
        assert "ept late, at no charge" in desk.get(reverse(f"admin:generations_{name}_changelist")).content.decode()


def test_a_late_picture_says_so_even_where_a_person_had_found_nothing_billed(desk: Client, lose: Lose) -> None:
    attempt = lose()
    say(desk, "not_billed", attempt)
    delivered(attempt)
    attempt.refresh_from_db()
    assert (attempt.stage, attempt.is_lost, attempt.cost) == (Stage.KEPT, True, 0)
    assert "Nothing is in doubt" in shown(desk)


def test_a_picture_that_came_in_time_is_not(desk: Client, bob: Member, route: Route) -> None:
    attempt = sent(submitted(bob, image_model=route.image_model).generations.get(), route)
    delivered(attempt)
    for name, key in (("attempt", attempt.pk), ("generation", attempt.generation_id)):
        text = desk.get(reverse(f"admin:generations_{name}_change", args=(key,))).content.decode()
        assert "ept late" not in text


def test_the_page_of_an_attempt_tells_who_looked_into_it(desk: Client, lose: Lose) -> None:
    attempt = lose()
    say(desk, "billed", attempt)
    text = desk.get(reverse("admin:generations_attempt_change", args=(attempt.pk,))).content.decode()
    assert ">operator@example.com</a></div>" in text
