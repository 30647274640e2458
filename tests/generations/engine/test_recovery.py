"""Workers die, messages are lost or doubled, and nothing is lost, doubled or paid twice."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.credits import total
from generations import engine
from generations.engine import close
from generations.engine.close import Fenced, Kept
from generations.engine.leases import new_lease
from generations.engine.submit import intend
from generations.faults import Kind
from generations.models import Attempt, Stage, State
from tests.generations.driving import answer, deliver, finish, hurry

pytestmark = pytest.mark.django_db(transaction=True)

VIP, VIDEOS, SQUARE = "gpt-image-2-vip", "gpt-image-2", ("1:1", "1K")


def abandon(attempt: Attempt) -> None:
    """As if the worker that held this attempt had died a while ago."""
    Attempt.objects.filter(pk=attempt.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize(("tier", "seconds"), [("1K", 360), ("4K", 600)])
def test_a_call_whose_worker_is_gone_is_waited_for_as_long_as_it_may_take(provider, ask, tier, seconds):
    provider("images-vip")
    ask(VIP, "a lamp", shape=("1:1", tier))
    attempt = intend()
    assert attempt is not None
    assert attempt.deadline - attempt.sent == timedelta(seconds=seconds)


def test_a_lost_ring_is_rung_again(ask):
    ask("sketch", "a lamp", shape=SQUARE)
    assert engine.sweep() == []
    hurry()
    assert engine.sweep() == [engine.Bell("submit")]


def test_a_ring_that_nobody_answers_is_repeated_ever_more_slowly(ask):
    job = ask("sketch", "a lamp", shape=SQUARE)
    hurry()
    engine.sweep()
    first = job.generations.get()
    assert engine.sweep() == []
    hurry()
    engine.sweep()
    second = job.generations.get()
    assert second.ring_at - timezone.now() > first.ring_at - timezone.now()


@pytest.mark.parametrize("meanwhile", [engine.sweep, intend])
def test_a_sweep_rings_for_nothing_that_was_seen_to_while_it_looked(ask, meanwhile):
    generation = ask("sketch", "a lamp", shape=SQUARE).generations.get()
    hurry()
    seen: list[str] = []

    def just_before(execute, sql, params, many, context):
        if sql.startswith('UPDATE "generations_generation"') and not seen:
            seen.append(sql)
            meanwhile()
            generation.refresh_from_db()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(just_before):
        assert engine.sweep() == []
    assert seen
    before = (generation.state, generation.ring_at, generation.rings)
    generation.refresh_from_db()
    assert (generation.state, generation.ring_at, generation.rings) == before


def test_every_message_delivered_three_times_is_one_call_and_one_charge(provider, ask, alice, upstream):
    provider("videos")
    generation = ask(VIDEOS, "a lamp", shape=SQUARE).generations.get()
    answer(*[engine.Bell("submit")] * 3)
    for _ in range(20):
        hurry()
        answer(*[bell for bell in engine.sweep() for _ in range(3)])
        if not generation.job.generations.under_way().exists():
            break
    generation.refresh_from_db()
    assert generation.state == State.SUCCEEDED
    assert len(upstream.log()) == 1
    assert alice.team.wallet.entries.filter(generation=generation.pk).count() == 3


def test_a_worker_that_dies_after_the_id_was_stored_is_followed_by_another(provider, ask, upstream):
    provider("videos")
    job = ask(VIDEOS, "a lamp", shape=SQUARE)
    answer(engine.Bell("submit"))
    hurry()
    Attempt.objects.update(lease=new_lease(), lease_until=timezone.now() - timedelta(seconds=1))
    (generation,) = finish(job)
    assert generation.state == State.SUCCEEDED
    assert len(upstream.log()) == 1


def test_a_worker_that_dies_between_intent_and_answer_leaves_an_unknown_that_is_never_sent_again(
    ask, provider, alice, upstream
):
    provider("images-vip")
    job = ask(VIP, "a lamp", shape=SQUARE)
    attempt = intend()
    abandon(attempt)
    hurry()
    answer(*engine.sweep())
    attempt.refresh_from_db()
    assert (attempt.stage, attempt.is_lost) == (Stage.UNKNOWN, True)
    assert job.generations.get().state == State.RUNNING
    Attempt.objects.update(deadline=timezone.now() - timedelta(seconds=1))
    answer(*engine.sweep())
    generation = job.generations.get()
    assert (generation.state, generation.fault) == (State.FAILED, Kind.UNKNOWN)
    assert upstream.log() == []
    alice.team.wallet.refresh_from_db()
    assert alice.team.wallet.balance == total(alice.team.wallet) == 1000


def test_a_sketch_that_dies_with_its_worker_is_drawn_again(ask):
    job = ask("sketch", "a lamp", shape=SQUARE)
    abandon(intend())
    (generation,) = finish(job)
    assert generation.state == State.SUCCEEDED


def test_a_frozen_worker_finds_its_writes_refused(provider, ask, alice):
    provider("videos")
    job = ask(VIDEOS, "a lamp", shape=SQUARE)
    answer(engine.Bell("submit"))
    frozen, lease = Attempt.objects.select_related("generation__job").get(), new_lease()
    Attempt.objects.update(stage=Stage.DELIVERED, lease=new_lease(), result={})
    with pytest.raises(Fenced):
        close.succeed(frozen, lease, Kept("0" * 64, "image/png", 10, 10, 10))
    generation = job.generations.get()
    assert generation.state == State.RUNNING
    assert generation.asset is None
    assert alice.team.assets.count() == 0


def test_a_long_call_keeps_its_lease(provider, ask, monkeypatch):
    monkeypatch.setattr("generations.engine.leases.BEAT", 0.1)
    monkeypatch.setattr("generations.engine.leases.LIFE", timedelta(seconds=2))
    provider("images-vip")
    job = ask(VIP, "a lamp [delay=3]", shape=SQUARE)
    (generation,) = finish(job)
    assert generation.state == State.SUCCEEDED


def test_two_collectors_of_one_picture_are_one_charge(ask, alice):
    ask("sketch", "a lamp", shape=SQUARE)
    deliver()
    attempt = Attempt.objects.get()
    answer(engine.Bell("collect", attempt.pk), engine.Bell("collect", attempt.pk))
    assert alice.team.wallet.entries.filter(kind="capture").count() == 1


def test_sweeping_when_nothing_is_due_rings_nothing(alice):
    assert engine.sweep() == []
