"""How do thousands wait for their pictures at next to no cost? One thread of the process looks for all of them.

Who waits holds a thread that sleeps, and no database connection. The looker asks after a job when somebody comes to
wait for it and when a chime says that a generation of it has ended. A chime may be missed, so now and then it asks for
all of them at once: often while one is new, and rarely when all have waited long.
"""

import threading
import time
import uuid
from contextlib import suppress
from typing import Any

import structlog
from celery.signals import worker_shutting_down
from django.db import Error, connection

from generations.dialects.serving import Refusal, Refused, Why
from generations.models import Job
from gptstudio import chimes, turnstile
from gptstudio.postgresql import PREPARED

log = structlog.get_logger(__name__)

QUICKEST, SLOWEST = 0.1, 0.5
"""Seconds between two looks for all."""
SHARE = 0.05
"""Of the time that the newest has waited, how much may pass until the next look."""
REST = 20
"""How many times as long as a look took is rested: it may take no more than a twentieth of the processor."""
AT_ONCE = 500
"""Jobs that one question asks after."""
AWAY = 10
"""Seconds after which whoever is sent away may come back: a restart takes about as long, and OpenAI's libraries try
twice."""

MOST_TOGETHER = 16
"""Lines that may wait for one job: the same call sent again and again would take them all, for the price of one."""
CROWDED = Refusal(Why.TOO_MANY, f"{MOST_TOGETHER} calls wait for this job already.", retry_after=AWAY)


class Waiting:
    """The waiters of this process, by their job."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._events: dict[uuid.UUID, list[threading.Event]] = {}
        self._asked: set[uuid.UUID] = set()
        """To be looked for at once."""
        self._newest = self._look_for_all = 0.0
        self._is_listening = False
        self._mine = threading.local()
        self._looker: threading.Thread | None = None
        self._is_stopping = False

    def wait(self, job: uuid.UUID, within: float) -> bool:
        """Until no picture of the job is under way any more, or `within` seconds. True where it is over.

        The caller's database connection is given back before. Raises Refused where this process stops meanwhile.
        """
        connection.close()
        over = threading.Event()
        self._come(job, over)
        try:
            with turnstile.outside():
                is_over = over.wait(within)
        finally:
            self._forget(job, over)
        self._mine.last = None if is_over else job
        if self._is_stopping:
            raise Refused.by(_sent_away(job))
        return is_over

    def _come(self, job: uuid.UUID, over: threading.Event) -> None:
        """For somebody new the looker hurries. Who only goes on waiting would else keep it in a hurry for ever."""
        is_new = getattr(self._mine, "last", None) != job
        with self._lock:
            is_idle = not self._events
            if len(self._events.get(job, ())) >= MOST_TOGETHER:
                raise Refused.by(CROWDED)
            self._events.setdefault(job, []).append(over)
            if is_new:
                self._newest = time.monotonic()
            if self._is_stopping:
                over.set()
            self._begin()
            if is_new or is_idle:
                self._asked.add(job)
                self._lock.notify()

    def hear(self, job: uuid.UUID) -> None:
        """A generation of the job has ended."""
        with self._lock:
            if job in self._events:
                self._asked.add(job)
                self._lock.notify()

    def stop(self) -> None:
        """Send away all who wait, and whoever still comes: they would wait for longer than this process may stay."""
        with self._lock:
            self._is_stopping = True
            for over in (each for waiters in self._events.values() for each in waiters):
                over.set()

    def _begin(self) -> None:
        """One thread a process. It is made where it is first needed, for a fork takes no threads along."""
        if self._looker is None or not self._looker.is_alive():
            self._looker = threading.Thread(target=self._look_on, name="waiting", daemon=True)
            self._looker.start()
            if not self._is_listening:
                self._is_listening = True
                chimes.listen(self.hear)

    def _forget(self, job: uuid.UUID, over: threading.Event) -> None:
        with self._lock:
            left = [each for each in self._events.get(job, []) if each is not over]
            if left:
                self._events[job] = left
            else:
                self._events.pop(job, None)

    def _look_on(self) -> None:
        while True:
            jobs, are_all = self._next()
            began = time.monotonic()
            try:
                self._tell(jobs, under_way(jobs))
            except Error as wrong:
                log.warning("waiters_not_told", error=type(wrong).__name__)
                with suppress(Error):
                    connection.close()
                time.sleep(SLOWEST)
                self._look_for_all = 0.0
            else:
                if are_all:
                    self._rest(began)

    def _rest(self, began: float) -> None:
        """Until the next look for all."""
        now = time.monotonic()
        pause = min(max((now - self._newest) * SHARE, QUICKEST), SLOWEST)
        self._look_for_all = now + max(pause, (now - began) * REST)

    def _next(self) -> tuple[list[uuid.UUID], bool]:
        """All, when it is time for that, and until then those that are asked for; and which of the two it is."""
        with self._lock:
            while True:
                while not self._events:
                    self._lock.wait()
                asked, left = self._asked & self._events.keys(), self._look_for_all - time.monotonic()
                if left <= 0:
                    self._asked.clear()
                    return [*self._events], True
                if asked:
                    self._asked.clear()
                    return [*asked], False
                self._lock.wait(left)

    def _tell(self, jobs: list[uuid.UUID], waited_on: set[uuid.UUID]) -> None:
        with self._lock:
            for job in jobs:
                if job not in waited_on:
                    for over in self._events.get(job, ()):
                        over.set()


LOOK = "SELECT DISTINCT job_id FROM generations_generation WHERE job_id IN ({}) AND state IN ('queued', 'running')"
"""In SQL, as it is asked for every picture and the ORM takes longer to write it than to have it answered."""


def under_way(jobs: list[uuid.UUID]) -> set[uuid.UUID]:
    """Those of the jobs that still have a picture under way."""
    written = {Job._meta.pk.get_db_prep_value(job, connection): job for job in jobs}
    found: set[uuid.UUID] = set()
    for start in range(0, len(jobs), AT_ONCE):
        some = [*written][start : start + AT_ONCE]
        with connection.cursor() as cursor:
            look = LOOK.format(", ".join(["%s"] * len(some)))
            cursor.execute(look if len(some) > 1 else PREPARED + look, some)
            found.update(written[row[0]] for row in cursor.fetchall())
    return found


waiting = Waiting()


@worker_shutting_down.connect
def stop(**_told: Any) -> None:
    """What tells a worker that it is to stop tells a web process too, as its workers may live in it."""
    waiting.stop()


def _sent_away(job: uuid.UUID) -> Refusal:
    said = (
        "This server is stopping, and your picture goes on. Send the same call again with the same Idempotency-Key, as "
        f"OpenAI's libraries do without one, or ask for the job {job}."
    )
    return Refusal(Why.STOPPING, said, retry_after=AWAY)
