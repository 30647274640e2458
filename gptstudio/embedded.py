"""The embedded default: Celery's workers as threads of the one web process, over a broker in its memory.

Each queue has a worker of its own, so that held lines starve neither polling nor keeping. A message dies with the
process; the rows do not, and the sweep of the next start rings for them.
"""

from threading import Thread

from celery import Celery
from celery.worker import WorkController

from gptstudio.celery import app, shut
from gptstudio.queues import THREADS

_crew: dict[WorkController, Thread] = {}


def start() -> None:
    """Start the workers and return at once."""
    for queue, threads in THREADS.items():
        worker = WorkController(
            app=_app_for(queue), hostname=f"{queue}@embedded", queues=[queue], concurrency=threads, pool="threads"
        )
        _crew[worker] = Thread(target=worker.start, name=f"worker-{queue}", daemon=True)
        _crew[worker].start()


def close() -> None:
    """Take no more work. What runs goes on, and so do the pages."""
    if _crew:
        shut()


def stop() -> None:
    """Take no more work, finish what runs, and return. Whoever calls sets the bound on how long that may take."""
    close()
    working = [*_crew.values()]
    leaving = [Thread(target=worker.stop, name="worker-stop") for worker in _crew]
    _crew.clear()
    for thread in leaving:
        thread.start()
    for thread in (*leaving, *working):
        thread.join()


def _app_for(queue: str) -> Celery:
    """Which queues a worker consumes is kept on its app, so each worker has one.

    The first is the app itself, whose worker sweeps, logs, and gives database connections back for all of them.
    """
    if not _crew:
        return app
    apart = Celery(f"gptstudio.{queue}", fixups=[], set_as_current=False)
    apart.config_from_object("gptstudio.queues")
    return apart
