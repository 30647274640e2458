"""What a burst took is given back."""

import sys

import pytest

from gptstudio.memory import Trimming, resident

BURST, PIECE = 3000, 60_000


@pytest.mark.skipif(sys.platform != "linux", reason="only the C library of Linux keeps it")
def test_what_a_burst_leaves_behind_is_given_back() -> None:
    trimming = Trimming()
    trimming.look()
    before = resident()
    pieces = [bytes(PIECE) for _ in range(BURST)]
    kept = pieces[::100]  # the last of them keeps the heap from shrinking by itself
    del pieces
    trimming.look()
    assert len(kept) == BURST // 100
    assert resident() - before < BURST * PIECE / 4
