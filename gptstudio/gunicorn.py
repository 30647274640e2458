"""How the web process is set up. Gunicorn reads this module as its configuration."""

from pathlib import Path
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from gptstudio import embedded, lifeline, settings


class Worker(ThreadWorker):
    """One web process, whose embedded workers take no more work from the moment that it is told to stop.

    It first answers the visitors it has, and waits for slow ones; they would go on taking work all the while.
    """

    def handle_exit(self, sig: int, frame: Any) -> None:
        embedded.close()
        super().handle_exit(sig, frame)


bind = f"{settings.HOST}:{settings.PORT}"
worker_class = Worker  # pages are cheap and synchronous; a thread waits for a slow reader
workers = settings.WEB_PROCESSES
threads = settings.WEB_THREADS
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 a heartbeat must not wait for a disk

# The embedded workers finish the calls they hold before the process may end.
graceful_timeout = settings.DRAIN_SECONDS if settings.IS_EMBEDDED else 30
timeout = 120  # a machine that is busy with pictures is slow, not dead, and a killed process loses the calls it holds
control_socket_disable = True  # nobody talks to it, and it would sit in the home directory
loglevel = settings.LOG_LEVEL.lower()


def post_fork(_server: Any, worker: Any) -> None:
    lifeline.hold(worker.ppid)


def post_worker_init(_worker: Any) -> None:
    if settings.IS_EMBEDDED:
        embedded.start()


def worker_exit(_server: Any, _worker: Any) -> None:
    embedded.stop()
