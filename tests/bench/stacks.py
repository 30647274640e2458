"""The two stacks, each time installed anew: the embedded default, and PostgreSQL with Redis."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis

from tests.live.studio import Studio, fresh_database

EMBEDDED, SERVICES = "SQLite", "PostgreSQL"
PROCESSORS = os.sched_getaffinity(0)
DATABASE_URL = os.environ.get("DATABASE_URL") or "postgres://postgres@127.0.0.1:5432/postgres"
BROKER_URL = os.environ.get("BROKER_URL") or "redis://127.0.0.1:6379/12"
CACHE_URL = os.environ.get("CACHE_URL") or "redis://127.0.0.1:6379/13"
ALICE = "alice@example.com"


@contextmanager
def installed(stack: str, upstream: str = "", credits: int = 10_000_000, **environment: str) -> Iterator[Studio]:
    """A studio with one team and nothing running yet, on data of its own."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        studio = Studio(Path(folder), upstream, (_services() if stack == SERVICES else {}) | environment)
        try:
            studio.bootstrap(ALICE, "Bench", credits=credits)
            yield studio
        except BaseException:
            print(studio.log.read_text()[-4000:] if studio.log.exists() else "", file=sys.stderr)
            raise
        finally:
            studio.close()


def _services() -> dict[str, str]:
    """A database made anew, and an empty broker and cache."""
    for url in (BROKER_URL, CACHE_URL):
        with redis.from_url(url) as line:
            line.flushdb()
    return {
        "DATABASE_URL": fresh_database(DATABASE_URL, "bench_studio"),
        "BROKER_URL": BROKER_URL,
        "CACHE_URL": CACHE_URL,
    }


def missing() -> str:
    """What the second stack lacks on this machine, in one sentence; empty where all of it answers."""
    try:
        psycopg.connect(urlsplit(DATABASE_URL)._replace(path="/postgres").geturl(), connect_timeout=2).close()
    except psycopg.Error:
        return "no PostgreSQL answers at DATABASE_URL"
    try:
        with redis.from_url(BROKER_URL, socket_connect_timeout=2) as line:
            line.ping()
    except redis.RedisError:
        return "no Redis answers at BROKER_URL"
    return ""
