"""Celery's doors: each calls one verb of the engine and rings what it returns."""

import uuid
from collections.abc import Iterable

import structlog
from celery import shared_task
from kombu.exceptions import OperationalError

from generations import engine
from generations.engine import Bell

log = structlog.get_logger(__name__)


@shared_task
def submit(generation: str) -> None:
    ring(engine.submit(uuid.UUID(generation)))


@shared_task
def poll() -> None:
    ring(engine.poll())


@shared_task
def collect(attempt: str) -> None:
    ring(engine.collect(uuid.UUID(attempt)))


@shared_task
def sweep() -> None:
    ring(engine.sweep())


DOORS = {"submit": submit, "poll": poll, "collect": collect}


def ring(bells: Iterable[Bell]) -> None:
    """Ring each bell. A broker that does not answer costs seconds: the next sweep rings again."""
    for bell in bells:
        try:
            DOORS[bell.queue].apply_async(args=[str(bell.id)] if bell.id else [])
        except OperationalError as wrong:
            log.warning("bell_not_rung", queue=bell.queue, error=type(wrong).__name__)
            return
