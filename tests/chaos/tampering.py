"""What a scene changes inside the studio: how fast its clocks go, how often a bell rings, how many sweep.

The short clocks keep the order of the real ones (a beat well within a lease, a poll well within a deadline), so that
what may overtake what is as it is in life; only the waiting is shorter.
"""

import os
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

from celery.app.task import Task
from celery.utils.timer2 import Timer
from django.apps import AppConfig
from django.conf import settings

from gptstudio import celery
from tests.chaos.marks import LOADED, READY

CLOCKS: dict[str, dict[str, dict[str, Any]]] = {
    "real": {},
    "short": {
        "generations.engine.leases": {"LIFE": timedelta(seconds=6), "BEAT": 1.5},
        "generations.client.polls": {"PATIENCE": 4.0},
        "generations.engine.close": {"FIRST_LOOK": 3.0},
        "generations.engine.collect": {"KEEP_AGAIN": 3.0},
        "generations.engine.deliver": {"RING_AGAIN": timedelta(seconds=2)},
        "generations.engine.poll": {"FIRST_PAUSE": 0.5, "LONGEST_PAUSE": 2.0},
        "generations.hooks.delivering": {"LEASE": timedelta(seconds=4)},
        "generations.engine.submit": {"FIRST_POLL": (0.3, 0.8)},
        "generations.engine.sweep": {"RING_AGAIN": 2.0, "RING_AGAIN_LATEST": 4.0},
        "generations.intake.writing": {"RING_AGAIN": 0.5},
        "gptstudio.celery": {"TICK": 0.3},
    },
}


class Tampering(AppConfig):
    name = "tests.chaos"
    label = "chaos"

    def ready(self) -> None:
        mark(LOADED)
        set_clocks(settings.CHAOS_CLOCKS)
        ring_again(settings.CHAOS_RINGS)
        sweep_more(settings.CHAOS_SWEEPERS)


def mark(how_far: str) -> None:
    """Say how far this process has come, for whoever waits to strike it."""
    (Path(settings.FAILPOINTS) / f"{os.getpid()}.{how_far}").touch()


def set_clocks(name: str) -> None:
    """Let the studio's clocks go as `name` says. One that the studio no longer has is an error, not a clock unset."""
    for module, hands in CLOCKS[name].items():
        for hand, value in hands.items():
            getattr(import_module(module), hand)
            setattr(import_module(module), hand, value)


def ring_again(times: int) -> None:
    """Send each message so many times: every bell of the studio goes through this one door."""
    once = Task.apply_async

    def often(self: Task, *said: Any, **named: Any) -> Any:
        return [once(self, *said, **named) for _ in range(times)][-1]

    Task.apply_async = often


def sweep_more(times: int) -> None:
    """Let each worker that sweeps do so with so many timers at once. That it sweeps is also when it begins to work."""
    start = celery.Sweeping.start

    def started(self: celery.Sweeping, worker: Any) -> None:
        start(self, worker)
        for _ in range(times - 1):
            Timer().call_repeatedly(celery.TICK, celery.sweep)
        mark(READY)

    celery.Sweeping.start = started
