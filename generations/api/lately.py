"""What was read a moment ago is still so. A script that calls fifty times a second asks the database for its key and
its image model twice.

Half a second is less than the second within which a revoked key must open nothing more, in every process.
"""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

from django.conf import settings

MOST = 1000
"""Answers that are remembered before all are forgotten."""

T = TypeVar("T")


class Lately(Generic[T]):
    """The answers of one question, each for `settings.REMEMBERED_FOR` seconds. What was not found is asked for again.

    Threads share what they are given, and change nothing of it.
    """

    def __init__(self, ask: Callable[[str], T | None]) -> None:
        self._ask = ask
        self._known: dict[str, tuple[float, T]] = {}

    def __call__(self, name: str) -> T | None:
        until, known = self._known.get(name, (0.0, None))
        if time.monotonic() < until:
            return known
        answer = self._ask(name)
        if answer is not None:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[name] = (time.monotonic() + settings.REMEMBERED_FOR, answer)
        return answer
