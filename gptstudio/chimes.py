"""How does a web process hear that a picture is there? A worker says so to all of them, and whoever waits for it looks.

Nothing is kept of a chime and nobody answers for it: who missed one looks now and then by themselves. Inside one
process it is a call, between several it goes through Redis.
"""

import threading
import time
import uuid
from collections.abc import Callable
from functools import cache
from typing import Any

import structlog
from django.conf import settings

log = structlog.get_logger(__name__)

CHANNEL = "chimes"
PATIENCE = 2.0
"""Seconds for which a worker tries to be heard."""
SILENCE = 10.0
"""Seconds without a chime after which a line is looked to."""
AWAY = 2.0
"""Seconds until a Redis that was away is tried again."""

Hear = Callable[[uuid.UUID], None]
_here: list[Hear] = []
"""Who listens in this process, where workers live in it."""


def ring(about: uuid.UUID) -> None:
    """Tell every web process. Raises nothing: a chime that is not heard costs half a second."""
    if settings.IS_EMBEDDED:
        for hear in _here:
            hear(about)
        return
    from redis import RedisError

    try:
        _line().publish(CHANNEL, about.bytes)
    except RedisError as wrong:
        log.warning("chime_not_rung", error=type(wrong).__name__)


def listen(hear: Hear) -> None:
    """Have `hear` called for each chime from now on, by a thread of its own."""
    if settings.IS_EMBEDDED:
        _here.append(hear)
    else:
        threading.Thread(target=_listen, args=(hear,), name="chimes", daemon=True).start()


def _listen(hear: Hear) -> None:
    from redis import RedisError

    while True:
        try:
            with _new_line(socket_timeout=None, health_check_interval=SILENCE).pubsub() as line:
                line.subscribe(CHANNEL)
                while True:
                    _pass_on(line.get_message(timeout=SILENCE), hear)
        except RedisError as wrong:
            log.warning("chimes_not_heard", error=type(wrong).__name__)
            time.sleep(AWAY)


def _pass_on(message: dict[str, Any] | None, hear: Hear) -> None:
    if message and message["type"] == "message":
        hear(uuid.UUID(bytes=message["data"]))


@cache
def _line() -> Any:
    """This process's own, for all of its threads."""
    return _new_line(socket_timeout=PATIENCE)


def _new_line(**options: Any) -> Any:
    from redis import Redis

    return Redis.from_url(settings.BROKER_URL, socket_connect_timeout=PATIENCE, socket_keepalive=True, **options)
