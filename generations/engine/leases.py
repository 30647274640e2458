"""Who works on an attempt now: a lease of 30 seconds, renewed while its holder lives.

A lease's token is made anew each time one is taken and every write asks for it, so it is also the fence: a worker
that was frozen while another took over finds its token gone and changes nothing.
"""

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import structlog
from django.db import connection
from django.utils import timezone

from generations.models import Attempt

LIFE = timedelta(seconds=30)
BEAT = 10.0
"""Seconds between renewals: two may fail before a lease is lost."""

log = structlog.get_logger(__name__)
_held: dict[str, uuid.UUID] = {}
_changed = threading.Condition()
_heart: threading.Thread | None = None


def new_lease() -> str:
    return uuid.uuid4().hex


def lease_end() -> datetime:
    return timezone.now() + LIFE


@contextmanager
def holding(attempt: Attempt) -> Iterator[None]:
    """Keep the attempt's lease alive for as long as the block runs, however long the provider takes."""
    _start_heart()
    lease = attempt.lease
    with _changed:
        _held[lease] = attempt.pk
        _changed.notify()
    try:
        yield
    finally:
        with _changed:
            del _held[lease]


def _start_heart() -> None:
    global _heart  # noqa: PLW0603
    with _changed:
        if _heart is None or not _heart.is_alive():
            _heart = threading.Thread(target=_beat, name="lease-heart", daemon=True)
            _heart.start()


def _beat() -> None:
    while True:
        with _changed:
            _changed.wait_for(lambda: bool(_held))
        time.sleep(BEAT)
        with _changed:
            leases = dict(_held)
        if leases:
            try:
                _renew(leases)
            except Exception as wrong:  # whatever it is, every line that is held here hangs on the next beat
                log.warning("leases_not_renewed", error=f"{type(wrong).__name__}: {wrong}", count=len(leases))


def _renew(leases: dict[str, uuid.UUID]) -> None:
    """All in one UPDATE that finds its rows by their keys; no index knows a lease."""
    try:
        Attempt.objects.filter(pk__in=leases.values(), lease__in=leases).update(lease_until=lease_end())
    finally:
        connection.close()
