"""What a run leaves: one file of JSON for machines, and the table in docs/reliability.md for people."""

import json
import platform
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from tests.live.studio import ROOT

FOLDER = ROOT / "var" / "chaos"
PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- figures: written by make chaos -->\n", "<!-- end of the figures -->"
RUNS = 3
HEAD = """
| scene | stack | generations | struck | billed | kept | in doubt | kept late | unbilled | lost | slowest | seconds | |
|---|---|---|---|---|---|---|---|---|---|---|---|---|
"""


@dataclass(slots=True)
class Result:
    """One scene on one stack."""

    scene: str
    stack: str
    seconds: float = 0.0
    figures: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    left: str = ""
    """Where the studio's data and log are kept for whoever looks into what was wrong."""

    def __str__(self) -> str:
        names = ("generations", "strikes", "billed", "kept", "in_doubt", "kept_late", "never_billed", "lost")
        cells = " | ".join(f"{self.figures.get(name, 0):g}" for name in names)
        slowest = self.figures.get("slowest", "")
        verdict = "**broken**" if self.wrong else "kept"
        return f"| {self.scene} | {self.stack} | {cells} | {slowest} | {self.seconds:.0f} | {verdict} |"


def keep(results: list[Result], seed: int, *, is_whole: bool, seconds: float) -> Path:
    """Write the run down for machines. Gives the file's path."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / (f"seed-{seed}.json" if is_whole else f"seed-{seed}-part.json")
    run = {
        "seed": seed,
        "whole": is_whole,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(seconds, 1),
        "kept_every_promise": not any(result.wrong for result in results),
        "scenes": [asdict(result) for result in results],
    }
    path.write_text(json.dumps(run, indent=1, ensure_ascii=False) + "\n")
    return path


def show(results: list[Result]) -> None:
    """Put the last figures into the page of promises."""
    head, _, rest = PAGE.read_text().partition(BEGIN)
    tail = rest.partition(END)[2]
    lines = "".join(f"{result}\n" for result in results)
    PAGE.write_text(head + BEGIN + HEAD + lines + _runs() + END + tail)


def _runs() -> str:
    """A line for each of the last whole runs; the table is the last one's."""
    paths = [path for path in FOLDER.glob("seed-*.json") if not path.stem.endswith("-part")]
    runs = sorted((json.loads(path.read_text()) for path in paths), key=lambda run: run["finished"])[-RUNS:]
    lines = [
        f"- {run['finished'][:10]}, seed {run['seed']}: {len(run['scenes'])} scenes,"
        f" {sum(bool(scene['wrong']) for scene in run['scenes'])} broken, {run['seconds'] / 60:.1f} minutes"
        for run in runs
    ]
    return "\n" + "\n".join([*lines, "", f"{_machine()}."]) + "\n"


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    processor = f"{len(names)} × {names[0]}" if names else platform.processor()
    return f"{processor}, Linux {platform.release().split('-')[0]}, Python {platform.python_version()}"
