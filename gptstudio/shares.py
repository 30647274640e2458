"""How many lines does each web process hold? Written where all of them see it, so that none takes far more than others.

The kernel gives a new line to whichever process asks first, and a line is kept: of fifty callers one process may hold
forty, who then wait four times as long as the other ten for as long as they call.
"""

import mmap
import struct

MOST_PROCESSES = 256
_WIDTH = struct.calcsize("i")


class Shares:
    """Made before the processes are; each of them has a place in it by its number."""

    def __init__(self) -> None:
        self._counts = mmap.mmap(-1, MOST_PROCESSES * _WIDTH)

    def tell(self, number: int, lines: int) -> None:
        """That the process of this number holds so many lines now; none when it has gone."""
        struct.pack_into("i", self._counts, number % MOST_PROCESSES * _WIDTH, lines)

    def fair(self, processes: int) -> float:
        """What each would hold if all held as many."""
        return sum(struct.unpack(f"{MOST_PROCESSES}i", self._counts[:])) / processes
