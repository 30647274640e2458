"""Killed at any moment and started again, the studio finishes what was under way and pays once."""

import pytest

from tests.live.conftest import EMBEDDED, HERE
from tests.live.studio import Studio, wait_for

MOMENTS = (0.0, 0.2, 0.6) if EMBEDDED in HERE else (0.2,)
"""How many of the sketches are there when it is killed. On services the chaos suite kills at moments enough."""


def attempts(studio: Studio, stage: str) -> list[tuple[str]]:
    return studio.rows(f"SELECT id FROM generations_attempt WHERE stage = '{stage}'")


def test_killed_between_submit_and_poll_it_finishes_and_has_paid_once(studio, alice_at, upstream):
    alice_at().create("a lighthouse [delay=3]", "gpt-image-2")
    wait_for(
        lambda: studio.rows("SELECT 1 FROM generations_attempt WHERE stage = 'accepted'"), what="an accepted attempt"
    )
    studio.kill()
    assert studio.states() == ["running"]
    studio.start()
    assert studio.wait_until_over(1) == ["succeeded"]
    assert len(upstream.log()) == 1
    studio.manage("audit")


def test_killed_while_jobs_wait_it_makes_them_all(studio, alice_at, upstream):
    alice = alice_at()
    alice.create("a lighthouse", "gpt-image-2", n="4")
    studio.kill()
    studio.start()
    states = studio.wait_until_over(4, within=120)
    paid = len(upstream.log())
    assert states.count("succeeded") <= paid <= 4
    studio.manage("audit")


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_while_it_sketches_it_sketches_again(studio, alice_at, moment):
    alice_at().create("a quiet harbour", "sketch", n="3")
    if moment:
        wait_for(lambda: studio.states().count("succeeded") >= moment * 3, what="some sketches")
    studio.kill()
    studio.start()
    assert studio.wait_until_over(3, within=90) == ["succeeded"] * 3
    studio.manage("audit")


def test_asked_to_stop_it_finishes_what_is_under_way(studio, alice_at, upstream):
    alice_at().create("a lighthouse [delay=2]", "gpt-image-2-vip")
    wait_for(lambda: attempts(studio, "sending"), what="a call under way")
    assert studio.stop() == 0
    assert not attempts(studio, "sending")
    assert not attempts(studio, "unknown")
    studio.start()
    assert studio.wait_until_over(1) == ["succeeded"]
    assert len(upstream.log()) == 1
