"""A worker of one queue, as the studio starts it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.bench import inside
from tests.live.studio import ROOT, Studio

HEAD = ("worker", "--without-gossip", "--without-mingle", "--loglevel", "warning")


@contextmanager
def worker(studio: Studio, queue: str, threads: int) -> Iterator[subprocess.Popen[str]]:
    """The worker in a process of its own, killed when the block is over."""
    words = (*HEAD, "--queues", queue, "--concurrency", str(threads), "--hostname", f"{queue}@bench")
    command = [sys.executable, "-W", "ignore", "-m", "celery", "--quiet", "--app", "gptstudio", *words]
    with running(
        subprocess.Popen(command, cwd=ROOT, env=studio.environment, text=True, stdout=subprocess.DEVNULL)
    ) as it:
        yield it


@contextmanager
def bench(studio: Studio, *words: object) -> Iterator[subprocess.Popen[str]]:
    """A module of the bench that works until it is stopped."""
    with running(inside.start(studio, *map(str, words), stdout=subprocess.DEVNULL)) as it:
        yield it


@contextmanager
def running(process: subprocess.Popen[str]) -> Iterator[subprocess.Popen[str]]:
    try:
        yield process
    finally:
        process.kill()
        process.wait()
