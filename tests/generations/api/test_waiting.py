"""Who waits is told once its job is over, by one look for all; and a line that must not fall silent says something."""

from __future__ import annotations

import base64
import gc
import json
import threading
import time
import uuid

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from generations.api import images
from generations.api.bodies import Body
from generations.api.waiting import MOST_TOGETHER, Waiting, under_way
from generations.dialects.serving import Given, Refused, Why
from generations.engine.close import fail
from generations.faults import Kind
from generations.models import Job
from gptstudio import chimes
from tests.generations.api.conftest import EDITS, IMAGES, Script
from tests.generations.books import submitted
from tests.generations.pictures import picture


@pytest.fixture
def job(alice):
    return submitted(alice, count=2)


def test_a_job_is_under_way_while_one_of_its_pictures_is(job, alice):
    other = submitted(alice)
    first, second = job.generations.all()
    assert under_way([job.pk, other.pk, uuid.uuid4()]) == {job.pk, other.pk}
    fail(first.pk, Kind.REFUSED)
    assert under_way([job.pk]) == {job.pk}
    fail(second.pk, Kind.REFUSED)
    assert under_way([job.pk]) == set()


def test_thousands_are_looked_for_in_a_few_questions(db):
    with CaptureQueriesContext(connection) as asked:
        under_way([uuid.uuid4() for _ in range(1001)])
    assert len(asked) == 3


def test_all_who_wait_for_a_job_are_told_and_nobody_else(monkeypatch):
    """The look is scripted: what it says is what the database would."""
    over, going = uuid.uuid4(), uuid.uuid4()
    monkeypatch.setattr("generations.api.waiting.under_way", lambda _jobs: {going})
    monkeypatch.setattr("generations.api.waiting.connection.close", lambda: None)
    waiting = Waiting()
    heard: list[bool] = []
    waiters = [threading.Thread(target=lambda: heard.append(waiting.wait(over, 30))) for _ in range(3)]
    for waiter in waiters:
        waiter.start()
    for waiter in waiters:
        waiter.join()
    assert heard == [True] * 3
    assert waiting.wait(going, 0.05) is False
    assert waiting._events == {}


def test_a_chime_has_the_one_job_looked_for_that_it_is_about(monkeypatch):
    """The look is scripted; a look for all comes after a minute."""
    ours, other, asked, is_over = uuid.uuid4(), uuid.uuid4(), [], threading.Event()

    def look(jobs):
        asked.append(jobs)
        return set() if is_over.is_set() else set(jobs)

    monkeypatch.setattr("generations.api.waiting.under_way", look)
    monkeypatch.setattr("generations.api.waiting.QUICKEST", 60)
    monkeypatch.setattr("generations.api.waiting.SLOWEST", 60)
    monkeypatch.setattr("generations.api.waiting.connection.close", lambda: None)
    waiting = Waiting()
    waiter = threading.Thread(target=waiting.wait, args=(ours, 30))
    waiter.start()
    while len(asked) < 1:
        pass
    is_over.set()
    end = time.monotonic() + 10
    while waiter.is_alive() and time.monotonic() < end:  # who has just begun to listen may miss the first of them
        chimes.ring(other)
        chimes.ring(ours)
        waiter.join(0.1)
    assert not waiter.is_alive()
    assert all(jobs == [ours] for jobs in asked), "nobody here waits for the other"


def test_what_ends_without_a_chime_is_found_however_many_chimes_there_are(monkeypatch):
    """The look is scripted: one of two jobs ends, and nobody says so."""
    over, going, has_ended, asked = uuid.uuid4(), uuid.uuid4(), threading.Event(), []

    def look(jobs):
        asked.extend(jobs)
        return {going} if has_ended.is_set() else {going, over}

    monkeypatch.setattr("generations.api.waiting.under_way", look)
    monkeypatch.setattr("generations.api.waiting.connection.close", lambda: None)
    waiting, told = Waiting(), []
    waiters = [threading.Thread(target=lambda job=job: told.append(waiting.wait(job, 3))) for job in (going, over)]
    for waiter in waiters:
        waiter.start()
    while over not in asked:
        pass
    has_ended.set()
    while waiters[0].is_alive():
        waiting.hear(going)
    waiters[1].join()
    assert told == [True, False]


def test_who_goes_on_waiting_hurries_nobody(monkeypatch):
    going, other = uuid.uuid4(), uuid.uuid4()
    monkeypatch.setattr("generations.api.waiting.connection.close", lambda: None)
    waiting = Waiting()
    monkeypatch.setattr(waiting, "_begin", lambda: None)  # nobody looks
    came = []
    for job in (going, going, other, going):
        assert waiting.wait(job, 0.02) is False
        came.append(waiting._newest)
    assert came[0] == came[1] < came[2] < came[3]


def test_the_same_call_over_and_over_takes_a_few_lines_and_no_more(monkeypatch):
    going = uuid.uuid4()
    monkeypatch.setattr("generations.api.waiting.connection.close", lambda: None)
    waiting = Waiting()
    monkeypatch.setattr(waiting, "_begin", lambda: None)  # nobody looks
    waiting._events[going] = [threading.Event() for _ in range(MOST_TOGETHER - 1)]
    assert waiting.wait(going, 0.01) is False
    waiting._events[going].append(threading.Event())
    with pytest.raises(Refused) as crowded:
        waiting.wait(going, 0.01)
    assert (crowded.value.refusal.why, len(waiting._events[going])) == (Why.TOO_MANY, MOST_TOGETHER)


def test_when_its_process_stops_all_who_wait_are_sent_away_and_whoever_still_comes(monkeypatch):
    monkeypatch.setattr("generations.api.waiting.under_way", set)
    monkeypatch.setattr("generations.api.waiting.connection.close", lambda: None)
    waiting, job, told = Waiting(), uuid.uuid4(), []

    def wait():
        with pytest.raises(Refused) as sent:
            waiting.wait(job, 30)
        told.append(sent.value.refusal)

    waiter = threading.Thread(target=wait)
    waiter.start()
    while not waiting._events:
        pass
    began = time.monotonic()
    waiting.stop()
    waiter.join()
    wait()
    assert time.monotonic() - began < 10
    assert [(each.why, each.retry_after) for each in told] == [(Why.STOPPING, 10)] * 2
    assert str(job) in told[0].message
    assert waiting._events == {}


def test_a_look_that_fails_is_made_again(monkeypatch):
    said = iter([OperationalError("away"), set()])

    def look(_jobs):
        if isinstance(each := next(said), Exception):
            raise each
        return each

    monkeypatch.setattr("generations.api.waiting.SLOWEST", 0.01)
    monkeypatch.setattr("generations.api.waiting.under_way", look)
    monkeypatch.setattr("generations.api.waiting.connection.close", lambda: None)
    assert Waiting().wait(uuid.uuid4(), 30) is True


def test_who_waits_keeps_nothing_of_the_body(alices, monkeypatch):
    gc.collect()  # what other tests have left
    kept: list[object] = []

    def wait(_job, _within):
        kept.extend(each for each in gc.get_objects() if type(each) in (Body, Given))
        return True

    monkeypatch.setattr(images.waiting, "wait", wait)
    given = "data:image/png;base64," + base64.b64encode(picture()).decode()
    wish = {"model": "gpt-image-2", "prompt": "a cat", "images": [{"image_url": given}]}
    assert alices.post(EDITS, wish)["x-should-retry"] == "false", "no picture has come"
    assert kept == []


# --- a line that is kept alive ---


@pytest.fixture
def breathing(monkeypatch):
    """Nobody is done at the first look, nor at the second."""
    looks = iter([False, False, *[True] * 9])
    monkeypatch.setattr(images.waiting, "wait", lambda _job, _within: next(looks))


def test_a_key_that_asks_for_it_hears_white_space_before_its_json(alice, key_of, breathing, monkeypatch):
    script = Script(key_of(alice, keeps_alive=True)[0])
    monkeypatch.setattr("generations.intake.writing.tasks.ring", lambda _bells: None)
    answer = script.post(IMAGES, {"model": "sketch", "prompt": "a cat"})
    body = b"".join(answer.streaming_content)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert body.startswith(b" ")
    assert json.loads(body)["error"]["code"] == "server_error", "what fails is told under 200"


def test_a_key_that_does_not_ask_for_it_hears_the_true_status(alice, key_of, monkeypatch):
    monkeypatch.setattr(images.waiting, "wait", lambda _job, _within: True)
    answer = Script(key_of(alice)[0]).post(IMAGES, {"model": "sketch", "prompt": "a cat"})
    assert (answer.status_code, answer["x-should-retry"]) == (502, "false")


def test_who_waited_in_vain_learns_which_job_it_was_all_the_same(alice, key_of, monkeypatch):
    monkeypatch.setattr(images.waiting, "wait", lambda _job, _within: True)
    script, asked = Script(key_of(alice)[0]), {"model": "sketch", "prompt": "a cat"}
    first, again = (script.post(IMAGES, asked, idempotency_key="once") for _ in range(2))
    assert first["x-studio-job"] == again["x-studio-job"] == str(Job.objects.get().pk)
    assert again["Idempotent-Replayed"] == "true"
    assert "x-studio-job" not in script.post(IMAGES, asked | {"n": 0})
