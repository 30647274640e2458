"""What many want at once is done in one go, and nobody waits for others to come."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import transaction

from gptstudio.together import MOST, Together
from tests.accounts.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


class Slow:
    """Doubles numbers. The first go lasts until so many others have come."""

    TOO_MUCH = 1000

    def __init__(self, others: int) -> None:
        self.goes: list[list[int]] = []
        self.told: list[object] = []
        self.together: Together[int, int] = Together(self.do, self.told.append)
        self._others = others
        self._begun = threading.Event()

    def do(self, numbers: list[int]) -> list[int | BaseException]:
        self.goes.append(numbers)
        if len(self.goes) == 1:
            self._begun.set()
            while len(self.together._lines["all"]) < self._others:
                pass
        if self.TOO_MUCH in numbers:
            raise OSError("no database")
        return [ValueError(number) if number < 0 else number * 2 for number in numbers]

    def first(self, number: int) -> Callable[[], int]:
        return lambda: self.together("all", number)

    def later(self, number: int) -> Callable[[], int]:
        def come() -> int:
            assert self._begun.wait(10)
            return self.together("all", number)

        return come


def test_who_comes_alone_begins_at_once():
    slow = Slow(others=0)
    assert [slow.together("all", 1), slow.together("all", 2)] == [2, 4]
    assert slow.goes == [[1], [2]]
    assert not slow.together._lines


def test_those_who_come_meanwhile_are_done_in_one_go_and_each_has_its_own():
    slow = Slow(others=4)
    assert at_once(slow.first(1), *(slow.later(number) for number in (2, 3, 4, 5))) == [2, 4, 6, 8, 10]
    assert [len(go) for go in slow.goes] == [1, 4]
    assert not slow.together._lines


def test_no_more_than_so_many_are_done_in_one_go():
    slow = Slow(others=MOST + 3)
    at_once(slow.first(0), *(slow.later(number) for number in range(1, MOST + 4)))
    assert [len(go) for go in slow.goes] == [1, MOST, 3]


def test_what_is_wrong_with_one_is_raised_for_that_one():
    slow = Slow(others=2)
    first, wrong, right = at_once(slow.first(1), slow.later(-2), slow.later(3))
    assert (first, right) == (2, 6)
    assert isinstance(wrong, ValueError)


def test_where_all_goes_wrong_each_is_told_and_the_next_are_done():
    slow = Slow(others=2)
    first, *others = at_once(slow.first(1), slow.later(Slow.TOO_MUCH), slow.later(3))
    assert first == 2
    assert [type(each) for each in others] == [OSError, OSError]
    assert slow.together("all", 4) == 8


def test_in_a_transaction_it_is_done_alone():
    """What others want must not hang on whether that transaction is committed."""
    slow = Slow(others=1)

    def in_transaction() -> int:
        assert slow._begun.wait(10)
        with transaction.atomic():
            mine = slow.together("all", 3)
        slow.together("all", 4)
        return mine

    assert at_once(slow.first(1), in_transaction) == [2, 6]
    assert slow.goes == [[1], [3], [4]]


def test_those_who_have_nothing_in_common_do_not_wait_for_each_other():
    slow = Slow(others=1)

    def elsewhere() -> int:
        assert slow._begun.wait(10)
        mine = slow.together("others", 5)
        slow.together("all", 2)
        return mine

    assert at_once(slow.first(1), elsewhere) == [2, 10]
    assert slow.goes == [[1], [5], [2]]


def test_what_comes_after_keeps_nobody_waiting_and_its_trouble_is_nobodys():
    slow, answered, goes = Slow(others=1), threading.Event(), []

    def after(outcomes: object) -> None:
        goes.append(outcomes)
        if outcomes == [2]:
            assert answered.wait(10), "the next is done meanwhile"
        raise OSError("no broker")

    slow.together = Together(slow.do, after)

    def later() -> int:
        mine = slow.later(2)()
        answered.set()
        return mine

    assert at_once(slow.first(1), later) == [2, 4]
    assert sorted(goes) == [[2], [4]]


def test_what_comes_after_needs_no_database_which_may_have_gone_away(django_db_blocker):
    slow = Slow(others=0)
    with django_db_blocker.block():
        assert slow.first(1)() == 2
    assert slow.told == [[2]]
