"""The bare steps of one picture, one after the other with nothing between them: prints the milliseconds of each, and of
those the processor time of this process, which is neither the decoder's nor the database's.

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

Took = tuple[float, float]
"""Milliseconds by the clock, and of the processor."""

ROUNDS = 20
TRANSACTIONS = 4
"""A job that is taken on, a call that is about to be made, its answer, and the settling."""
STATEMENTS = 5
"""Between the beginning and the commit of one, which makes seven round trips."""


def main(address: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_step (id uuid PRIMARY KEY)")
    times: dict[str, list[Took]] = {}
    for number in range(ROUNDS):
        for name, took in _once(address.format(number)):
            times.setdefault(name, []).append(took)
    took = {name: [statistics.median(part) for part in zip(*each, strict=True)] for name, each in times.items()}
    print(json.dumps(took))


def _once(address: str) -> Iterator[tuple[str, Took]]:
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


def _doorbells() -> Took:
    """Two messages through the broker, from the ringing to the moment that a worker hears."""
    with _listening() as hear:
        first, second = hear(), hear()
    return first[0] + second[0], first[1] + second[1]


@contextmanager
def _listening() -> Iterator[Callable[[], Took]]:
    """A consumer of the broker as a worker is one, on a queue of its own."""
    from kombu import Connection

    with Connection(settings.BROKER_URL) as line, line.SimpleQueue(f"bench-{uuid.uuid4().hex}") as queue:

        def hear() -> Took:
            def ring_and_hear() -> None:
                queue.put({})
                queue.get(timeout=5).ack()

            return _timed(ring_and_hear)

        hear()
        yield hear


def _timed(step: Callable[[], object]) -> Took:
    began, spent = time.perf_counter(), time.process_time()
    step()
    return (time.perf_counter() - began) * 1000, (time.process_time() - spent) * 1000
