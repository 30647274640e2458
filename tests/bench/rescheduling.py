"""What the poller is measured against: one Celery task for each generation, which asks, writes, and sets itself anew.

`main("worker")` runs its workers, `main("begin", count)` sets off the first `count` tasks.
"""

import os
import random
import time
from datetime import timedelta

import httpx2 as httpx
from celery import Celery
from django.db.models import F
from django.utils import timezone

from generations.models import Attempt

PAUSE = 3.0
PROCESSES = 2
QUEUE = "rescheduling"

app = Celery("rescheduling", broker=os.environ["BROKER_URL"], set_as_current=False)
app.conf.update(task_default_queue=QUEUE, task_ignore_result=True, worker_hijack_root_logger=False)
app.conf["CELERY_DB_REUSE_MAX"] = 1_000_000  # each process keeps its connection, which costs least
http = httpx.Client(trust_env=False)


@app.task
def ask(attempt: str, url: str) -> None:
    http.get(url, headers={"Authorization": "Bearer good-key"}).json()
    due = timezone.now() + timedelta(seconds=PAUSE)
    Attempt.objects.filter(pk=attempt).update(due_at=due, tries=F("tries") + 1)
    ask.apply_async(args=[attempt, url], countdown=PAUSE)


def main(what: str, count: str = "0") -> None:
    if what == "worker":
        words = ("--without-gossip", "--without-mingle", "--loglevel", "warning", "--hostname", "rescheduling@bench")
        app.worker_main(["worker", *words, "--pool", "prefork", "--concurrency", str(PROCESSES)])
        return
    began = time.monotonic()
    attempts = Attempt.objects.select_related("provider")[: int(count)]
    for attempt in attempts:
        url = f"{attempt.provider.base_url}/v1/videos/{attempt.upstream_id}"
        wait = max(began + random.uniform(0, PAUSE) - time.monotonic(), 0)
        ask.apply_async(args=[str(attempt.pk), url], countdown=wait)
