"""The Celery app, and the sweep that each of its workers makes by itself."""

import os
from typing import Any

from celery import Celery, bootsteps
from celery.utils.timer2 import Timer
from django.core.cache import cache
from django.db import connections
from django_structlog.celery.steps import DjangoStructLogInitStep

from gptstudio import scratch

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gptstudio.settings")

TICK = 1.0
"""Seconds between two looks of one worker at what is due."""

PULSE = "worker-pulse"
"""The cache key that says a worker is alive. It fades by itself when the last worker is gone."""

PULSE_LIFE = 30

app = Celery("gptstudio")
app.config_from_object("gptstudio.queues")


class Sweeping(bootsteps.StartStopStep):
    """Rings from inside the worker for whatever is due, so that no beat is needed and a lost bell costs a second.

    It has a thread of its own, because the pool's may all be holding lines. An error, such as a database that is
    being restarted, is logged by the timer, which goes on.
    """

    def __init__(self, worker: Any, **options: Any) -> None:
        super().__init__(worker, **options)
        self.timer = Timer()

    def start(self, _worker: Any) -> None:
        self.timer.call_repeatedly(TICK, sweep)
        self.timer.call_after(0, beat)
        self.timer.call_after(0, scratch.clear)
        self.timer.call_repeatedly(PULSE_LIFE / 5, beat)

    def stop(self, _worker: Any) -> None:
        self.timer.stop()

    terminate = stop


def sweep() -> None:
    try:
        app.tasks["generations.tasks.sweep"]()
    finally:
        connections.close_all()


def beat() -> None:
    cache.set(PULSE, True, PULSE_LIFE)


app.steps["worker"].update((DjangoStructLogInitStep, Sweeping))
