"""Celery's doors: who answers a bell, and for how long."""

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError

from generations import engine, tasks
from generations.engine import Bell

COLLECT = Bell("collect")


@pytest.fixture
def rung(monkeypatch) -> list[Bell]:
    bells: list[Bell] = []
    monkeypatch.setattr(tasks, "ring", bells.extend)
    return bells


@pytest.fixture
def said(monkeypatch) -> list[list[Bell]]:
    """What `engine.submit` says next, call by call."""
    answers: list[list[Bell]] = []

    def submit() -> list[Bell]:
        return answers.pop(0)

    monkeypatch.setattr(engine, "submit", submit)
    return answers


def test_more_of_the_same_is_done_without_a_bell(rung, said):
    said += [[COLLECT, Bell("submit")], [Bell("submit")], [COLLECT]]
    tasks.submit()
    assert said == []
    assert rung == [COLLECT, COLLECT]


def test_more_to_be_told_is_told_without_a_bell(rung, monkeypatch):
    answers = [[Bell("hooks")], [Bell("hooks")], []]
    monkeypatch.setattr(engine, "notify", lambda: answers.pop(0))
    tasks.hooks()
    assert (answers, rung) == ([], [])


def test_what_one_pair_of_hands_cannot_do_is_rung_for(rung, said):
    said += [[Bell("submit"), Bell("submit")], []]
    tasks.submit()
    assert rung == [Bell("submit")]


def test_who_is_told_to_stop_takes_nothing_more_on(rung, said, monkeypatch):
    said += [[Bell("submit")], [COLLECT]]
    ring = rung.extend
    monkeypatch.setattr(tasks, "ring", lambda bells: (ring(bells), tasks.closing.set()))
    try:
        tasks.submit()
    finally:
        tasks.closing.clear()
    assert said == [[COLLECT]]


@pytest.mark.parametrize("trouble", [OperationalError, InterfaceError])
def test_a_bell_heard_while_the_database_was_away_is_rung_again_as_soon_as_it_is_back(rung, monkeypatch, trouble):
    is_away = True

    def fail() -> list[Bell]:
        if is_away:
            raise trouble("the database is away")
        return []

    monkeypatch.setattr(engine, "submit", fail)
    monkeypatch.setattr(engine, "sweep", fail)
    monkeypatch.setattr(tasks, "_waiting", lambda _queue: 0)
    for door in (tasks.submit, tasks.submit, tasks.sweep):
        with pytest.raises(trouble):
            door()
    assert rung == []
    is_away = False
    tasks.sweep()
    assert rung == [Bell("submit")] * 2
    tasks.sweep()
    assert len(rung) == 2


def test_a_bell_whose_picture_does_not_fit_the_database_is_left_to_the_sweeps(rung, monkeypatch):
    def fail() -> list[Bell]:
        raise IntegrityError("it would be rung for every second, for ever")

    monkeypatch.setattr(engine, "submit", fail)
    with pytest.raises(IntegrityError):
        tasks.submit()
    assert not tasks.unanswered


@pytest.fixture
def sent(monkeypatch) -> list[list[object]]:
    """The words of each message to the workers who submit."""
    messages: list[list[object]] = []
    monkeypatch.setattr(tasks.submit, "apply_async", lambda *, args: messages.append(args))
    return messages


def test_one_message_rings_for_several_and_for_no_more_than_workers_may_share(sent):
    tasks.ring([Bell("submit")] * 19)
    assert sent == [[8], [8], [3]]


def test_who_hears_a_bell_for_several_asks_those_who_are_free(sent, said, monkeypatch):
    monkeypatch.setattr(tasks.crew, "lend", lambda count, _work: min(count, 2))
    said += [[]]
    tasks.submit(5)
    assert said == [], "one is its own"
    assert sent == [[2]], "two are for another worker"


def test_who_is_told_to_stop_leaves_a_bell_for_several_to_others(sent, said):
    tasks.closing.set()
    try:
        tasks.submit(5)
    finally:
        tasks.closing.clear()
    assert sent == [[5]]
