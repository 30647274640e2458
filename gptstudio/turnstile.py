"""How many threads are at work at once? As many as are good for the machine, however many lines are held.

A thread that waits for a picture costs next to nothing, so the web server and the worker that holds the providers'
lines may have thousands. Were all of them at work, they would fight over the processor and the database's connections.
So whoever works goes in here, and steps outside to wait.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponseBase

AT_DESK = 4
"""Threads of one worker process."""


class Places:
    """So many places, given to whoever has waited longest.

    Python's semaphore gives one to whoever happens to run, which is the thread that has just left it: of fifty callers
    some would wait for seconds.
    """

    def __init__(self, count: int) -> None:
        self.free = count
        self.waiting: deque[threading.Lock] = deque()
        self._lock = threading.Lock()

    def take(self) -> None:
        with self._lock:
            if self.free:
                self.free -= 1
                return
            turn = threading.Lock()
            turn.acquire()
            self.waiting.append(turn)
        turn.acquire()

    def give(self) -> None:
        with self._lock:
            if self.waiting:
                self.waiting.popleft().release()
            else:
                self.free += 1


_places = Places(settings.WEB_THREADS)
_desks = Places(AT_DESK)
_mine = threading.local()


class Turnstile:
    """Middleware, the outermost."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with _inside(_places):
            return self.get_response(request)


def at_desk() -> AbstractContextManager[None]:
    """For the work of a worker's thread."""
    return _inside(_desks)


@contextmanager
def _inside(places: Places) -> Iterator[None]:
    places.take()
    _mine.places = places
    try:
        yield
    finally:
        _mine.places = None
        _give_back()  # else whoever reads a picture slowly would hold one all the while
        places.give()


def _give_back() -> None:
    """The database connection, for others to use. Only a test has a transaction around a whole call."""
    if not connection.in_atomic_block:
        connection.close()


@contextmanager
def outside() -> Iterator[None]:
    """Wait for something without taking a place or a database connection.

    Who never went in, as a streamed answer does not, has no place to give.
    """
    _give_back()
    places: Places | None = getattr(_mine, "places", None)
    if places is None:
        yield
        return
    places.give()
    _mine.places = None
    try:
        yield
    finally:
        places.take()
        _mine.places = places
