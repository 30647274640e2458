"""Five hundred pictures that come as base64 inside the answers, all of them at the same moment."""

import time

from tests.bench import inside
from tests.bench.figures import Figure, figure
from tests.bench.provider import scripted
from tests.bench.spending import resident
from tests.bench.stacks import SERVICES, installed
from tests.bench.workers import worker
from tests.live.studio import Studio, wait_for

CALLS, AFTER = 500, 45.0
"""Seconds until all of them are answered: by then every call is open."""
FIRST = 5
EVERY, SETTLED, GIVEN_BACK = 0.1, 3.0, 10.0
LONGEST = 120.0
"""Seconds after which those that have not landed are given up."""


def landing() -> list[Figure]:
    """500 answers with the same 1.4 MB of base64, landing together in one worker process."""
    environment = {"WORKER_THREADS": str(CALLS), "DATABASE_POOL": "8"}
    with (
        scripted() as url,
        installed(SERVICES, url, **environment) as studio,
        worker(studio, "submit", CALLS) as process,
    ):
        inside.run(studio, "queueing", FIRST, "a first lamp [b64]", url)
        wait_for(lambda: _kept(studio) == FIRST, 60, "the first pictures")
        time.sleep(SETTLED)
        before = resident(process.pid)
        inside.run(studio, "queueing", CALLS, f"a lamp [at={time.time() + AFTER:.1f}] [b64]")
        landed = time.monotonic()
        peak = _peak(studio, process.pid)
        landed = time.monotonic() - landed - AFTER
        time.sleep(GIVEN_BACK)
        left = resident(process.pid)
        made = _kept(studio) - FIRST
    return [
        figure("answers with a picture", made, CALLS, "answers", "="),
        figure("all of them kept after", landed, 60, "s"),
        figure("the worker's growth", peak - before, 300, "MB"),
        figure("of that, held 10 s later", (left - before) / (peak - before) * 100, 50, "%"),
    ]


def _peak(studio: Studio, pid: int) -> float:
    """The most memory that the worker takes until everything has landed."""
    peak, looked, end = 0.0, 0.0, time.monotonic() + AFTER + LONGEST
    while time.monotonic() < end:
        peak = max(peak, resident(pid))
        if time.monotonic() - looked > 1:
            looked = time.monotonic()
            if _kept(studio) == CALLS + FIRST:
                break
        time.sleep(EVERY)
    return peak


def _kept(studio: Studio) -> int:
    ((count,),) = studio.rows("SELECT COUNT(*) FROM generations_attempt WHERE stage = 'kept'")
    return int(count)
