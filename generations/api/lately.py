"""What was read a moment ago is still so. A script that calls fifty times a second asks the database for its key and
its image model twice.

Half a second, and what it may take to ask anew, is less than the second within which a revoked key must open nothing
more, in every process.
"""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from django.conf import settings

GRACE = 0.2
"""Seconds that asking anew may take until somebody else asks too."""
MOST = 1000
"""Answers that are remembered before all are forgotten."""

T = TypeVar("T")


class Lately(Generic[T]):
    """The answers of one question, each for `settings.REMEMBERED_FOR` seconds. What was not found is asked for again.

    Threads share what they are given, and change nothing of it. While one of them asks anew, the others go on with what
    is known: of fifty who come at once one asks.
    """

    def __init__(self, ask: Callable[[str], T | None]) -> None:
        self._ask = ask
        self._known: dict[str, tuple[float, T, bool]] = {}

    def __call__(self, name: str) -> T | None:
        until, known, is_asked = self._known.get(name, (0.0, None, False))
        now = time.monotonic()
        if now < until + (GRACE if is_asked else 0):
            return known
        if known is not None:
            self._known[name] = until, known, True
        answer = self._ask(name)
        if answer is None:
            self._known.pop(name, None)
            return None
        if len(self._known) >= MOST:
            self._known.clear()
        self._known[name] = now + settings.REMEMBERED_FOR, answer, False
        return answer
