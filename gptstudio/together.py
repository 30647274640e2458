"""Many who want the same at once have it done in one go, as a database commits for many at once.

Who finds nobody at it begins at once, so nobody ever waits for others to come. Whoever comes meanwhile waits, and the
first of those does the next go for all of them.
"""

import threading
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

import structlog
from django.db import connection, transaction

from gptstudio.turnstile import Places, outside

log = structlog.get_logger(__name__)

Wanted = TypeVar("Wanted")
Outcome = TypeVar("Outcome")

MOST = 16
"""Done in one go."""
AT_ONCE = 4
"""Goes of one process, for those who have nothing in common: more would take the database from each other."""

_places = Places(AT_ONCE)


class Together(Generic[Wanted, Outcome]):
    """`do` gives an outcome for each that is wanted, in their order, or what is to be raised for that one. What it
    raises itself is raised for all of them. `after` is told the outcomes when nobody waits for them any more."""

    def __init__(
        self,
        do: Callable[[list[Wanted]], Sequence[Outcome | BaseException]],
        after: Callable[[Sequence[Outcome | BaseException]], None],
    ) -> None:
        self._do, self._after = do, after
        self._lines: dict[Hashable, deque[_Turn[Wanted, Outcome]]] = {}
        """Who waits, by what they have in common. There is a line for as long as somebody is at it."""
        self._lock = threading.Lock()

    def __call__(self, common: Hashable, wanted: Wanted) -> Outcome:
        """The outcome of what is wanted. In a transaction it is done alone: what others want must not hang on that."""
        if connection.in_atomic_block:
            (outcome,) = outcomes = self._do([wanted])
            transaction.on_commit(lambda: self._after(outcomes), robust=True)
            return _given(outcome)
        turn: _Turn[Wanted, Outcome] = _Turn(wanted)
        with outside():
            if self._is_first(common, turn) or turn.is_to_lead():
                self._lead(common)
        return _given(turn.outcome)

    def _is_first(self, common: Hashable, turn: "_Turn[Wanted, Outcome]") -> bool:
        with self._lock:
            is_first = common not in self._lines
            self._lines.setdefault(common, deque()).append(turn)
            return is_first

    def _lead(self, common: Hashable) -> None:
        line = self._lines[common]
        with self._lock:
            turns = [line.popleft() for _ in range(min(len(line), MOST))]
        outcomes: Sequence[Outcome | BaseException]
        _places.take()
        try:
            outcomes = self._do([turn.wanted for turn in turns])
        except BaseException as wrong:  # each of them is told, and this one with them
            outcomes = [wrong] * len(turns)
        try:
            connection.close()
        finally:
            _places.give()
            self._hand_over(common)
            for turn, outcome in zip(turns, outcomes, strict=True):
                turn.tell(outcome)
        try:  # it is committed; to ask Django whether it is would take a connection, from a database that may be away
            self._after(outcomes)
        except Exception:
            log.exception("not_done_after", count=len(outcomes))

    def _hand_over(self, common: Hashable) -> None:
        with self._lock:
            if line := self._lines[common]:
                line[0].lead()
            else:
                del self._lines[common]


class _Turn(Generic[Wanted, Outcome]):
    """One who waits: for the outcome, or to do it for all."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.outcome: Outcome | BaseException
        self._is_told = False
        self._woken = threading.Event()

    def lead(self) -> None:
        self._woken.set()

    def tell(self, outcome: Outcome | BaseException) -> None:
        self.outcome, self._is_told = outcome, True
        self._woken.set()

    def is_to_lead(self) -> bool:
        """Waits. False where somebody else has done it."""
        self._woken.wait()
        return not self._is_told


def _given(outcome: Outcome | BaseException) -> Outcome:
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome
