"""Who is struck, and when: lives drawn from the seed, so that the same seed strikes the same targets alike."""

import os
import signal
import threading
from dataclasses import dataclass
from random import Random

from tests.chaos.subject import Subject

LOOK = 0.1
"""Seconds between two looks at which process does a job now."""
DIES_YOUNG = 0.15
"""The share of processes that are struck while they are still starting."""


@dataclass(frozen=True, slots=True)
class Life:
    """How long a process lives, counted from its birth or from when it had come so far that it works."""

    seconds: float
    counted_from: str


def draw_lives(random: Random, number: int, most: float, works_when: str) -> list[Life]:
    """The lives of `number` processes in turn."""
    return [
        Life(random.uniform(0.0, 1.0), "")
        if random.random() < DIES_YOUNG
        else Life(random.uniform(0.0, most), works_when)
        for _ in range(number)
    ]


class Reaper(threading.Thread):
    """Lets each process of one role live as long as it was given, then kills it."""

    def __init__(self, studio: Subject, role: str, lives: list[Life]) -> None:
        super().__init__(name=f"reaper-{role}", daemon=True)
        self.studio, self.role, self.lives = studio, role, lives
        self.done = 0
        self._stopped = threading.Event()

    def run(self) -> None:
        last: int | None = None
        for life in self.lives:
            last = self._next(last)
            if last is None or not self._let_live(last, life):
                return
            if kill(last):
                self.studio.note("SIGKILL", self.role)
            self.done += 1

    def _next(self, last: int | None) -> int | None:
        """The process that has come in place of the last one, as soon as it is there."""
        while not self._stopped.wait(LOOK):
            for pid in self.studio.pids(self.role):
                if pid != last:
                    return pid
        return None

    def _let_live(self, pid: int, life: Life) -> bool:
        """False where everything is over before this life is."""
        while life.counted_from and not self.studio.has_come(pid, life.counted_from):
            if self._stopped.wait(LOOK):
                return False
        return not self._stopped.wait(life.seconds)

    def stop(self) -> None:
        self._stopped.set()


class Reapers:
    """Several at once, for as long as a block runs."""

    def __init__(self, *reapers: Reaper) -> None:
        self.reapers = reapers

    def __enter__(self) -> "Reapers":
        for reaper in self.reapers:
            reaper.start()
        return self

    def __exit__(self, *_: object) -> None:
        for reaper in self.reapers:
            reaper.stop()
        for reaper in self.reapers:
            reaper.join()

    @property
    def are_at_work(self) -> bool:
        return any(reaper.is_alive() for reaper in self.reapers)

    @property
    def share(self) -> float:
        """How much of their work is done, 0 to 1."""
        return sum(reaper.done for reaper in self.reapers) / sum(len(reaper.lives) for reaper in self.reapers)


def kill(pid: int) -> bool:
    """As kill -9 does. False for a process that is no more."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
