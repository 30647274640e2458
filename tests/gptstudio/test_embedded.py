"""Celery's workers inside one process: three queues that do not starve each other, and a stop that finishes."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from celery import Task, shared_task
from kombu import Connection

from gptstudio import embedded, queues
from gptstudio.celery import app
from gptstudio.queues import THREADS

HEARD: list[tuple[str, str]] = []
LINE = threading.Event()


@shared_task(name="tests.hear")
def hear(word: str) -> None:
    HEARD.append((word, threading.current_thread().name.rpartition("_")[0]))


@shared_task(name="tests.hold")
def hold() -> None:
    HEARD.append(("picked up", ""))
    LINE.wait(10)
    HEARD.append(("put down", ""))


MEMORY = {
    "broker_url": "memory://localhost/",
    "broker_transport_options": queues.MEMORY,
    "worker_prefetch_multiplier": 4,
    "worker_enable_remote_control": False,
}
"""The embedded default's settings, for the runs whose other tests have Redis."""


def ring(door: Task, queue: str, *words: str) -> None:
    with Connection(MEMORY["broker_url"]) as line:
        door.apply_async(args=words, queue=queue, connection=line)


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, HEARD
        time.sleep(0.01)


def count(word: str) -> int:
    return sum(heard == word for heard, _ in HEARD)


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The workers, with their sweep at rest."""
    for name, value in MEMORY.items():
        monkeypatch.setattr(queues, name, value)
        monkeypatch.setitem(app.conf, name, value)
    monkeypatch.setattr("gptstudio.celery.TICK", 3600)
    HEARD.clear()
    LINE.clear()
    embedded.start()
    yield
    LINE.set()
    embedded.stop()


@pytest.mark.usefixtures("crew")
def test_each_queue_is_heard_by_the_threads_of_its_own_worker() -> None:
    for queue in THREADS:
        for _ in range(4):
            ring(hear, queue, queue)
    until(lambda: len(HEARD) == 4 * len(THREADS))
    pools = {queue: {pool for word, pool in HEARD if word == queue} for queue in THREADS}
    assert len(set.union(*pools.values())) == len(THREADS)
    assert all(len(pool) == 1 for pool in pools.values())


@pytest.mark.usefixtures("crew")
def test_lines_held_by_submit_keep_neither_polling_nor_collecting_waiting() -> None:
    for _ in range(THREADS["submit"] + 10):
        ring(hold, "submit")
    until(lambda: count("picked up") == THREADS["submit"])
    ring(hear, "poll", "poll")
    ring(hear, "collect", "collect")
    until(lambda: count("poll") == count("collect") == 1)
    assert count("put down") == 0


@pytest.mark.usefixtures("crew")
def test_a_stop_finishes_what_runs_and_begins_nothing() -> None:
    for _ in range(THREADS["submit"] + 10):
        ring(hold, "submit")
    until(lambda: count("picked up") == THREADS["submit"])
    stopping = threading.Thread(target=embedded.stop)
    stopping.start()
    LINE.set()
    stopping.join(10)
    assert not stopping.is_alive()
    assert count("put down") == count("picked up")
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("worker-")]
