"""What a scene costs: processor time and memory of the processes that do its work, read from /proc."""

import os
import threading
from pathlib import Path

import psycopg
import redis

from tests.bench.memory import is_decoder
from tests.bench.stacks import BROKER_URL
from tests.live.studio import Studio

EVERY = 0.5
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def tree(pid: int) -> list[int]:
    """A process and all that it has started."""
    found = [pid]
    for each in found:
        for path in Path(f"/proc/{each}/task").glob("*/children"):
            found += map(int, _read(path).split())
    return found


def processor(pid: int) -> float:
    """Seconds of processor time that a process has had; nothing where it is gone."""
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS if fields else 0.0


def resident(pid: int) -> float:
    """Megabytes of memory that a process holds."""
    fields = _read(Path(f"/proc/{pid}/statm")).split()
    return int(fields[1]) * _PAGE / 1e6 if fields else 0.0


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


class Spending(threading.Thread):
    """Watches a worker with its children, the database's processes for this studio, and the broker. Those of its
    children that decode pictures are told apart.

    `seconds` is what they have spent since it was entered, `peak` the most memory that the worker took.
    """

    def __init__(self, studio: Studio, worker: int) -> None:
        super().__init__(daemon=True)
        self.studio, self.worker = studio, worker
        self.peak = 0.0
        self._first: dict[int, float] = {}
        self._last: dict[int, float] = {}
        self._workers: set[int] = set()
        self._decoders: set[int] = set()
        self._over = threading.Event()

    def __enter__(self) -> "Spending":
        self._broker = _broker()
        self._look()
        self._first = dict(self._last)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()
        self._look()
        self._broker = _broker() - self._broker

    @property
    def seconds(self) -> float:
        return sum(self.parts.values())

    @property
    def parts(self) -> dict[str, float]:
        """The same, by who spent it."""
        spent = {pid: last - self._first.get(pid, 0.0) for pid, last in self._last.items()}
        decoders = sum(spent[pid] for pid in self._decoders)
        workers = sum(spent[pid] for pid in self._workers - self._decoders)
        database = sum(spent.values()) - workers - decoders
        return {"worker": workers, "decoders": decoders, "database": database, "broker": self._broker}

    def run(self) -> None:
        while not self._over.wait(EVERY):
            self._look()

    def _look(self) -> None:
        workers = [pid for pid in tree(self.worker) if processor(pid)]
        self._workers |= set(workers)
        self._decoders |= {pid for pid in workers if is_decoder(pid)}
        self.peak = max(self.peak, sum(map(resident, workers)))
        for pid in (*workers, *self._backends()):
            if spent := processor(pid):
                self._last[pid] = spent

    def _backends(self) -> list[int]:
        """The database's processes that serve this studio; asked on a line of another database, so as not to count."""
        url = self.studio.environment["DATABASE_URL"]
        name = url.rpartition("/")[2]
        with psycopg.connect(url.removesuffix(name) + "postgres") as line:
            found = line.execute("SELECT pid FROM pg_stat_activity WHERE datname = %s", [name]).fetchall()
        return [pid for (pid,) in found]


def _broker() -> float:
    with redis.from_url(BROKER_URL) as line:
        said = line.info("cpu")
    return float(said["used_cpu_user"]) + float(said["used_cpu_sys"])
