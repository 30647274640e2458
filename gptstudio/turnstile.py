"""How many calls are worked on at once? As many as are good for the machine, however many lines are held.

A thread that waits for a picture costs next to nothing, so the web server may have thousands. Were all of them at work,
they would fight over the processor and the database's connections. So whoever works goes in here, and steps outside to
wait.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponseBase

_places = threading.BoundedSemaphore(settings.WEB_THREADS)
_mine = threading.local()


class Turnstile:
    """Middleware, the outermost."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with _places:
            _mine.inside = True
            try:
                return self.get_response(request)
            finally:
                _mine.inside = False
                _give_back()  # else whoever reads a picture slowly would hold one all the while


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
    if not getattr(_mine, "inside", False):
        yield
        return
    _places.release()
    _mine.inside = False
    try:
        yield
    finally:
        _places.acquire()
        _mine.inside = True
