"""A busy script asks the database for its key and its image model twice a second, and a revoked key opens nothing."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accounts.models import ApiKey
from generations.api.lately import GRACE, MOST, Lately
from tests.generations.api.conftest import VIDEOS

MOMENT = 0.5


@pytest.fixture
def clock(monkeypatch, settings) -> list[float]:
    settings.REMEMBERED_FOR = MOMENT
    now = [0.0]
    monkeypatch.setattr("generations.api.lately.time.monotonic", lambda: now[0])
    return now


def test_a_question_is_asked_once_in_half_a_second(clock):
    asked: list[str] = []
    known = Lately(lambda name: asked.append(name) or f"the {name}")
    assert {known("cat"), known("cat")} == {"the cat"}
    clock[0] += MOMENT
    known("cat")
    assert asked == ["cat", "cat"]


def test_while_one_asks_anew_the_others_go_on_with_what_is_known_but_not_for_long(clock):
    asked: list[str] = []
    heard: list[str | None] = []

    def ask(name: str) -> str:
        asked.append(name)
        if len(asked) == 2:  # the others come while this one is being answered
            heard.append(known("cat"))
            clock[0] += GRACE
            heard.append(known("cat"))
        return f"the {name} of {len(asked)}"

    known = Lately(ask)
    known("cat")
    clock[0] += MOMENT
    known("cat")
    assert heard == ["the cat of 1", "the cat of 3"]
    assert MOMENT + GRACE < 1, "a revoked key opens nothing a second later"


def test_what_was_not_there_is_looked_for_again(clock):
    there: list[str] = []
    known = Lately(lambda _name: there[0] if there else None)
    assert known("cat") is None
    there.append("a cat")
    assert known("cat") == "a cat"


def test_it_never_remembers_without_end(clock):
    known = Lately(str.upper)
    for number in range(MOST + 1):
        known(f"cat {number}")
    assert len(known._known) <= MOST


def test_a_busy_script_is_asked_after_twice_a_second(clock, alices, django_assert_max_num_queries):
    alices.wish("A")
    with django_assert_max_num_queries(8):
        assert alices.wish("A").status_code == 200


def test_a_revoked_key_opens_nothing_after_half_a_second(clock, alices):
    assert alices.wish("A").status_code == 200
    ApiKey.objects.update(revoked=timezone.now())
    clock[0] += MOMENT
    assert alices.get(f"{VIDEOS}/task_{'0' * 32}").status_code == 401
