"""What a worker costs while there is nothing to do."""

import time

from gptstudio.queues import THREADS
from tests.bench.figures import Figure, figure
from tests.bench.spending import processor
from tests.bench.stacks import SERVICES, installed
from tests.bench.workers import worker

SETTLED, MEASURED = 10.0, 30.0


def idle() -> list[Figure]:
    """The worker of the submissions, which sweeps every second and knocks at its own door, with nothing to do."""
    with installed(SERVICES) as studio, worker(studio, "submit", THREADS["submit"]) as process:
        time.sleep(SETTLED)
        before = processor(process.pid)
        time.sleep(MEASURED)
        spent = processor(process.pid) - before
    return [figure("processor time", spent / MEASURED * 100, 1, "% of one core")]
