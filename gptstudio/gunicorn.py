"""How the web process is set up. Gunicorn reads this module as its configuration."""

from pathlib import Path
from typing import Any

from gptstudio import embedded, lifeline, settings

bind = f"{settings.HOST}:{settings.PORT}"
worker_class = "gthread"  # pages are cheap and synchronous; a thread waits for a slow reader
workers = settings.WEB_PROCESSES
threads = settings.WEB_THREADS
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 a heartbeat must not wait for a disk

# The embedded workers finish the calls they hold before the process may end.
graceful_timeout = settings.DRAIN_SECONDS if settings.IS_EMBEDDED else 30
timeout = 120  # a machine that is busy with pictures is slow, not dead, and a killed process loses the calls it holds
control_socket_disable = True  # nobody talks to it, and it would sit in the home directory
loglevel = settings.LOG_LEVEL.lower()


def post_fork(_server: Any, _worker: Any) -> None:
    lifeline.hold()


def post_worker_init(_worker: Any) -> None:
    if settings.IS_EMBEDDED:
        embedded.start()


def worker_exit(_server: Any, _worker: Any) -> None:
    embedded.stop()
