"""How does a call's body come in? At its sender's pace, who takes no place and no database connection meanwhile.

Most bodies are short and are here with their head, so the beginning is heard out before anybody goes in; what is longer
is waited for outside.
"""

import io
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from gptstudio.turnstile import outside

BEGINNING = 8 * 1024
"""Bytes: nearly every call in JSON. Its room is taken for as long as the caller waits for a picture."""
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]


class Arriving(io.RawIOBase):
    """What still comes over the line. Once it is broken, it stays broken: the server itself might then say that it has
    ended, and half of a body would be taken for a whole one."""

    def __init__(self, source: Any) -> None:
        self._source = source
        self._wrong: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, room: Any) -> int:
        if self._wrong is not None:
            raise self._wrong
        try:
            with outside():
                piece = self._source.read(len(room))
        except Exception as wrong:
            self._wrong = wrong
            raise
        room[: len(piece)] = piece
        return len(piece)


def patient(application: Application) -> Application:
    """The same application, which waits outside for its bodies."""

    def called(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH") or environ.get("HTTP_TRANSFER_ENCODING"):
            body = io.BufferedReader(Arriving(environ["wsgi.input"]), BEGINNING)
            with suppress(Exception):  # whoever reads it is told
                body.peek()
            environ["wsgi.input"] = body
        return application(environ, start_response)

    return called
