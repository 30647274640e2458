"""Our own disk, database and storage in trouble: nothing is sent, lost or held that need not be."""

import errno
import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.utils import timezone

from generations import engine, intake
from generations.audit import audit
from generations.engine.leases import new_lease
from generations.engine.submit import intend
from generations.engine.sweep import _doubt_abandoned
from generations.models import Attempt, Generation, Stage, State
from generations.vault import DurableStorage
from tests.generations.driving import answer, deliver, finish, hurry
from tests.generations.pictures import upload

pytestmark = pytest.mark.django_db(transaction=True)

VIP, SQUARE = "gpt-image-2-vip", ("1:1", "1K")


class Full(DurableStorage):
    """A disk on which nothing finds a place on one shelf any more."""

    is_full, shelf = True, "pictures/"

    def _save(self, name, content):
        if self.is_full and name.startswith(self.shelf):
            raise OSError(errno.ENOSPC, "No space left on device")
        return super()._save(name, content)


class Watched(DurableStorage):
    """Notes whether a database connection was held while a file was opened."""

    seen: list[bool]

    def _open(self, name, mode="rb"):
        self.seen.append(connection.connection is not None)
        return super()._open(name, mode)


@pytest.fixture
def stored_by(settings, tmp_path):
    def use(storage: type) -> type:
        path = f"{storage.__module__}.{storage.__qualname__}"
        settings.STORAGES = {
            **settings.STORAGES,
            "default": {"BACKEND": path, "OPTIONS": {"location": str(tmp_path / "media")}},
        }
        return storage

    return use


def failing_once_at(words: str, failed: list[str] | None = None, wrong: type[Exception] = OperationalError):
    """The database goes away under the next statement with these words in it."""
    failed = [] if failed is None else failed

    def fail(execute, sql, params, many, context):
        if words in " ".join((sql, *map(str, params or ()))) and not failed:
            failed.append(sql)
            raise wrong("the database is restarting")
        return execute(sql, params, many, context)

    return fail


def check_comes_late(generation: Generation) -> None:
    """Its credits are back, its call is booked as lost, and its picture is kept as soon as that can be done."""
    assert (generation.attempts.get().is_lost, audit()) == (True, [])
    Attempt.objects.update(due_at=timezone.now())
    answer(*engine.sweep())
    generation.refresh_from_db()
    assert (generation.state, generation.asset is None) == (State.FAILED, False)
    assert (generation.attempts.get().stage, audit()) == (Stage.KEPT, [])


@pytest.fixture
def failing_once():
    """The database goes away under the next statement that changes an attempt."""
    failed: list[str] = []
    with connection.execute_wrapper(failing_once_at('UPDATE "generations_attempt"', failed)):
        yield failed


def test_without_room_to_work_nothing_is_sent_and_the_picture_waits(provider, ask, settings, tmp_path, upstream):
    provider("images-vip")
    generation = ask(VIP, "a lamp", shape=SQUARE).generations.get()
    settings.SCRATCH, room = tmp_path / "gone", settings.SCRATCH
    with pytest.raises(FileNotFoundError):
        engine.submit()
    generation.refresh_from_db()
    assert (generation.state, generation.attempts.count(), upstream.log()) == (State.QUEUED, 0, [])
    settings.SCRATCH = room
    assert finish(generation.job)[0].state == State.SUCCEEDED


def test_a_database_that_goes_away_between_intent_and_call_leaves_nothing_in_doubt(provider, ask, alice, upstream):
    provider("images-vip")
    job = ask(VIP, "on a beach", references=[intake.keep_upload(alice, upload())], shape=SQUARE)
    with connection.execute_wrapper(failing_once_at('"generations_asset"."sha256"')):
        answer(engine.Bell("submit"))
    attempt = Attempt.objects.get()
    assert (attempt.stage, attempt.fault, attempt.is_lost, upstream.log()) == (Stage.FAILED, "not_started", False, [])
    assert finish(job)[0].state == State.SUCCEEDED
    assert len(upstream.log()) == 1


def test_a_picture_without_a_place_waits_for_one(provider, ask, stored_by, monkeypatch):
    stored_by(Full)
    provider("images-vip")
    job = ask(VIP, "a lamp", shape=SQUARE)
    answer(engine.Bell("submit"))
    attempt = Attempt.objects.get()
    assert (attempt.stage, attempt.lease, attempt.stumbles) == (Stage.DELIVERED, "", 0)
    monkeypatch.setattr(Full, "is_full", False)
    assert finish(job)[0].state == State.SUCCEEDED


def test_a_picture_that_never_finds_a_place_is_given_up_and_costs_the_member_nothing(provider, ask, stored_by, alice):
    stored_by(Full)
    provider("images-vip")
    job = ask(VIP, "a lamp", shape=SQUARE)
    answer(engine.Bell("submit"))
    Attempt.objects.update(deadline=timezone.now() - timedelta(seconds=1))
    (generation,) = finish(job)
    assert (generation.state, generation.fault_code, generation.charged) == (State.FAILED, "deadline", 0)
    assert generation.attempts.get().is_lost


def test_no_database_connection_is_held_while_references_are_read(ask, stored_by, alice, monkeypatch):
    monkeypatch.setattr(stored_by(Watched), "seen", [], raising=False)
    shoe = intake.keep_upload(alice, upload())
    ask("sketch", "a lamp", references=[shoe], shape=SQUARE)
    Watched.seen.clear()
    engine.submit()
    assert Watched.seen[:1] == [False]


def test_an_answer_is_written_down_though_the_database_was_away_for_a_moment(provider, ask, failing_once):
    provider("videos")
    generation = ask("gpt-image-2", "a lamp", shape=SQUARE).generations.get()
    engine.submit()
    assert failing_once
    attempt = generation.attempts.get()
    assert (attempt.stage, bool(attempt.upstream_id)) == (Stage.ACCEPTED, True)


def test_a_bell_that_comes_late_does_not_call_a_busy_provider_before_its_time(ask):
    generation = ask("sketch", "a lamp", shape=SQUARE).generations.get()

    def come_late() -> None:
        intend()
        connections.close_all()

    late = threading.Thread(target=come_late)
    with transaction.atomic():
        Generation.objects.move(generation.pk, State.RUNNING)
        late.start()
        late.join(0.3)
        Generation.objects.move(generation.pk, State.QUEUED, due_at=timezone.now() + timedelta(minutes=1))
    late.join()
    generation.refresh_from_db()
    assert (generation.state, generation.attempts.count()) == (State.QUEUED, 0)


def test_a_sketch_of_a_dead_worker_is_never_in_doubt(ask):
    ask("sketch", "a lamp", shape=SQUARE)
    attempt = intend()
    Attempt.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    _doubt_abandoned()
    attempt.refresh_from_db()
    assert attempt.stage == Stage.SENDING


def test_a_picture_that_nobody_takes_is_rung_for_however_long(ask):
    ask("sketch", "a lamp", shape=SQUARE).generations.get()
    Generation.objects.update(rings=30_000)
    hurry()
    assert engine.sweep() == [engine.Bell("submit")]


def test_an_address_is_asked_for_anew_only_once_whatever_happens_on_the_way(ask, settings):
    settings.FETCH_ALLOW = ("http://127.0.0.1:9",)
    ask("sketch", "a lamp", shape=SQUARE)
    attempt = intend()
    nobody = {"url": "http://127.0.0.1:9/lamp.png", "asked_again": True}
    Attempt.objects.update(stage=Stage.DELIVERED, lease="", lease_until=None, result=nobody)
    answer(engine.Bell("collect", attempt.pk))
    attempt.refresh_from_db()
    assert (attempt.stage, attempt.result["asked_again"]) == (Stage.DELIVERED, True)


def test_one_answer_that_finds_no_place_keeps_no_other_of_its_batch_waiting(provider, ask, stored_by, monkeypatch):
    stored_by(Full)
    monkeypatch.setattr(Full, "shelf", "staged/")
    provider("videos")
    lost, other = (ask("gpt-image-2", f"a lamp {form}", shape=SQUARE) for form in ("[form=dataurl]", ""))
    for _job in (lost, other):
        answer(engine.Bell("submit"))
    hurry()
    answer(engine.Bell("poll"))
    assert other.generations.get().state == State.SUCCEEDED
    assert lost.generations.get().state == State.RUNNING


@pytest.mark.parametrize("wrong", [OperationalError, RuntimeError])
def test_one_answer_that_raises_anything_keeps_no_other_of_its_batch_waiting(provider, ask, wrong):
    provider("videos")
    jobs = [ask("gpt-image-2", "a lamp", shape=SQUARE) for _ in range(2)]
    for _job in jobs:
        answer(engine.Bell("submit"))
    hurry()
    with connection.execute_wrapper(failing_once_at("delivered", wrong=wrong)):
        answer(engine.Bell("poll"))
    assert sorted(job.generations.get().state for job in jobs) == [State.RUNNING, State.SUCCEEDED]
    put_off = Attempt.objects.get(stage=Stage.ACCEPTED)
    assert (put_off.lease, put_off.due_at > timezone.now()) == ("", True)
    assert {finish(job)[0].state for job in jobs} == {State.SUCCEEDED}


def test_an_answer_that_never_finds_a_place_is_asked_for_until_its_deadline_and_its_picture_is_kept_late(
    provider, ask, stored_by, monkeypatch
):
    stored_by(Full)
    monkeypatch.setattr(Full, "shelf", "staged/")
    provider("videos")
    job = ask("gpt-image-2", "a lamp [form=dataurl]", shape=SQUARE)
    answer(engine.Bell("submit"))
    Attempt.objects.update(deadline=timezone.now() - timedelta(seconds=1))
    (generation,) = finish(job)
    assert (generation.state, generation.fault_code, generation.charged) == (State.FAILED, "deadline", 0)
    monkeypatch.setattr(Full, "is_full", False)
    check_comes_late(generation)


def test_without_room_to_work_what_is_asked_for_waits_until_its_deadline(provider, ask, settings, tmp_path):
    provider("videos")
    generation = ask("gpt-image-2", "a lamp", shape=SQUARE).generations.get()
    engine.submit()
    settings.SCRATCH, room = tmp_path / "gone", settings.SCRATCH
    hurry()
    assert engine.poll() == []
    attempt = generation.attempts.get()
    assert (attempt.lease, attempt.due_at > timezone.now()) == ("", True)
    Attempt.objects.update(deadline=timezone.now() - timedelta(seconds=1))
    hurry()
    engine.poll()
    generation.refresh_from_db()
    assert (generation.state, generation.fault_code, generation.charged) == (State.FAILED, "deadline", 0)
    settings.SCRATCH = room
    check_comes_late(generation)


def test_a_picture_that_cannot_be_kept_for_whatever_reason_is_waited_for_until_its_deadline(provider, ask):
    provider("images-vip")
    job = ask(VIP, "a lamp", shape=SQUARE)
    with connection.execute_wrapper(failing_once_at('INSERT INTO "generations_asset"', wrong=RuntimeError)):
        engine.submit()
    generation = job.generations.get()
    assert (generation.state, generation.attempts.get().lease) == (State.RUNNING, "")
    Attempt.objects.update(deadline=timezone.now() - timedelta(seconds=1))
    with connection.execute_wrapper(failing_once_at('INSERT INTO "generations_asset"', wrong=RuntimeError)):
        answer(engine.Bell("collect", generation.attempts.get().pk))
    generation.refresh_from_db()
    assert (generation.state, generation.fault_code, generation.charged) == (State.FAILED, "deadline", 0)
    check_comes_late(generation)


def test_a_picture_that_stops_whoever_comes_for_it_is_not_waited_for_for_ever(provider, ask):
    provider("images-vip")
    generation = ask(VIP, "a lamp", shape=SQUARE).generations.get()
    deliver()
    ago = timezone.now() - timedelta(hours=1)
    Attempt.objects.update(due_at=ago, deadline=ago, lease=new_lease(), lease_until=ago)
    engine.sweep()
    generation.refresh_from_db()
    assert (generation.state, generation.fault_code, generation.charged) == (State.FAILED, "deadline", 0)
    assert audit() == []
    Attempt.objects.update(due_at=ago, deadline=ago - timedelta(days=1), lease=new_lease(), lease_until=ago)
    engine.sweep()
    hurry()
    assert (Attempt.objects.get().stage, engine.sweep()) == (Stage.UNKNOWN, [])


def test_a_picture_that_nobody_came_for_while_the_studio_was_down_is_brought_home_as_ever(provider, ask):
    provider("images-vip")
    job = ask(VIP, "a lamp", shape=SQUARE)
    deliver()
    ago = timezone.now() - timedelta(hours=1)
    Attempt.objects.update(due_at=ago, deadline=ago)
    assert finish(job)[0].state == State.SUCCEEDED
