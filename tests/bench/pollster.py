"""The poll worker as the studio starts it, asking every `pause` seconds and writing down how late it was.

A poll counts as made when its answer is there: each line of the file is one batch, when it was and by how many seconds
each of its polls was late.
"""

import importlib
import json
from pathlib import Path
from typing import Any

from django.utils import timezone

from gptstudio.celery import app
from gptstudio.queues import THREADS

WORKER = ["--quiet", "worker", "--without-gossip", "--without-mingle", "--loglevel", "warning", "--queues", "poll"]


def main(path: str, pause: str) -> None:
    poll = importlib.import_module("generations.engine.poll")
    poll.FIRST_PAUSE = poll.LONGEST_PAUSE = float(pause)
    take_down = poll._take_down
    with Path(path).open("w", buffering=1) as book:

        def noted(claimed: list[Any], *rest: Any) -> Any:
            now = timezone.now()
            late = [round((now - attempt.due_at).total_seconds(), 3) for attempt in claimed]
            book.write(json.dumps([now.timestamp(), late]) + "\n")
            return take_down(claimed, *rest)

        poll._take_down = noted
        app.worker_main(
            [*WORKER, "--queues", "poll", "--concurrency", str(THREADS["poll"]), "--hostname", "poll@bench"]
        )
