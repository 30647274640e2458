"""The Celery app, and what each of its workers does by itself: it sweeps, and it makes sure that it hears."""

import os
import uuid
from functools import partial
from typing import Any

import structlog
from celery import Celery, bootsteps
from celery.signals import task_prerun, worker_shutting_down
from celery.utils.timer2 import Timer
from django.conf import settings
from django.core.cache import cache
from django.db import Error, connections
from django_structlog.celery.steps import DjangoStructLogInitStep
from kombu import Exchange, Queue

from gptstudio import scratch
from gptstudio.crew import crew
from gptstudio.hearing import Hearing, make_way
from gptstudio.memory import Trimming, settle_in

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gptstudio.settings")

TICK = 1.0
"""Seconds between two looks of one worker at what is due."""

TRIM = 4.0
"""Seconds between two looks at the memory that a burst may have left behind."""

PULSE = "worker-pulse"
"""The cache key that says a worker is alive. It fades by itself when the last worker is gone."""

PULSE_LIFE = 30

log = structlog.get_logger(__name__)

app = Celery("gptstudio")
app.config_from_object("gptstudio.queues")


class Signing(bootsteps.StartStopStep):
    """Its threads are those who may lend a hand. Inside the web process this is the worker of `submit`."""

    requires = ("celery.worker.components:Pool",)

    def start(self, worker: Any) -> None:
        crew.sign_on(worker)


class Sweeping(bootsteps.StartStopStep):
    """Rings from inside the worker for whatever is due, so that no beat is needed and a lost bell costs a second.

    It has a thread of its own, because the pool's may all be holding lines. An error is logged by the timer, which
    goes on.
    """

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self.timer = Timer()

    def start(self, _worker: Any) -> None:
        settle_in()
        self.timer.call_repeatedly(TICK, sweep)
        self.timer.call_after(0, beat)
        self.timer.call_after(0, scratch.clear)
        self.timer.call_repeatedly(PULSE_LIFE / 5, beat)
        self.timer.call_repeatedly(TRIM, Trimming().look)

    def stop(self, _worker: Any) -> None:
        self.timer.stop()

    # Closing comes first, before the calls that are held have finished: a worker that drains has no pulse either.
    close = terminate = stop


class Listening(bootsteps.StartStopStep):
    """Lets the worker make way for another when it hears nothing any more. Inside the web process nobody is deaf."""

    def include_if(self, _worker: Any) -> bool:
        return not settings.IS_EMBEDDED

    def create(self, worker: Any) -> Hearing:
        # The name is nobody else's, and the queue goes by itself when its worker has gone.
        own = Queue(f"knocks.{uuid.uuid4().hex}", Exchange("knocks"), uuid.uuid4().hex, expires=10 * 60)
        worker.app.amqp.queues.select_add(own)
        hearing = Hearing(
            knock=partial(knock.apply_async, queue=own.name),
            is_full=lambda: len(crew) >= worker.concurrency,
            retire=partial(make_way, close=shut, held=crew),
            patience=settings.DEAF_AFTER,
        )
        task_prerun.connect(hearing.heard, sender=knock, weak=False)
        return hearing

    def close(self, worker: Any) -> None:
        """A worker that drains hears nothing and is right not to."""
        self.stop(worker)


@app.task
def knock() -> None:
    """What a worker sends to itself. That it runs is all it says."""


def shut() -> None:
    """Tell this process that it is shutting down, as Celery does when TERM comes."""
    worker_shutting_down.send(sender="studio", sig="SIGTERM", how="Warm", exitcode=0)


def sweep() -> None:
    """Look once. A database that is away is told in a line, for it would be told every few seconds."""
    try:
        app.tasks["generations.tasks.sweep"]()
    except Error as wrong:
        log.warning("not_swept", error=type(wrong).__name__)
    finally:
        connections.close_all()


def beat() -> None:
    cache.set(PULSE, True, PULSE_LIFE)


app.steps["worker"].update((DjangoStructLogInitStep, Signing, Sweeping, Listening))
