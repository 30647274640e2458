"""The bare steps of one picture, one after the other with nothing between them: prints the milliseconds of each.

`main(address)`: where a picture can be fetched, `{}` in it being its number.
"""

import json
import shutil
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from generations import imaging, vault
from generations.fetch import fetch

ROUNDS = 20
TRANSACTIONS = 4
"""A job that is taken on, a call that is about to be made, its answer, and the settling."""
STATEMENTS = 5
"""Between the beginning and the commit of one, which makes seven round trips."""


def main(address: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_step (id uuid PRIMARY KEY)")
    times: dict[str, list[float]] = {}
    for number in range(ROUNDS):
        for name, milliseconds in _once(address.format(number)):
            times.setdefault(name, []).append(milliseconds)
    print(json.dumps({name: statistics.median(each) for name, each in times.items()}))


def _once(address: str) -> Iterator[tuple[str, float]]:
    with tempfile.TemporaryDirectory(dir=settings.SCRATCH) as folder:
        path, thumbnail = Path(folder) / "picture", Path(folder) / "thumbnail"
        yield "fetch", _timed(lambda: fetch(address, path))
        yield "decode", _timed(lambda: imaging.derive(path, thumbnail))
        yield "fsync", _timed(lambda: _keep(path, thumbnail))
        yield "transactions", _timed(_write)
        yield "doorbells", _doorbells()


def _keep(path: Path, thumbnail: Path) -> None:
    name = uuid.uuid4().hex * 2
    copies = shutil.copy(path, path.with_name("copy")), shutil.copy(thumbnail, path.with_name("small copy"))
    vault.keep(Path(copies[0]), name, "image/png")
    vault.keep_thumbnail(Path(copies[1]), name)


def _write() -> None:
    for _ in range(TRANSACTIONS):
        with transaction.atomic(), connection.cursor() as cursor:
            for _ in range(STATEMENTS):
                cursor.execute("INSERT INTO bench_step VALUES (%s)", [uuid.uuid4()])


def _doorbells() -> float:
    """Two messages through the broker, from the ringing to the moment that a worker hears."""
    with _listening() as hear:
        return hear() + hear()


@contextmanager
def _listening() -> Iterator[Callable[[], float]]:
    """A consumer of the broker as a worker is one, on a queue of its own."""
    from kombu import Connection

    with Connection(settings.BROKER_URL) as line, line.SimpleQueue(f"bench-{uuid.uuid4().hex}") as queue:

        def hear() -> float:
            def ring_and_hear() -> None:
                queue.put({})
                queue.get(timeout=5).ack()

            return _timed(ring_and_hear)

        hear()
        yield hear


def _timed(step: Callable[[], object]) -> float:
    began = time.perf_counter()
    step()
    return (time.perf_counter() - began) * 1000
