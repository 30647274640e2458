"""A thread of a worker may ask others of it to lend a hand."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import SimpleNamespace

import pytest

from gptstudio.crew import Crew


@pytest.fixture
def executor():
    with ThreadPoolExecutor(4) as threads:
        yield threads


@pytest.fixture
def crew(executor) -> Crew:
    """Of four threads, one of them at work."""
    crew = Crew()
    pool, state = SimpleNamespace(limit=4, executor=executor), SimpleNamespace(active_requests={"a request"})
    crew.sign_on(SimpleNamespace(pool=pool, state=state))
    return crew


def test_as_many_as_are_free_lend_a_hand(crew):
    done, go = [], Event()

    def work():
        go.wait(10)
        done.append(1)

    assert crew.lend(2, work) == 2
    assert len(crew) == 3
    assert crew.lend(5, work) == 1, "three of them are at work already"
    assert crew.lend(1, work) == 0
    go.set()
    crew._pool.executor.shutdown()
    assert (len(done), len(crew)) == (3, 1)


def test_one_whose_work_fails_is_free_again(crew):
    assert crew.lend(1, lambda: 1 / 0) == 1
    crew._pool.executor.shutdown()
    assert len(crew) == 1


def test_nobody_lends_a_hand_who_is_leaving(crew):
    crew._pool.executor.shutdown()
    assert crew.lend(2, print) == 0
    assert len(crew) == 1


def test_outside_a_worker_there_is_nobody():
    assert Crew().lend(3, print) == 0
