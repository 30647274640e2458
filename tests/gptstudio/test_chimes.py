"""A chime is heard in every process, and one that cannot be rung hurts nobody."""

import os
import queue
import time
import uuid

import pytest

from gptstudio import chimes

REDIS = os.environ.get("BROKER_URL", "")


@pytest.fixture
def heard(monkeypatch) -> "queue.Queue[uuid.UUID]":
    monkeypatch.setattr(chimes, "_here", [])
    return queue.Queue()


def test_inside_one_process_a_chime_is_a_call(heard, settings):
    settings.IS_EMBEDDED = True
    chimes.listen(heard.put)
    about = uuid.uuid4()
    chimes.ring(about)
    assert heard.get_nowait() == about


@pytest.mark.services
def test_between_processes_every_listener_hears_it(heard, settings, monkeypatch):
    settings.IS_EMBEDDED, settings.BROKER_URL = False, REDIS
    monkeypatch.setattr(chimes, "CHANNEL", f"chimes of {uuid.uuid4()}")
    for _ in range(2):
        chimes.listen(heard.put)
    wait_for_listeners(2)
    about = uuid.uuid4()
    chimes.ring(about)
    assert [heard.get(timeout=10) for _ in range(2)] == [about, about]


def wait_for_listeners(count: int) -> None:
    from redis import Redis

    with Redis.from_url(REDIS) as line:
        while line.pubsub_numsub(chimes.CHANNEL)[0][1] < count:
            pass


@pytest.mark.services
def test_a_redis_that_is_away_is_left_alone_for_a_moment_and_then_rung_again(settings, monkeypatch):
    settings.IS_EMBEDDED, settings.BROKER_URL = False, "redis://127.0.0.1:1/0"
    monkeypatch.setattr(chimes, "_away_until", 0.0)
    dialled = []

    def line():
        dialled.append(1)
        return chimes._new_line(socket_timeout=1)

    monkeypatch.setattr(chimes, "_line", line)
    chimes.ring(uuid.uuid4())
    chimes.ring(uuid.uuid4())
    assert len(dialled) == 1
    monkeypatch.setattr(chimes, "_away_until", time.monotonic())
    chimes.ring(uuid.uuid4())
    assert len(dialled) == 2
