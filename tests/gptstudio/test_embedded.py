"""Celery's workers inside one process: queues that do not starve each other, and a stop that finishes."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from celery import Task, shared_task
from celery.signals import task_prerun
from kombu import Connection

from generations import tasks
from gptstudio import embedded, queues
from gptstudio.celery import app, knock
from gptstudio.hearing import KNOCKS, Hearing
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
    tasks.closing.clear()


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


@pytest.mark.usefixtures("crew")
def test_from_the_word_on_the_doors_are_shut_while_calls_are_still_held() -> None:
    ring(hold, "submit")
    until(lambda: count("picked up") == 1)
    embedded.close()
    assert tasks.closing.is_set()
    assert count("put down") == 0
    LINE.set()
    until(lambda: count("put down") == 1)


def test_where_no_worker_is_embedded_there_is_nothing_to_close() -> None:
    embedded.close()
    assert not tasks.closing.is_set()


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch, settings, request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """The crew, whose first worker is a process of its own to itself. Gives what it does when it is deaf.

    Each knock that it hears, and each time it has asked itself whether it hears, is noted.
    """
    settings.IS_EMBEDDED, settings.DEAF_AFTER = False, 0.8
    retired: list[str] = []
    send, listen = knock.apply_async, Hearing.listen

    def over_memory(queue: str) -> None:
        with Connection(MEMORY["broker_url"]) as line:
            send(queue=queue, connection=line)

    def listen_once(hearing: Hearing) -> None:
        listen(hearing)
        HEARD.append(("listened", ""))

    def note(**_told: object) -> None:
        HEARD.append(("knock", ""))

    monkeypatch.setattr(knock, "apply_async", over_memory)
    monkeypatch.setattr("gptstudio.celery.make_way", lambda **_held: retired.append("retired"))
    monkeypatch.setattr(Hearing, "listen", listen_once)
    task_prerun.connect(note, sender=knock)
    request.getfixturevalue("crew")
    yield retired
    task_prerun.disconnect(note, sender=knock)


def test_a_worker_that_hears_its_own_knock_is_left_alone(listening) -> None:
    until(lambda: count("knock") > KNOCKS)
    assert listening == []


def test_a_worker_whose_consumer_has_gone_silent_finds_out_by_itself(listening) -> None:
    consumer = next(iter(embedded._crew)).consumer
    until(lambda: consumer.task_consumer is not None)
    for queue in [*consumer.task_consumer.queues]:
        consumer.cancel_task_queue(queue)
    until(lambda: bool(listening))
    assert set(listening) == {"retired"}


def test_a_worker_whose_threads_all_hold_lines_is_not_deaf(listening) -> None:
    for _ in range(THREADS["submit"] + 10):
        ring(hold, "submit")
    until(lambda: count("picked up") == THREADS["submit"])
    listened = count("listened")
    until(lambda: count("listened") > listened + KNOCKS + 1)
    assert listening == []
