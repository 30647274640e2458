"""Providers that answer as no document says: letters that no row can hold, endless drops, our own key, a long id."""

import itertools
import json
import threading
import time

import pytest
from django.db import connections

from generations import engine
from generations.client import lines, polls
from generations.faults import Kind
from generations.models import Attempt, ImageModel, Provider, Route, Stage, State
from tests.generations.driving import answer, finish, hurry
from tests.generations.engine.talker import said

pytestmark = pytest.mark.django_db(transaction=True)

VIP, VIDEOS, SQUARE = "gpt-image-2-vip", "gpt-image-2", ("1:1", "1K")


@pytest.fixture
def accepted(provider, ask, talker):
    """One picture that a provider has taken on, and that is due to be asked for."""
    talker.on_submit = said(id="task 1", status="queued")
    provider("videos", base_url=talker.url)
    generation = ask(VIDEOS, "a lamp", shape=SQUARE).generations.get()
    answer(engine.Bell("submit"))
    hurry()
    return generation


def test_letters_that_no_row_can_hold_are_left_out(provider, ask, talker):
    talker.on_submit = lambda: [
        b'{"error": {"message": "not \\u0000 good \\ud800", "code": "invalid_value"}, "a": "\0"}'
    ]
    provider("images-vip", base_url=talker.url)
    (generation,) = finish(ask(VIP, "a lamp", shape=SQUARE))
    attempt = generation.attempts.get()
    assert (generation.state, generation.fault) == (State.FAILED, Kind.INVALID)
    assert attempt.fault_text == "not \ufffd good \ufffd"
    assert "\0" not in attempt.raw


def test_an_id_may_be_longer_than_any_seen_and_hold_any_letter(provider, ask, talker):
    talker.on_submit = said(id="\0" + "x" * 700, status="queued")
    provider("videos", base_url=talker.url)
    generation = ask(VIDEOS, "a lamp", shape=SQUARE).generations.get()
    answer(engine.Bell("submit"))
    assert generation.attempts.get().upstream_id.endswith("x" * 700)


def test_an_answer_that_comes_in_drops_ends_with_our_patience(provider, ask, talker):
    def drip():
        while True:
            time.sleep(0.1)
            yield b" "

    talker.on_submit = drip
    provider("images-vip", base_url=talker.url, patience=1)
    (generation,) = finish(ask(VIP, "a lamp", shape=SQUARE))
    assert (generation.state, generation.fault) == (State.FAILED, Kind.UNKNOWN)


def test_our_key_is_kept_nowhere_though_the_provider_says_it_aloud(provider, ask, talker):
    talker.on_submit = said(error={"message": "incorrect API key good-key", "code": "good-key"})
    provider("images-vip", base_url=talker.url)
    (generation,) = finish(ask(VIP, "a lamp", shape=SQUARE))
    attempt = generation.attempts.get()
    assert attempt.fault == Kind.DENIED
    assert "good-key" not in attempt.fault_text + attempt.raw


def test_a_provider_that_became_another_one_does_not_stop_the_polls(accepted, provider):
    Provider.objects.filter(dialect="videos").update(dialect="images-openai")
    assert engine.poll() == []
    attempt = accepted.attempts.get()
    assert (attempt.stage, attempt.lease) == (Stage.ACCEPTED, "")


def test_one_provider_that_hangs_is_asked_no_longer_than_one_patience(accepted, talker, monkeypatch):
    monkeypatch.setattr(polls, "PATIENCE", 0.5)
    monkeypatch.setattr(lines, "AT_ONCE", 16)
    patient = threading.Event()
    talker.on_poll = lambda: [b"{}" if patient.wait(10) else b""]
    attempt = accepted.attempts.get()
    for _ in range(39):
        attempt.pk = None
        attempt._state.adding = True
        attempt.save(force_insert=True)
    engine.poll()
    patient.set()
    assert talker.heard.count("GET") < 20
    assert not Attempt.objects.exclude(lease="").exists()


def test_a_provider_that_hangs_keeps_no_other_waiting(accepted, talker, upstream, provider, ask):
    patient = threading.Event()
    talker.on_poll = lambda: [b"{}" if patient.wait(10) else b""]
    quick = Provider(name="Quick", dialect="videos", base_url=upstream.url, is_enabled=True)
    quick.api_key = "good-key"
    quick.save()
    Route.objects.create(image_model=ImageModel.objects.get(name=VIP), provider=quick, upstream_name=VIDEOS)
    job = ask(VIP, "a lamp", shape=SQUARE)
    answer(engine.Bell("submit"))
    hurry()
    accepted.attempts.update(due_at=accepted.created)

    def wait() -> None:
        engine.poll()
        connections.close_all()

    waiting = threading.Thread(target=wait)
    waiting.start()
    while "GET" not in talker.heard:
        time.sleep(0.01)
    (generation,) = finish(job)
    assert waiting.is_alive()
    patient.set()
    waiting.join()
    assert generation.state == State.SUCCEEDED


def test_answers_that_no_one_can_read_are_counted_apart_from_those_that_never_came(accepted, talker):
    webpage, nothing = b"<html>", json.dumps({"error": "come back"}).encode()
    turns = itertools.chain([nothing] * 6, [webpage], itertools.repeat(nothing))
    talker.on_poll = lambda: [next(turns)]
    for _ in range(8):
        hurry()
        engine.poll()
    accepted.refresh_from_db()
    assert accepted.state == State.RUNNING


def test_a_provider_may_be_asked_for_days(accepted, talker):
    talker.on_poll = said(id="task 1", status="running")
    Attempt.objects.update(tries=30_000)
    assert engine.poll() == []
    assert accepted.attempts.get().tries == 30_001
