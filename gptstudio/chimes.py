"""How does a web process hear that a picture has ended? Whoever ends it tells all of them, and who waits for it looks.

Nothing is kept of a chime and nobody answers for it: who missed one looks now and then by themselves. Inside one
process it is a call, between several it goes through Redis.
"""

import socket
import threading
import time
import uuid
from collections.abc import Callable
from functools import cache
from typing import Any

import structlog
from django.conf import settings

from gptstudio.turnstile import outside

log = structlog.get_logger(__name__)

CHANNEL = "gptstudio.chimes"
PATIENCE = 2.0
"""Seconds for which a worker tries to be heard."""
AWAY = 2.0
"""Seconds until a Redis that was away is tried again."""
LIVELY = {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_USER_TIMEOUT": 15_000}
"""A Redis that vanished without a word is given up within some twenty seconds, where the system has words for that."""

Hear = Callable[[uuid.UUID], None]
_away_until = 0.0
_here: list[Hear] = []
"""Who listens in this process, where workers live in it."""


def ring(about: uuid.UUID) -> None:
    """Tell every web process. Raises nothing: a chime that is not heard costs half a second."""
    if settings.IS_EMBEDDED:
        for hear in _here:
            hear(about)
        return
    global _away_until  # noqa: PLW0603
    if time.monotonic() < _away_until:
        return
    try:
        with outside():
            _line().publish(CHANNEL, about.bytes)
    except Exception as wrong:  # whatever it is, the picture is there
        log.warning("chime_not_rung", error=type(wrong).__name__)
        _away_until = time.monotonic() + AWAY


def listen(hear: Hear) -> None:
    """Have `hear` called for each chime from now on, by a thread of its own."""
    if settings.IS_EMBEDDED:
        _here.append(hear)
    else:
        threading.Thread(target=_listen, args=(hear,), name="chimes", daemon=True).start()


def _listen(hear: Hear) -> None:
    while True:
        try:
            with _new_line(socket_timeout=None).pubsub(ignore_subscribe_messages=True) as line:
                line.subscribe(CHANNEL)
                for message in line.listen():
                    hear(uuid.UUID(bytes=message["data"]))
        except Exception as wrong:  # else this process would never hear one again
            log.warning("chimes_not_heard", error=type(wrong).__name__)
            time.sleep(AWAY)


@cache
def _line() -> Any:
    """This process's own, for all of its threads."""
    return _new_line(socket_timeout=PATIENCE)


def _new_line(**options: Any) -> Any:
    from redis import Redis  # here, as one machine alone needs none

    options_of_line = {getattr(socket, name): each for name, each in LIVELY.items() if hasattr(socket, name)}
    alive = {"socket_keepalive": True, "socket_keepalive_options": options_of_line}
    return Redis.from_url(settings.BROKER_URL, socket_connect_timeout=PATIENCE, **alive, **options)
