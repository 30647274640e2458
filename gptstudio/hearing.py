"""Does this worker still hear its bells? One that lives and is deaf makes way for another.

After trouble with the broker a worker may live on, renew its pulse, publish even, and never be handed a message again.
Nobody but itself would notice, for its sweeps go on ringing. So it does not rely on the library's good will: it knocks
at a queue that only it consumes, through the broker and its own pool, and when knock after knock goes unheard it ends,
so that whoever started it starts it anew. A broker that takes no knock is away, and that is another matter.
"""

import os
import threading
import time
from collections.abc import Callable, Sized
from typing import Any

import structlog
from django.conf import settings

KNOCKS = 4
"""Knocks unheard in a row after which a worker is deaf. They are counted, not timed: a process that was frozen for a
while has heard nothing for long, and is well."""

DEAF = os.EX_TEMPFAIL
"""The exit code of a worker that makes way: nothing is wrong but this process."""

log = structlog.get_logger(__name__)


class Hearing:
    """Knocks `KNOCKS` times within `patience` seconds, in a thread of its own, and calls `retire` when deaf.

    `is_full` says that every thread of the pool is taken: then a worker hears nothing and is right not to.
    """

    def __init__(
        self,
        knock: Callable[[], Any],
        is_full: Callable[[], bool],
        retire: Callable[[], None],
        patience: float,
    ) -> None:
        self.knock, self.is_full, self.retire, self.patience = knock, is_full, retire, patience
        self.unheard = 0
        self.stopped = threading.Event()

    def start(self) -> None:
        threading.Thread(target=self._run, name="hearing", daemon=True).start()

    def stop(self) -> None:
        self.stopped.set()

    def heard(self, **_told: Any) -> None:
        """A knock has come through."""
        self.unheard = 0

    def listen(self) -> None:
        """Knock once more, or retire after too many knocks in vain."""
        if self.is_full():
            self.unheard = 0
        elif self.unheard >= KNOCKS:
            self.retire()
        else:
            self.unheard += 1  # before the knock, which may be heard at once
            self._knock()

    def _run(self) -> None:
        while not self.stopped.wait(self.patience / KNOCKS):
            self.listen()

    def _knock(self) -> None:
        try:
            self.knock()
        except Exception as wrong:  # whatever kept it from leaving says nothing about hearing
            log.warning("knock_not_sent", error=type(wrong).__name__)
            self.unheard = 0


def make_way(
    close: Callable[[], Any],
    held: Sized,
    leave: Callable[[int], Any] = os._exit,
    blink: float = 0.5,
) -> None:
    """Take nothing on any more, let the calls that are `held` finish within DRAIN_SECONDS, and end the process.

    Not by asking Celery to stop: what does not hear may not stop either.
    """
    log.critical("worker_deaf", held=len(held))
    close()
    end = time.monotonic() + settings.DRAIN_SECONDS
    while held and time.monotonic() < end:
        time.sleep(blink)
    leave(DEAF)
