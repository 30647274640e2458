"""Two thousand synchronous callers who wait for their pictures at one web process."""

import statistics
import threading
import time

from tests.bench.callers import IMAGES, Calls, call
from tests.bench.figures import Figure, figure
from tests.bench.provider import scripted
from tests.bench.served import URL, furnished, web
from tests.bench.spending import resident, tree
from tests.bench.stacks import ALICE
from tests.bench.workers import worker
from tests.live.studio import Studio

CALLS, FIRST = 2_000, 20
DELAYS = (10, 90)
EVERY, VISIT_EVERY = 0.05, 0.5
"""Seconds between two looks at the memory, and between two visits: a person does not open twenty pages a second."""


def waiters() -> list[Figure]:
    """2,000 synchronous callers at one web process, whose upstream takes 10 s for each, and 90 s as is usual."""
    return [line for delay in DELAYS for line in _waiting_for(delay)]


def _waiting_for(delay: int) -> list[Figure]:
    environment = {"WORKER_THREADS": str(CALLS), "WEB_LINES": str(CALLS + 200)}
    with (
        scripted() as url,
        furnished(url, **environment) as (studio, key),
        web(studio, 1) as process,
        worker(studio, "submit", CALLS),
        worker(studio, "collect", 2),
    ):
        _ask(studio, key, FIRST, 0)
        with Visits(studio) as visits, Peak(process.pid) as peak:
            calls = _ask(studio, key, CALLS, delay)
    return [
        figure(f"{delay} s: answered with a picture", len(calls.seconds), CALLS, "calls", "="),
        figure(f"{delay} s: all of them after", calls.took, 1.5 * delay, "s"),
        figure(f"{delay} s: the web process's growth for each", peak.growth * 1000 / CALLS, 150, "kB"),
        Figure(f"{delay} s: a page meanwhile", statistics.median(visits.took), max(visits.took), 100, "ms"),
    ]


def _ask(studio: Studio, key: str, count: int, delay: int) -> Calls:
    said: dict[str, object] = {
        "model": URL,
        "prompt": f"a lamp [own] [delay={delay}]",
        "size": "1280x1280",
        "response_format": "url",
    }
    address, most = f"{studio.url}{IMAGES}", 2 * delay + 60
    return call(address, key, said, count, count, lambda answer: answer["data"][0]["url"], most)


class Sampling(threading.Thread):
    """Looks again and again until it is left."""

    def __init__(self, every: float) -> None:
        super().__init__(daemon=True)
        self._every = every
        self._over = threading.Event()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        while not self._over.wait(self._every):
            self.look()

    def look(self) -> None:
        raise NotImplementedError


class Visits(Sampling):
    """Somebody who opens the library while the others wait; milliseconds of each visit."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(VISIT_EVERY)
        self.took: list[float] = []
        self._alice = studio.person(ALICE)
        self._alice.http.get("/library/")

    def __enter__(self) -> "Visits":
        self.start()
        return self

    def look(self) -> None:
        began = time.perf_counter()
        assert self._alice.http.get("/library/").status_code == 200
        self.took.append((time.perf_counter() - began) * 1000)


class Peak(Sampling):
    """How much more memory a web process and its parent take than when it was entered, in megabytes."""

    def __init__(self, pid: int) -> None:
        super().__init__(EVERY)
        self._pid, self._before, self._most = pid, 0.0, 0.0

    @property
    def growth(self) -> float:
        return self._most - self._before

    def __enter__(self) -> "Peak":
        self._before = self._most = self._now()
        self.start()
        return self

    def look(self) -> None:
        self._most = max(self._most, self._now())

    def _now(self) -> float:
        return sum(map(resident, tree(self._pid)))
