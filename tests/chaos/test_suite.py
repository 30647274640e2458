"""The suite's own machinery: seeds replay, predictions cover every point, short clocks keep the order of the real."""

from datetime import timedelta
from importlib import import_module
from random import Random

import pytest

from generations.failpoints import NAMES
from tests.chaos import scenes, services
from tests.chaos.marks import READY
from tests.chaos.results import BEGIN, END, PAGE, Result
from tests.chaos.scenes.failpoints import CASES
from tests.chaos.striking import DIES_YOUNG, draw_lives
from tests.chaos.tampering import CLOCKS, set_clocks

ONLY_POLLED = {"poll.before", "poll.after"}


def test_the_same_seed_strikes_alike_and_another_does_not():
    drawn = [draw_lives(Random(f"{seed} a scene"), 50, 2.0, READY) for seed in (7, 7, 8)]
    assert drawn[0] == drawn[1] != drawn[2]


def test_most_processes_are_struck_at_work_and_some_while_they_start():
    lives = draw_lives(Random(1), 1000, 2.0, READY)
    young = sum(not life.counted_from for life in lives) / len(lives)
    assert DIES_YOUNG / 2 < young < DIES_YOUNG * 2


def test_every_failpoint_has_a_prediction_for_each_shape_of_upstream():
    assert {case.point for case in CASES["async"]} == NAMES
    assert {case.point for case in CASES["sync"]} == NAMES - ONLY_POLLED


def test_cases_can_be_told_apart_by_their_prompts():
    for cases in CASES.values():
        assert len({case.prompt for case in cases}) == len(cases)


def test_scenes_are_told_apart_by_their_names():
    assert len({scene.name for scene in scenes.ALL}) == len(scenes.ALL)


def test_the_short_run_has_scenes_on_both_stacks():
    assert {stack for scene in scenes.ALL for stack in scene.short_on} == {"embedded", "services"}


def clock(module: str, hand: str, clocks: str) -> float:
    value = CLOCKS[clocks].get(module, {}).get(hand, getattr(import_module(module), hand))
    return value.total_seconds() if isinstance(value, timedelta) else float(value)


@pytest.mark.parametrize("clocks", CLOCKS)
def test_the_clocks_keep_their_order(clocks):
    life = clock("generations.engine.leases", "LIFE", clocks)
    assert clock("generations.engine.leases", "BEAT", clocks) * 2 < life
    assert clock("generations.client.polls", "PATIENCE", clocks) < life
    assert clock("generations.engine.poll", "FIRST_PAUSE", clocks) < clock(
        "generations.engine.poll", "LONGEST_PAUSE", clocks
    )
    assert clock("gptstudio.celery", "TICK", clocks) < clock("generations.engine.sweep", "RING_AGAIN", clocks)


@pytest.mark.parametrize("clocks", CLOCKS)
def test_every_clock_that_is_set_is_one_of_the_studios(clocks):
    assert [
        name for name, hands in CLOCKS[clocks].items() if not hands.keys() <= vars(import_module(name)).keys()
    ] == []


def test_a_clock_that_the_studio_has_no_more_is_an_error(monkeypatch):
    monkeypatch.setitem(CLOCKS, "short", {"generations.engine.leases": {"LIVE": timedelta(seconds=6)}})
    with pytest.raises(AttributeError):
        set_clocks("short")


def test_a_service_that_is_missing_is_one_sentence(monkeypatch):
    monkeypatch.setattr(services, "find_installed", lambda program: None)
    with pytest.raises(services.Missing, match=r"^The chaos suite needs redis-server, which is not installed\.$"):
        services.require()


def test_the_page_of_promises_has_a_place_for_the_figures():
    page = PAGE.read_text()
    assert page.count(BEGIN) == page.count(END) == 1
    assert page.index(BEGIN) < page.index(END)


def test_the_page_tells_of_every_scene_and_every_promise():
    page = PAGE.read_text()
    for scene in scenes.ALL:
        assert f"`{scene.name}`" in page
        assert scene.shows in page


def test_a_broken_promise_is_told_as_one():
    assert str(Result("a scene", "embedded", wrong=["something"])).endswith("| **broken** |")
    assert str(Result("a scene", "embedded")).endswith("| kept |")
