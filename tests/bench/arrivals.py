"""Fifty pictures a second: from the moment that the upstream has one to the moment that it is stored here."""

import statistics

from gptstudio.queues import THREADS
from tests.bench import inside
from tests.bench.figures import Figure, figure
from tests.bench.provider import scripted
from tests.bench.stacks import SERVICES, installed
from tests.bench.workers import bench, worker
from tests.live.studio import Studio, wait_for

RATE, COUNT, PAUSE = 50, 1_500, 5.0


def arrivals() -> list[Figure]:
    """50 pictures a second become ready at an upstream that is asked every 5 s; a worker each polls and collects."""
    with (
        scripted() as url,
        installed(SERVICES, url) as studio,
        bench(studio, "pollster", studio.data / "late", PAUSE),
        worker(studio, "collect", THREADS["collect"]),
    ):
        inside.run(studio, "waiting", COUNT, url, PAUSE, RATE)
        wait_for(lambda: _kept(studio) == COUNT, 240, "the last picture")
        rows = studio.rows("SELECT upstream_id, ended FROM generations_attempt WHERE stage = 'kept'")
    lags = [ended.timestamp() - float(upstream_id.partition("-")[0]) for upstream_id, ended in rows]
    return [
        figure("pictures stored", len(lags), COUNT, "pictures", "="),
        Figure("upstream done to stored here", statistics.median(lags), max(lags), PAUSE / 2 + 1, "s"),
    ]


def _kept(studio: Studio) -> int:
    ((count,),) = studio.rows("SELECT COUNT(*) FROM generations_attempt WHERE stage = 'kept'")
    return int(count)
