"""The threads of one worker lend each other a hand: a bell that rings for many is heard by one of them.

To hear a message costs Celery some twenty times as much as a thread that is told by another.
"""

import threading
from collections.abc import Callable
from typing import Any

import structlog

log = structlog.get_logger(__name__)


class Crew:
    """Whoever works in this process, at what Celery has given them or lent to each other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pool: Any = None
        self._active: Any = ()
        self._lent = 0

    def sign_on(self, worker: Any) -> None:
        """From here on the threads of this worker are those who may be asked."""
        self._pool, self._active = worker.pool, worker.state.active_requests

    def __len__(self) -> int:
        """How many are at work."""
        return len(self._active) + self._lent

    def lend(self, count: int, work: Callable[[], object]) -> int:
        """Have `work` done by `count` threads, or by as many as are free now. Gives how many those are."""
        with self._lock:
            free = self._pool.limit - len(self) if self._pool else 0
            asked = max(0, min(count, free))
            self._lent += asked
        for number in range(asked):
            try:
                self._pool.executor.submit(self._do, work)
            except RuntimeError:  # the worker is stopping
                self._give_back(asked - number)
                return number
        return asked

    def _do(self, work: Callable[[], object]) -> None:
        structlog.contextvars.clear_contextvars()  # of what this thread did before
        try:
            work()
        except Exception:
            log.exception("lent_hand_failed")
        finally:
            self._give_back(1)

    def _give_back(self, count: int) -> None:
        with self._lock:
            self._lent = max(0, self._lent - count)  # a thread that could not be started may have given back its own


crew = Crew()
