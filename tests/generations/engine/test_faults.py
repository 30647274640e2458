"""What a provider may do instead of a picture: the state, the sentence's code and the credits, each time."""

import pytest

from accounts.credits import total
from generations import engine
from generations.faults import Kind
from generations.models import Generation, Stage, State
from tests.generations.driving import answer, finish, hurry

pytestmark = pytest.mark.django_db(transaction=True)

VIP, VIDEOS = "gpt-image-2-vip", "gpt-image-2"
SQUARE = ("1:1", "1K")


def check_returned(generation: Generation, member) -> None:
    """Nothing was charged, the hold came back, and the books agree."""
    generation.refresh_from_db()
    assert (generation.state, generation.charged) == (State.FAILED, 0)
    wallet = member.team.wallet
    wallet.refresh_from_db()
    assert wallet.balance == total(wallet) == 1000


@pytest.mark.parametrize(
    ("directive", "kind", "code"),
    [
        ("[fail=refused]", Kind.REFUSED, ""),
        ("[fail=invalid]", Kind.INVALID, ""),
        ("[fail=500]", Kind.UNKNOWN, ""),
        ("[fail=502html]", Kind.UNKNOWN, ""),
        ("[fail=reset]", Kind.UNKNOWN, ""),
        ("[fail=html200]", Kind.GARBLED, ""),
        ("[fail=junk]", Kind.GARBLED, ""),
        ("[fail=empty_data]", Kind.GARBLED, ""),
        ("[fail=result404]", Kind.GARBLED, "fetch_status"),
        ("[fail=result_html]", Kind.GARBLED, "picture_type"),
        ("[fail=result_private]", Kind.GARBLED, "fetch_address"),
        ("[fail=result_bomb]", Kind.GARBLED, "fetch_large"),
        ("[fail=result_truncated]", Kind.GARBLED, "fetch_unreachable"),
    ],
)
def test_a_synchronous_call_that_brings_no_picture(directive, kind, code, provider, ask, alice, upstream):
    provider("images-vip")
    (generation,) = finish(ask(VIP, f"a lamp {directive}", shape=SQUARE))
    check_returned(generation, alice)
    assert (generation.fault, generation.fault_code) == (kind, code)
    assert len(upstream.submissions()) == 1


@pytest.mark.parametrize(
    ("directive", "kind", "code"),
    [
        ("[fail=refused]", Kind.REFUSED, ""),
        ("[fail=task_failed]", Kind.BROKEN, ""),
        ("[fail=no_url]", Kind.GARBLED, ""),
        ("[fail=result404]", Kind.GARBLED, "fetch_status"),
    ],
)
def test_an_accepted_picture_that_never_comes(directive, kind, code, provider, ask, alice, upstream):
    provider("videos")
    (generation,) = finish(ask(VIDEOS, f"a lamp {directive}", shape=SQUARE))
    check_returned(generation, alice)
    assert (generation.fault, generation.fault_code) == (kind, code)
    assert len(upstream.submissions()) == 1


@pytest.mark.parametrize("key", ["bad-key", "poor-key"])
def test_a_provider_that_denies_us_is_asked_once_and_nobody_pays(key, provider, ask, alice, upstream):
    provider("images-vip", key=key)
    (generation,) = finish(ask(VIP, "a lamp", shape=SQUARE))
    check_returned(generation, alice)
    assert generation.fault == Kind.DENIED
    assert generation.attempts.count() == 1
    assert upstream.log() == []


def test_a_provider_that_is_busy_once_is_asked_again_and_delivers(provider, ask, alice, upstream):
    provider("images-vip")
    (generation,) = finish(ask(VIP, "a lamp [once=429]", shape=SQUARE))
    assert generation.state == State.SUCCEEDED
    assert [attempt.fault for attempt in generation.attempts.order_by("sent")] == [Kind.BUSY, ""]
    assert len(upstream.log()) == 1


def test_a_busy_provider_is_not_asked_before_the_time_it_named(provider, ask):
    provider("images-vip")
    job = ask(VIP, "a lamp [fail=429]", shape=SQUARE)
    answer(engine.Bell("submit"))
    generation = job.generations.get()
    assert generation.state == State.QUEUED
    assert generation.due_at > generation.attempts.get().ended
    answer(engine.Bell("submit"))
    assert generation.attempts.count() == 1


def test_a_provider_that_cannot_be_reached_costs_nothing(provider, ask, alice, upstream):
    provider("images-vip", base_url="http://127.0.0.1:9")
    (generation,) = finish(ask(VIP, "a lamp", shape=SQUARE))
    check_returned(generation, alice)
    assert generation.fault == Kind.NOT_STARTED
    assert not generation.attempts.filter(is_lost=True).exists()
    assert sum(generation.attempts.values_list("cost", flat=True)) == 0


def test_a_provider_that_never_answers_is_unknown_and_its_cost_is_booked_as_lost(provider, ask, alice, upstream):
    provider("images-vip", patience=1)
    (generation,) = finish(ask(VIP, "a lamp [fail=hang]", shape=SQUARE))
    check_returned(generation, alice)
    attempt = generation.attempts.get()
    assert (generation.fault, attempt.stage, attempt.is_lost) == (Kind.UNKNOWN, Stage.UNKNOWN, True)
    assert attempt.cost == attempt.route.cost > 0
    assert len(upstream.log()) == 1


def test_a_task_the_provider_forgets_is_asked_for_until_its_deadline(provider, ask, alice, upstream):
    provider("videos", deadline=1)
    (generation,) = finish(ask(VIDEOS, "a lamp [fail=lost_task]", shape=SQUARE))
    check_returned(generation, alice)
    assert (generation.fault, generation.fault_code) == (Kind.UNKNOWN, "deadline")
    assert len(upstream.log()) == 1


def test_the_next_route_serves_when_the_first_denies_us(provider, openai, ask, alice, upstream):
    openai.api_key = "bad-key"
    openai.save()
    provider("images-official")
    (generation,) = finish(ask("gpt-image-2-official", "a lamp"))
    assert generation.state == State.SUCCEEDED
    assert [attempt.fault for attempt in generation.attempts.order_by("sent")] == [Kind.DENIED, ""]


def test_a_refusal_is_asked_of_nobody_else(provider, openai, ask, alice):
    provider("images-official")
    (generation,) = finish(ask("gpt-image-2-official", "a lamp [fail=refused]"))
    check_returned(generation, alice)
    assert generation.attempts.get().provider == openai


def test_three_of_four_delivered_are_three_charged_and_one_returned(provider, ask, alice):
    provider("images-vip")
    generations = finish(ask(VIP, "a lamp [once=refused]", count=4, shape=SQUARE))
    states = sorted(generation.state for generation in generations)
    assert states == [State.FAILED, State.SUCCEEDED, State.SUCCEEDED, State.SUCCEEDED]
    alice.team.wallet.refresh_from_db()
    assert alice.team.wallet.balance == total(alice.team.wallet) == 1000 - 3 * 5


def test_a_smaller_picture_than_asked_is_charged_at_its_own_price(provider, ask, alice):
    provider("videos")
    (generation,) = finish(ask(VIDEOS, "a lamp [fail=wrong_size]", shape=("1:1", "4K")))
    assert generation.state == State.SUCCEEDED
    assert (generation.held, generation.charged) == (10, 6)


def test_what_the_provider_said_stays_with_the_admin(provider, ask, alice):
    provider("images-vip")
    (generation,) = finish(ask(VIP, "a lamp [fail=refused]", shape=SQUARE))
    attempt = generation.attempts.get()
    assert "safety" in attempt.fault_text
    assert "good-key" not in attempt.raw
    assert generation.fault_code == ""


def test_progress_is_told_while_it_is_under_way(provider, ask):
    provider("videos")
    job = ask(VIDEOS, "a lamp [delay=30]", shape=SQUARE)
    answer(engine.Bell("submit"))
    hurry()
    answer(engine.Bell("poll"))
    attempt = job.generations.get().attempts.get()
    assert (attempt.stage, attempt.fault) == (Stage.ACCEPTED, "")
    assert attempt.percent is not None
