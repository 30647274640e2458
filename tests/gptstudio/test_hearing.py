"""A worker that hears nothing makes way; one that is busy, or has no broker, does not."""

import time
from collections.abc import Callable

import pytest

from gptstudio.hearing import DEAF, KNOCKS, Hearing, make_way


class Door:
    """Where a worker knocks, and what becomes of it."""

    def __init__(self) -> None:
        self.knocks = 0
        self.retired = 0
        self.is_full = False
        self.on_knock: Callable[[], None] = lambda: None
        self.hearing = Hearing(self.knock, lambda: self.is_full, self.retire, patience=60)

    def knock(self) -> None:
        self.knocks += 1
        self.on_knock()

    def retire(self) -> None:
        self.retired += 1

    def listen(self, times: int) -> None:
        for _ in range(times):
            self.hearing.listen()


@pytest.fixture
def door() -> Door:
    return Door()


def test_a_worker_that_hears_every_knock_stays(door: Door) -> None:
    door.on_knock = door.hearing.heard
    door.listen(50)
    assert (door.knocks, door.retired) == (50, 0)


def test_a_worker_that_hears_none_of_its_knocks_retires(door: Door) -> None:
    door.listen(KNOCKS)
    assert door.retired == 0
    door.listen(1)
    assert (door.knocks, door.retired) == (KNOCKS, 1)


def test_one_knock_heard_late_is_enough(door: Door) -> None:
    door.listen(KNOCKS)
    door.hearing.heard()
    door.listen(KNOCKS)
    assert door.retired == 0


def test_a_worker_whose_threads_are_all_taken_is_not_deaf(door: Door) -> None:
    door.is_full = True
    door.listen(50)
    assert (door.knocks, door.retired) == (0, 0)


def test_what_went_unheard_before_its_threads_were_taken_is_forgotten(door: Door) -> None:
    door.listen(KNOCKS)
    door.is_full = True
    door.listen(1)
    door.is_full = False
    door.listen(KNOCKS)
    assert door.retired == 0


def test_a_broker_that_takes_no_knock_makes_nobody_deaf(door: Door) -> None:
    def refuse() -> None:
        raise ConnectionError("the broker is away")

    door.on_knock = refuse
    door.listen(50)
    assert (door.knocks, door.retired) == (50, 0)


def test_a_deaf_worker_shuts_its_doors_and_waits_for_its_calls_before_it_goes() -> None:
    done: list[str] = []
    held = ["a call"]

    def close() -> None:
        done.append("closed")

    class Held(list[str]):
        """A call that ends when it is looked at for the third time."""

        looks = 0

        def __bool__(self) -> bool:
            self.looks += 1
            if self.looks == 3:
                done.append("finished")
            return self.looks < 3

    make_way(close, Held(held), lambda code: done.append(f"left with {code}"), blink=0.01)
    assert done == ["closed", "finished", f"left with {DEAF}"]


def test_a_call_that_never_ends_does_not_keep_a_deaf_worker(settings) -> None:
    settings.DRAIN_SECONDS = 0.2
    left: list[int] = []
    began = time.monotonic()
    make_way(lambda: None, ["a call"], left.append, blink=0.01)
    assert left == [DEAF]
    assert 0.2 <= time.monotonic() - began < 5
