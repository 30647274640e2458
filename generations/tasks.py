"""Celery's doors: each calls one verb of the engine and rings what it returns."""

import threading
import uuid
from collections import Counter, deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import structlog
from celery import shared_task
from celery.signals import worker_shutting_down
from django.db import InterfaceError, OperationalError
from kombu import exceptions as broker

from generations import engine
from generations.engine import Bell
from generations.engine.bells import HOOKS, SUBMIT
from generations.failpoints import reach
from gptstudio.crew import crew
from gptstudio.turnstile import at_desk, outside

log = structlog.get_logger(__name__)

closing = threading.Event()
"""Set when this process is told to stop. It finishes what it holds; what is still due is somebody else's."""

unanswered: deque[Bell] = deque()
"""Bells that were heard here while the database was away. The rows say that they were rung just now, so their pictures
would wait; the first sweep here that goes well rings for them again."""

MOST_WAITING = 1000
"""Bells at one queue above which a sweep rings there no more: plenty for those who hear, too many where nobody does."""


@shared_task
def submit(count: int = 1) -> None:
    """One of as many generations as the bell rings for. The others are for whoever is free, here or elsewhere."""
    if closing.is_set():
        ring([Bell(SUBMIT)] * count)
        return
    if others := count - 1 - crew.lend(count - 1, _submit_one):
        ring([Bell(SUBMIT)] * others)
    _submit_one()


def _submit_one() -> None:
    with at_desk():
        try:
            answer(engine.submit)
        except (OperationalError, InterfaceError):
            unanswered.append(Bell(SUBMIT))
            raise


@shared_task
def poll() -> None:
    answer(engine.poll)


@shared_task
def collect(attempt: str) -> None:
    answer(engine.collect, uuid.UUID(attempt))


@shared_task
def hooks() -> None:
    answer(engine.notify, queue=HOOKS)


@shared_task
def sweep() -> None:
    answer(_heard)


def answer(verb: Callable[..., Iterable[Bell]], *about: uuid.UUID, queue: str = "") -> None:
    """Do what a bell asks for and ring what comes next. A process that is closing answers no bell any more.

    Whoever has more of the same to do goes on with it: a bell to oneself would cost a way through the broker.
    """
    again = Bell(queue or verb.__name__)
    bells = [again]
    while again in bells and not closing.is_set():
        bells = [*verb(*about)]
        ring(_without(again, bells))


def _without(one: Bell, bells: list[Bell]) -> list[Bell]:
    place = bells.index(one) if one in bells else len(bells)
    return bells[:place] + bells[place + 1 :]


@worker_shutting_down.connect
def close(**_told: Any) -> None:
    """From here on every door stays shut."""
    closing.set()


DOORS = {"submit": submit, "poll": poll, "collect": collect, "hooks": hooks}


def ring(bells: Iterable[Bell]) -> None:
    """Ring each bell; the same once, for as many as there are. A broker that does not answer costs seconds: the next
    sweep rings again."""
    with outside():
        for bell, count in Counter(bells).items():
            try:
                for words in _messages(bell, count):
                    reach("bell.before")
                    DOORS[bell.queue].apply_async(args=words)
                    reach("bell.after")
            except broker.OperationalError as wrong:
                log.warning("bell_not_rung", queue=bell.queue, error=type(wrong).__name__)
                return


MOST_AT_ONCE = 8
"""Generations that one message rings for. Workers beside each other share what is more."""


def _messages(bell: Bell, count: int) -> list[list[str | int]]:
    """The words of each message: whoever polls or tells does so for all at once, and needs none."""
    if bell.id:
        return [[str(bell.id)]]
    if bell.queue != SUBMIT:
        return [[]]
    return [[min(MOST_AT_ONCE, count - start)] for start in range(0, count, MOST_AT_ONCE)]


def _heard() -> list[Bell]:
    """What is due, but for the queues that nobody hears: a sweep a second would fill the broker's memory."""
    bells = engine.sweep()
    with suppress(IndexError):  # of several sweeps in one process each takes some
        while True:
            bells.append(unanswered.popleft())
    deaf = {queue for queue in {bell.queue for bell in bells} if _waiting(queue) > MOST_WAITING}
    if deaf:
        log.warning("bells_not_heard", queues=sorted(deaf))
    return [bell for bell in bells if bell.queue not in deaf]


def _waiting(queue: str) -> int:
    """How many bells nobody has taken yet. Where the broker is away, ringing finds out and says so."""
    with sweep.app.connection_or_acquire() as line:
        try:
            return int(line.default_channel.queue_declare(queue).message_count)
        except (broker.OperationalError, *line.connection_errors):
            return 0
