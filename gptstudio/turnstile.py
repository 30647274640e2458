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

SCRIPTS, HEALTH = ("/v1/", "/api/"), "/health/"
AT_DESK = 4
"""Threads of one worker process."""


class Places:
    """So many places, given to whoever has waited longest; where `begun_first`, to those who only stepped outside.

    Python's semaphore gives one to whoever happens to run, which is the thread that has just left it: of fifty callers
    some would wait for seconds.
    """

    def __init__(self, count: int, *, begun_first: bool = False) -> None:
        self.free = count
        self.waiting: deque[threading.Lock] = deque()
        self._begun: deque[threading.Lock] = deque() if begun_first else self.waiting
        self._lock = threading.Lock()

    def take(self, *, has_begun: bool = False) -> None:
        with self._lock:
            if self.free:
                self.free -= 1
                return
            turn = threading.Lock()
            turn.acquire()
            (self._begun if has_begun else self.waiting).append(turn)
        turn.acquire()

    def give(self) -> None:
        with self._lock:
            if line := self._begun or self.waiting:
                line.popleft().release()
            else:
                self.free += 1


_places = Places(settings.WEB_THREADS)
_scripts = Places(max(1, settings.WEB_THREADS // 2))
"""Scripts have a line of their own: a person does not stand behind two thousand of them. Their calls are short and wait
for nothing inside, so two of them keep a processor busy, and more only take it from each other."""
# A worker that took up two thousand pictures and went on with each a step at a time would end them all at the end.
_desks = Places(AT_DESK, begun_first=True)
_mine = threading.local()


class Turnstile:
    """Middleware, the outermost."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(HEALTH):  # who asks whether we live must not be kept waiting by our work
            return self.get_response(request)
        with _inside(_scripts if request.path_info.startswith(SCRIPTS) else _places):
            return self.get_response(request)


def at_desk() -> AbstractContextManager[None]:
    """For the work of a worker's thread."""
    return _inside(_desks)


@contextmanager
def _inside(places: Places) -> Iterator[None]:
    before = getattr(_mine, "places", None)
    places.take()
    _mine.places = places
    try:
        yield
    finally:
        _mine.places = before
        try:
            _give_back()  # else whoever reads a picture slowly would hold one all the while
        finally:
            places.give()


def _give_back() -> None:
    """The database connection, for others to use. Only a test has a transaction around a whole call."""
    if not connection.in_atomic_block:
        connection.close()


@contextmanager
def outside(*, for_long: bool = False) -> Iterator[None]:
    """Wait for something without taking a place or a database connection. Who is away `for_long` comes back as if it
    had never been in: else those who come back would keep all from beginning who have only to be sent off.

    Who never went in, as a streamed answer does not, has no place to give. Who is in a transaction keeps it: others may
    wait inside for what that has locked.
    """
    _give_back()
    places: Places | None = getattr(_mine, "places", None)
    if places is None or connection.in_atomic_block:
        yield
        return
    places.give()
    _mine.places = None
    try:
        yield
    finally:
        places.take(has_begun=not for_long)
        _mine.places = places
