"""Called off: what is queued ends at once, what is sent ends as its provider decides."""

import pytest

from generations import client, engine, intake
from generations.audit import audit
from generations.engine.submit import _take_down, intend
from generations.faults import Fault, Kind
from generations.models import State
from tests.accounts.races import at_once
from tests.generations.driving import answer, finish

pytestmark = pytest.mark.django_db(transaction=True)

VIP, VIDEOS, SQUARE = "gpt-image-2-vip", "gpt-image-2", ("1:1", "1K")


def balance(member) -> int:
    member.team.wallet.refresh_from_db()
    return member.team.wallet.balance


def test_a_queued_picture_ends_at_once_and_nothing_is_asked_of_anyone(provider, ask, alice, upstream):
    provider("images-vip")
    job = ask(VIP, "a lamp", shape=SQUARE)
    assert intake.cancel(alice, job.generations.get())
    assert balance(alice) == 1000
    answer(engine.Bell("submit"))
    generation = job.generations.get()
    assert (generation.state, generation.charged) == (State.CANCELLED, 0)
    assert upstream.asked() == []
    assert audit() == []


def test_a_picture_that_is_sent_is_only_asked_to_stop_and_costs_what_it_costs(provider, ask, alice):
    provider("videos")
    job = ask(VIDEOS, "a lamp", shape=SQUARE)
    answer(engine.Bell("submit"))
    assert not intake.cancel(alice, job.generations.get())
    generation = job.generations.get()
    assert (generation.state, bool(generation.cancel_asked)) == (State.RUNNING, True)
    assert balance(alice) == 1000 - generation.held
    (generation,) = finish(job)
    assert (generation.state, generation.charged) == (State.SUCCEEDED, generation.held)


def test_a_wish_to_cancel_is_granted_when_the_provider_proves_that_it_began_nothing(provider, ask, alice, upstream):
    provider("images-vip")
    job = ask(VIP, "a lamp", shape=SQUARE)
    attempt = intend()
    intake.cancel(alice, job.generations.get())
    _take_down(attempt, client.Answer(Fault(Kind.BUSY, status=429)))
    generation = job.generations.get()
    assert generation.state == State.CANCELLED
    assert balance(alice) == 1000
    assert audit() == []


def test_what_has_ended_is_not_called_off(ask, alice):
    (generation,) = finish(ask("sketch", "a lamp", shape=SQUARE))
    assert not intake.cancel(alice, generation)
    generation.refresh_from_db()
    assert (generation.state, generation.cancel_asked) == (State.SUCCEEDED, None)


def test_a_stranger_calls_off_nothing(ask, charlie):
    job = ask("sketch", "a lamp", shape=SQUARE)
    assert not intake.cancel(charlie, job.generations.get())
    assert job.generations.get().state == State.QUEUED


def test_called_off_and_taken_at_the_same_moment_it_is_one_of_the_two(ask, alice):
    for number in range(10):
        job = ask("sketch", f"a lamp {number}", shape=SQUARE)
        generation = job.generations.get()
        at_once(lambda: intake.cancel(alice, generation), intend)  # noqa: B023
        generation.refresh_from_db()
        attempts = generation.attempts.count()
        assert (generation.state, attempts) in [(State.CANCELLED, 0), (State.RUNNING, 1)]
    assert audit() == []


def test_pressed_many_times_the_hold_is_given_back_once(ask, alice):
    generation = ask("sketch", "a lamp", shape=SQUARE).generations.get()
    ended = at_once(*[lambda: intake.cancel(alice, generation)] * 6)
    assert ended.count(True) == 1
    assert balance(alice) == 1000
    assert audit() == []


def test_trying_again_is_a_new_picture_with_a_new_hold_and_two_presses_are_one(provider, ask, alice, upstream):
    provider("images-vip")
    (failed,) = finish(ask(VIP, "a lamp [once=refused]", shape=SQUARE))
    again, pressed_twice = intake.retry(alice, failed), intake.retry(alice, failed)
    assert again == pressed_twice != failed.job
    generation = again.generations.get()
    assert balance(alice) == 1000 - generation.held
    (generation,) = finish(again)
    assert generation.state == State.SUCCEEDED
    failed.refresh_from_db()
    assert (failed.state, failed.charged) == (State.FAILED, 0)
    assert audit() == []
