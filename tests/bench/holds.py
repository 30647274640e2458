"""Many processes and one pool of credits."""

import json
import subprocess
from typing import Any

from tests.bench import inside
from tests.bench.figures import Figure, figure
from tests.bench.stacks import EMBEDDED, SERVICES, installed
from tests.live.studio import Studio

PROCESSES, TRIES, POOL = 8, 150, 500


def holds() -> list[Figure]:
    """Eight processes ask for 1,200 credits of a pool that has 500, all at once, on each database."""
    return [line for stack in (EMBEDDED, SERVICES) for line in _holds_on(stack)]


def _holds_on(stack: str) -> list[Figure]:
    with installed(stack, credits=POOL) as studio:
        counts = _race(studio)
        ((balance,),) = studio.rows("SELECT balance FROM accounts_wallet")
        ((entries,),) = studio.rows("SELECT SUM(amount) FROM accounts_entry")
    held, refused, errors = (sum(each.get(name, 0) for each in counts) for name in ("held", "refused", "errors"))
    seconds = max(each["ended"] for each in counts) - min(each["began"] for each in counts)
    assert balance == entries
    return [
        figure(f"{stack}: held", held, POOL, "holds", "="),
        figure(f"{stack}: refused", refused, PROCESSES * TRIES - POOL, "holds", "="),
        figure(f"{stack}: errors", errors, 0, "holds", "="),
        figure(f"{stack}: left in the pool", balance, 0, "credits", "="),
        figure(f"{stack}: answered", PROCESSES * TRIES / seconds, 1000, "holds/s", "≥"),
    ]


def _race(studio: Studio) -> list[dict[str, Any]]:
    """What each process counted, all of them started at one word."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    racers = [inside.start(studio, "holding", TRIES, **pipes) for _ in range(PROCESSES)]
    for racer in racers:
        assert racer.stdout is not None
        racer.stdout.readline()
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    return [json.loads(racer.communicate(timeout=60)[0]) for racer in racers]
