"""`make bench` measures all scenes and writes docs/benchmarks.md; `python -m tests.bench SCENE…` prints some alone."""

import inspect
import platform
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import main_job, stacks
from tests.bench.arrivals import arrivals
from tests.bench.dripping import dripping
from tests.bench.figures import Figure
from tests.bench.holds import holds
from tests.bench.idle import idle
from tests.bench.landing import landing
from tests.bench.lines import lines
from tests.bench.polls import polls
from tests.live.studio import ROOT

Scene = Callable[[], list[Figure]]

PAGE = ROOT / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Measured by `make bench`; `make bench SCENE=polls` measures one scene and prints it. Each scene starts what it needs
anew, and its upstream is scripted in a process of its own. A figure is judged by its median, memory by its peak.
"""
TABLE = """
| what | judged | highest | limit | unit | |
|---|---|---|---|---|---|
"""
ON_SERVICES: dict[str, Scene] = {
    "holds": holds,
    "polls": polls,
    "arrivals": arrivals,
    "lines": lines,
    "landing": landing,
    "idle": idle,
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


def page(figures: dict[str, list[Figure]]) -> str:
    parts = [HEAD]
    for name, measured in figures.items():
        parts += [f"\n## {name}\n\n{inspect.getdoc(SCENES[name])}\n", TABLE, *(f"{line}\n" for line in measured)]
    return "".join([*parts, machine()])


def machine() -> str:
    models = (line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name"))
    model = next((line.partition(":")[2].strip() for line in models), platform.processor())
    system = f"Linux {platform.release().split('-')[0]}, Python {platform.python_version()}"
    return f"\n{datetime.now(UTC).date()}: {len(stacks.PROCESSORS)} × {model}, {system}.\n"


def main(asked: list[str]) -> int:
    if unknown := set(asked) - set(SCENES):
        sys.exit(f"No such scene: {', '.join(unknown)}. There are: {', '.join(SCENES)}.")
    names = asked or list(SCENES)
    if set(names) & set(ON_SERVICES) and (lacking := stacks.missing()):
        sys.exit(f"Not measured: {lacking}. Without it there are: {', '.join(SCENES.keys() - ON_SERVICES)}.")
    figures = measure(names)
    if not asked:
        PAGE.write_text(page(figures))
    return 0 if all(line.is_met for lines in figures.values() for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
