"""A thousand synchronous calls held open by one worker process."""

import time

from tests.bench import inside
from tests.bench.figures import Figure, figure
from tests.bench.provider import scripted
from tests.bench.spending import resident
from tests.bench.stacks import SERVICES, installed
from tests.bench.workers import worker
from tests.live.studio import Studio, wait_for

CALLS, DELAY = 1_000, 90
"""Seconds: the least that the documents of such a wire call usual (90 to 150)."""
FIRST = 5
"""Calls that the worker has made before, so that it has imported and opened what it needs."""
EVERY, SETTLED = 0.25, 3.0


def lines() -> list[Figure]:
    """1,000 synchronous calls held open by one worker process, whose upstream takes 90 s for each, as is usual."""
    environment = {"WORKER_THREADS": str(CALLS), "MOST_ACTIVE": str(2 * CALLS)}
    with (
        scripted() as url,
        installed(SERVICES, url, **environment) as studio,
        worker(studio, "submit", CALLS) as process,
    ):
        inside.run(studio, "queueing", FIRST, "a first lamp [own]", url)
        wait_for(lambda: _stages(studio).get("kept") == FIRST, 60, "the first pictures")
        time.sleep(SETTLED)
        before = resident(process.pid)
        began = float(inside.run(studio, "queueing", CALLS, f"a lamp [own] [delay={DELAY}]"))
        at_once, ended, peak = _watch(studio, process.pid)
        kept = _stages(studio).get("kept", 0) - FIRST
    return [
        figure("calls with a picture", kept, CALLS, "calls", "="),
        figure("held open at once", at_once, CALLS, "calls", "="),
        figure("all of them kept after", ended - began, 1.2 * DELAY, "s"),
        figure("the worker's growth for each", (peak - before) * 1000 / CALLS, 100, "kB"),
    ]


def _watch(studio: Studio, pid: int) -> tuple[int, float, float]:
    """How many calls were open at once, the moment when all pictures were kept, and the most memory that they took."""
    began, at_once, peak = time.monotonic(), 0, 0.0
    while time.monotonic() - began < 4 * DELAY:
        stages = _stages(studio)
        at_once, peak = max(at_once, stages.get("sending", 0)), max(peak, resident(pid))
        if stages.get("kept", 0) == CALLS + FIRST:
            break
        time.sleep(EVERY)
    return at_once, time.time(), peak


def _stages(studio: Studio) -> dict[str, int]:
    return dict(studio.rows("SELECT stage, COUNT(*) FROM generations_attempt GROUP BY stage"))
