"""Holds `make test-services` to its promise: a service or a browser that is missing is a failure, never a skip."""

import os
import shutil
from collections.abc import Iterator

import psycopg
import pytest
import redis


def pytest_sessionstart() -> None:
    if missing := " ".join(_missing()):
        pytest.exit(missing, returncode=1)


def _missing() -> Iterator[str]:
    if not shutil.which("chromium"):
        yield "Chromium is not installed."
    for name in ("BROKER_URL", "CACHE_URL"):
        try:
            redis.from_url(os.environ[name], socket_connect_timeout=2).ping()
        except (KeyError, ValueError, redis.RedisError) as wrong:
            yield f"{name} names no Redis that answers: {wrong}."
    try:
        psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=2).close()
    except (KeyError, psycopg.Error) as wrong:
        yield f"DATABASE_URL names no PostgreSQL that answers: {wrong}."
