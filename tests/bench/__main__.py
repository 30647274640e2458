"""`make bench` measures all scenes, `python -m tests.bench SCENE…` some; docs/benchmarks.md has what came out last."""

import inspect
import sys
import time
from collections.abc import Callable

from tests.bench import main_job, page, stacks
from tests.bench.arrivals import arrivals
from tests.bench.bodies import bodies
from tests.bench.creates import creates
from tests.bench.dripping import dripping
from tests.bench.figures import Figure
from tests.bench.holds import holds
from tests.bench.idle import idle
from tests.bench.landing import landing
from tests.bench.lines import lines
from tests.bench.polls import polls
from tests.bench.waiters import waiters

Scene = Callable[[], list[Figure]]

ON_SERVICES: dict[str, Scene] = {
    "holds": holds,
    "polls": polls,
    "arrivals": arrivals,
    "lines": lines,
    "landing": landing,
    "idle": idle,
    "creates": creates,
    "waiters": waiters,
    "bodies": bodies,
}
"""What needs PostgreSQL and Redis."""
SCENES: dict[str, Scene] = main_job.SCENES | {"dripping": dripping} | ON_SERVICES


def measure(names: list[str]) -> dict[str, list[Figure]]:
    """The figures of each scene, printed as they come."""
    figures = {}
    for name in names:
        print(f"{name}: {inspect.getdoc(SCENES[name])}", flush=True)
        began = time.monotonic()
        figures[name] = SCENES[name]()
        print(*figures[name], f"({time.monotonic() - began:.0f} s)\n", sep="\n", flush=True)
    return figures


def main(asked: list[str]) -> int:
    if unknown := set(asked) - set(SCENES):
        sys.exit(f"No such scene: {', '.join(unknown)}. There are: {', '.join(SCENES)}.")
    names = asked or list(SCENES)
    if set(names) & set(ON_SERVICES) and (lacking := stacks.missing()):
        sys.exit(f"Not measured: {lacking}. Without it there are: {', '.join(SCENES.keys() - ON_SERVICES)}.")
    figures = measure(names)
    page.write({name: (inspect.getdoc(SCENES[name]) or "", lines) for name, lines in figures.items()})
    return 0 if all(line.is_met for lines in figures.values() for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
