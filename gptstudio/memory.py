"""Memory that a burst has taken is given back afterwards, and what a process holds for good is not gone through."""

import ctypes
import gc
import os
import sys
from pathlib import Path

GROWN = 1.2
"""How much more than the least that this process has held is worth a look."""

M_ARENA_MAX, ARENAS = -8, 2
"""mallopt(3): heaps of the C library. One for each of a thousand threads would hold the leavings of each."""

YOUNG = 10_000
"""New objects after which Python looks for rings of them that nobody holds. A picture makes more than its usual 700."""

_PAGE = os.sysconf("SC_PAGE_SIZE")


def settle_in() -> None:
    """Once a process has begun: what it holds by now, it holds for good, and nobody looks through it again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG)


class Trimming:
    """`look` gives back what the C library keeps for itself after many large answers: it never does so on its own."""

    def __init__(self) -> None:
        self.least = 0
        if limit := getattr(_library(), "mallopt", None):
            limit(M_ARENA_MAX, ARENAS)

    def look(self) -> None:
        """Costs nothing where nothing has grown. Elsewhere than on glibc, it does nothing."""
        if resident() > self.least * GROWN and (trim := getattr(_library(), "malloc_trim", None)):
            trim(0)
        self.least = min(self.least, resident()) or resident()


def resident() -> int:
    """Bytes of memory that this process holds."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE
    except OSError:
        return 0


def _library() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if sys.platform == "linux" else None
