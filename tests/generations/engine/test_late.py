"""What comes after its time is kept and paid by nobody; what comes after its worker was given up is as good as ever."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from accounts.models import Member
from generations import client, engine
from generations.audit import audit
from generations.dialects.wire import Accepted, Image, Outcome
from generations.doubts import settle
from generations.engine.collect import bring_home
from generations.engine.submit import _take_down, intend
from generations.faults import Fault, Kind
from generations.models import Attempt, Generation, Stage, State
from tests.generations.driving import answer, finish, hurry
from tests.generations.pictures import picture

pytestmark = pytest.mark.django_db(transaction=True)

VIP, VIDEOS, SQUARE = "gpt-image-2-vip", "gpt-image-2", ("1:1", "1K")


def lose_lease() -> None:
    """The worker was frozen, and a sweep found its lease run out."""
    Attempt.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    engine.sweep()


def pass_deadline() -> None:
    Attempt.objects.update(deadline=timezone.now() - timedelta(seconds=1))
    engine.sweep()


def look_again() -> None:
    """Ask for everything that is watched, as if its time had come."""
    Attempt.objects.update(due_at=timezone.now())
    answer(*engine.sweep())


def brought(attempt: Attempt, meaning, tmp_path) -> None:
    inline = {}
    if isinstance(meaning, Outcome):
        inline["token"] = tmp_path / "picture"
        inline["token"].write_bytes(picture())
    bells = _take_down(attempt, client.Answer(meaning, "{}", inline))
    answer(*(bring_home(attempt, tmp_path) if attempt.stage == Stage.DELIVERED else bells))


def check_late(generation: Generation, member) -> None:
    """Failed, with its credits back, and the picture kept all the same."""
    generation.refresh_from_db()
    assert (generation.state, generation.charged) == (State.FAILED, 0)
    assert generation.asset is not None
    attempt = generation.attempts.get()
    assert (attempt.stage, attempt.is_lost, attempt.watch_until) == (Stage.KEPT, True, None)
    assert attempt.cost > 0
    member.team.wallet.refresh_from_db()
    assert member.team.wallet.balance == 1000
    assert audit() == []


SUBMIT = import_module("generations.engine.submit")
OUTCOME = Outcome((Image(inline="token"),))


def test_an_answer_that_is_taken_back_while_a_sweep_is_closing_it_is_left_alone(provider, ask):
    provider("images-vip")
    job = ask(VIP, "a lamp", shape=SQUARE)
    attempt = intend()
    lose_lease()
    came: list[str] = []

    def just_before(execute, sql, params, many, context):
        if sql.startswith('UPDATE "generations_attempt" SET "ended"') and not came:
            came.append(sql)
            _take_down(attempt, client.Answer(Accepted("an id"), "{}"))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(just_before):
        pass_deadline()
    assert came
    attempt.refresh_from_db()
    assert (job.generations.get().state, attempt.stage, attempt.ended) == (State.RUNNING, Stage.ACCEPTED, None)
    assert audit() == []


@pytest.mark.parametrize("meaning", [OUTCOME, Accepted("an id")])
def test_an_answer_that_comes_before_the_deadline_counts_as_if_its_worker_had_never_been_given_up(
    meaning, provider, ask, alice, tmp_path
):
    provider("images-vip")
    job = ask(VIP, "a lamp", shape=SQUARE)
    attempt = intend()
    lose_lease()
    attempt_then = Attempt.objects.get()
    assert (attempt_then.stage, attempt_then.is_lost) == (Stage.UNKNOWN, True)
    brought(attempt, meaning, tmp_path)
    attempt.refresh_from_db()
    assert not attempt.is_lost
    generation = job.generations.get()
    if meaning is OUTCOME:
        assert (generation.state, generation.charged, attempt.stage) == (State.SUCCEEDED, 5, Stage.KEPT)
    else:
        assert (generation.state, attempt.stage, attempt.upstream_id) == (State.RUNNING, Stage.ACCEPTED, "an id")
    assert audit() == []


def test_a_picture_that_comes_after_the_deadline_is_kept_at_no_charge(provider, ask, alice, tmp_path):
    provider("images-vip")
    job = ask(VIP, "a lamp", shape=SQUARE)
    attempt = intend()
    lose_lease()
    pass_deadline()
    assert job.generations.get().state == State.FAILED
    brought(attempt, OUTCOME, tmp_path)
    check_late(job.generations.get(), alice)


def test_an_id_that_comes_after_the_deadline_is_watched_and_its_picture_kept(provider, ask, alice, upstream, tmp_path):
    provider("videos")
    job = ask(VIDEOS, "a lamp", shape=SQUARE)
    attempt = intend()
    lose_lease()
    pass_deadline()
    answer_then = client.submit(attempt.provider, job.brief(), attempt.upstream_name, str(attempt.pk), tmp_path)
    answer(*_take_down(attempt, answer_then))
    look_again()
    check_late(job.generations.get(), alice)
    assert len(upstream.log()) == 1


def test_a_task_that_takes_longer_than_its_deadline_is_watched_and_its_picture_kept(provider, ask, alice, upstream):
    provider("videos", deadline=1)
    (generation,) = finish(ask(VIDEOS, "a lamp [delay=4]", shape=SQUARE))
    assert (generation.state, generation.fault_code, generation.asset) == (State.FAILED, "deadline", None)
    while Attempt.objects.get().stage == Stage.UNKNOWN:
        look_again()
    check_late(generation, alice)
    assert len(upstream.log()) == 1


def check_found_not_to_be_billed(attempt: Attempt, member: Member) -> None:
    settle([attempt.pk], member.user, billed=False)
    assert Attempt.objects.filter(cost=0, is_lost=False, checked_by=member.user).exists()


def check_looked_into_again(cost: int) -> None:
    attempt = Attempt.objects.unresolved().get()
    assert (attempt.stage, attempt.cost, attempt.checked_by, audit()) == (Stage.DELIVERED, cost, None, [])


def test_a_picture_that_comes_though_its_call_was_found_not_to_be_billed_is_booked_at_its_cost(provider, ask, alice):
    provider("videos", deadline=1)
    (generation,) = finish(ask(VIDEOS, "a lamp [delay=4]", shape=SQUARE))
    lost = generation.attempts.get()
    check_found_not_to_be_billed(lost, alice)
    while Attempt.objects.get().stage == Stage.UNKNOWN:
        Attempt.objects.update(due_at=timezone.now())
        engine.poll()
    check_looked_into_again(lost.cost)
    look_again()
    check_late(generation, alice)


def test_the_answer_to_a_call_that_was_found_not_to_be_billed_is_booked_at_its_cost(provider, ask, alice, tmp_path):
    provider("images-vip")
    job = ask(VIP, "a lamp", shape=SQUARE)
    attempt = intend()
    lose_lease()
    pass_deadline()
    cost = attempt.cost
    check_found_not_to_be_billed(attempt, alice)
    path = tmp_path / "picture"
    path.write_bytes(picture())
    collecting = _take_down(attempt, client.Answer(OUTCOME, "{}", {"token": path}))
    check_looked_into_again(cost)
    answer(*collecting)
    check_late(job.generations.get(), alice)


def test_a_watched_task_that_fails_after_all_was_no_loss(provider, ask, alice):
    provider("videos", deadline=1)
    (generation,) = finish(ask(VIDEOS, "a lamp [delay=4 fail=refused]", shape=SQUARE))
    assert generation.attempts.get().is_lost
    while Attempt.objects.get().stage == Stage.UNKNOWN:
        look_again()
    attempt = generation.attempts.get()
    assert (attempt.stage, attempt.fault, attempt.is_lost, attempt.cost) == (Stage.FAILED, Kind.REFUSED, False, 0)
    assert audit() == []


def test_what_a_person_found_out_stays_though_the_provider_says_that_it_failed(provider, ask, alice):
    provider("videos", deadline=1)
    (generation,) = finish(ask(VIDEOS, "a lamp [delay=4 fail=refused]", shape=SQUARE))
    found = generation.attempts.get()
    assert settle([found.pk], alice.user, billed=True) == [found]
    while Attempt.objects.get().stage == Stage.UNKNOWN:
        look_again()
    attempt = generation.attempts.get()
    assert (attempt.stage, attempt.is_lost, attempt.cost) == (Stage.FAILED, True, found.cost)


def test_a_watched_task_is_asked_for_ever_more_rarely_and_not_for_ever(provider, ask):
    provider("videos", deadline=1)
    finish(ask(VIDEOS, "a lamp [fail=stuck]", shape=SQUARE))
    pauses = []
    for minutes in (0, 10, 60):
        Attempt.objects.update(ended=timezone.now() - timedelta(minutes=minutes))
        look_again()
        pauses.append(Attempt.objects.get().due_at - timezone.now())
    assert pauses == sorted(pauses)
    assert pauses[-1] > timedelta(minutes=10)
    Attempt.objects.update(watch_until=timezone.now() + timedelta(seconds=1))
    look_again()
    assert Attempt.objects.get().watch_until is None
    hurry()
    assert engine.sweep() == []


def test_a_proof_that_nothing_began_takes_the_loss_back(provider, ask, alice, tmp_path):
    provider("images-vip")
    job = ask(VIP, "a lamp", shape=SQUARE)
    attempt = intend()
    lose_lease()
    pass_deadline()
    brought(attempt, Fault(Kind.REFUSED, "no", status=400), tmp_path)
    attempt.refresh_from_db()
    assert (attempt.stage, attempt.is_lost, attempt.cost) == (Stage.FAILED, False, 0)
    assert job.generations.get().fault == Kind.UNKNOWN
    assert audit() == []


def test_what_a_person_found_out_stays_though_a_late_answer_denies_it(provider, ask, alice, tmp_path):
    provider("images-vip")
    ask(VIP, "a lamp", shape=SQUARE)
    attempt = intend()
    lose_lease()
    pass_deadline()
    assert settle([attempt.pk], alice.user, billed=True) == [attempt]
    brought(attempt, Fault(Kind.REFUSED, "no"), tmp_path)
    found = Attempt.objects.get()
    assert (found.stage, found.fault, found.is_lost, found.cost) == (Stage.FAILED, Kind.REFUSED, True, attempt.cost)
    assert found.cost > 0


def test_no_answer_to_a_lost_call_leaves_everything_as_it_was(provider, ask, tmp_path):
    provider("images-vip")
    ask(VIP, "a lamp", shape=SQUARE)
    attempt = intend()
    lose_lease()
    pass_deadline()
    brought(attempt, Fault(Kind.UNKNOWN, "ReadTimeout"), tmp_path)
    attempt.refresh_from_db()
    assert (attempt.stage, attempt.is_lost) == (Stage.UNKNOWN, True)


def test_a_picture_is_kept_late_once_however_often_it_is_brought(provider, ask, alice, tmp_path):
    provider("images-vip")
    job = ask(VIP, "a lamp", shape=SQUARE)
    attempt = intend()
    lose_lease()
    pass_deadline()
    for _ in range(3):
        brought(attempt, OUTCOME, tmp_path)
    check_late(job.generations.get(), alice)
    assert alice.team.assets.count() == 1


def test_an_answer_outlives_a_database_that_is_away_for_longer_than_a_lease(provider, ask, alice, monkeypatch):
    provider("images-vip")
    job = ask(VIP, "a lamp", shape=SQUARE)
    write_down, away = SUBMIT._write_down, [OperationalError("the database is away")]

    def fail_once(*answer):
        if away:
            raise away.pop()
        return write_down(*answer)

    monkeypatch.setattr(SUBMIT, "_write_down", fail_once)
    monkeypatch.setattr(SUBMIT.time, "sleep", lambda _: lose_lease())
    answer(engine.Bell("submit"))
    generation = job.generations.get()
    assert (generation.state, generation.attempts.get().is_lost) == (State.SUCCEEDED, False)
    assert audit() == []
