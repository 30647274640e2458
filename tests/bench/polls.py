"""Ten thousand generations in flight, all of them asked about every five seconds."""

import json
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench import inside
from tests.bench.figures import Figure, figure
from tests.bench.provider import scripted
from tests.bench.spending import Spending
from tests.bench.stacks import SERVICES, installed
from tests.live.studio import Studio

IN_FLIGHT, PAUSE = 10_000, 5.0
WARM_UP, MEASURED = 15.0, 40.0
TASKS, TASKS_MEASURED = 300, 20.0


def polls() -> list[Figure]:
    """10,000 generations in flight polled every 5 s, and what a Celery task that reschedules itself costs instead."""
    with scripted() as url, installed(SERVICES, url) as studio:
        inside.run(studio, "waiting", IN_FLIGHT, url, PAUSE, 0)
        late, each, memory = _ours(studio)
        (asked,) = studio.rows("SELECT COUNT(*) FROM generations_attempt WHERE stage = 'accepted'")[0]
        assert asked == IN_FLIGHT
        theirs = _by_tasks(studio)
    soon = statistics.quantiles(late, n=100)[98]
    return [
        Figure("polls a second", len(late) / MEASURED, len(late) / MEASURED, 0.9 * IN_FLIGHT / PAUSE, "polls/s", "≥"),
        Figure("99 % of polls are late by less than", soon, max(late), 1, "s"),
        figure("processor time of worker, database and broker", each, 0.45, "ms/poll"),
        figure("the same of a task that reschedules itself", theirs, 4 * each, "ms/poll", "≥"),
        figure("the worker's memory", memory, 250, "MB"),
    ]


def _ours(studio: Studio) -> tuple[list[float], float, float]:
    """How late each poll was, what one cost in milliseconds, and the worker's peak of memory."""
    book = studio.data / "late"
    with _process(studio, "pollster", book, PAUSE) as worker:
        time.sleep(WARM_UP)
        began = time.time()
        with Spending(studio, worker.pid) as spending:
            time.sleep(MEASURED)
        late = _lateness(book, began, time.time())
    return late, _each(spending, len(late)), spending.peak


def _lateness(book: Path, began: float, ended: float) -> list[float]:
    batches = [json.loads(line) for line in book.read_text().splitlines()]
    return [late for at, batch in batches if began <= at < ended for late in batch]


def _by_tasks(studio: Studio) -> float:
    """Milliseconds that each poll costs where every generation has a task of its own."""
    with _process(studio, "rescheduling", "worker") as worker:
        inside.run(studio, "rescheduling", "begin", TASKS)
        time.sleep(WARM_UP)
        before = _tries(studio)
        with Spending(studio, worker.pid) as spending:
            time.sleep(TASKS_MEASURED)
        return _each(spending, _tries(studio) - before)


def _each(spending: Spending, polls: int) -> float:
    """Milliseconds a poll."""
    print("  ms/poll:", ", ".join(f"{name} {spent / polls * 1000:.3f}" for name, spent in spending.parts.items()))
    return spending.seconds / polls * 1000


def _tries(studio: Studio) -> int:
    return int(studio.rows("SELECT SUM(tries) FROM generations_attempt")[0][0])


@contextmanager
def _process(studio: Studio, *words: object) -> Iterator[subprocess.Popen[str]]:
    process = inside.start(studio, *map(str, words))
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=60)
