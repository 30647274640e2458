"""Runs the pipeline inside a test: answers every bell at once and never waits for a poll to fall due."""

import time
from collections import deque
from importlib import import_module
from unittest import mock

from django.utils import timezone

from generations import engine
from generations.engine import Bell
from generations.models import Attempt, Generation, Job, Stage, State

VERBS = {"submit": engine.submit, "poll": engine.poll, "collect": engine.collect, "hooks": engine.notify}


def answer(*bells: Bell) -> None:
    """Answer these bells and all that they ring in turn."""
    waiting = deque(bells)
    while waiting:
        bell = waiting.popleft()
        waiting.extend(VERBS[bell.queue](bell.id) if bell.id else VERBS[bell.queue]())


def deliver() -> None:
    """Have an answer written down by a worker that stops before it has brought the picture home."""
    with mock.patch.object(import_module("generations.engine.submit"), "bring_home", return_value=[]):
        engine.submit()
    Attempt.objects.update(lease="", lease_until=None)


def hurry() -> None:
    """Make everything that waits for its time due now."""
    now = timezone.now()
    Generation.objects.filter(state=State.QUEUED).update(due_at=now, ring_at=now)
    Attempt.objects.filter(stage__in=(Stage.ACCEPTED, Stage.DELIVERED)).update(due_at=now)


def finish(job: Job, within: float = 30.0) -> list[Generation]:
    """Drive a job to its end and give its generations back as they ended."""
    end = time.monotonic() + within
    while job.generations.under_way().exists():
        assert time.monotonic() < end, list(job.generations.values_list("state", "attempts__stage", "attempts__fault"))
        hurry()
        answer(*engine.sweep())
    return list(job.generations.order_by("position"))
