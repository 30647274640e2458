"""docs/benchmarks.md: a section a scene, each as it was measured last, with the machine that it was measured on."""

import platform
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.stacks import PROCESSORS
from tests.live.studio import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Measured by `make bench`, and beside LiteLLM's proxy by `make bench-peer`; `make bench SCENE=polls` measures one scene.
Each starts what it needs anew, and its upstream is scripted in a process of its own. A figure is judged by its median,
memory by its peak.
"""
TABLE = """
| what | judged | highest | limit | unit | |
|---|---|---|---|---|---|
"""


def write(measured: Mapping[str, tuple[str, Sequence[Figure]]]) -> None:
    """Put the sections of what was measured in the place of their former ones: what each is about, and its figures."""
    sections = _sections(PAGE.read_text()) if PAGE.exists() else {}
    for name, (about, figures) in measured.items():
        lines = "".join(f"{line}\n" for line in figures)
        sections[name] = f"{about.strip()}\n{TABLE}{lines}\n{_machine()}\n"
    PAGE.write_text(HEAD + "".join(f"\n## {name}\n\n{text}" for name, text in sections.items()))


def _sections(page: str) -> dict[str, str]:
    parts = re.split(r"^## (.+)\n\n", page, flags=re.MULTILINE)[1:]
    return {name: f"{text.strip()}\n" for name, text in zip(parts[::2], parts[1::2], strict=True)}


def _machine() -> str:
    models = (line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name"))
    model = next((line.partition(":")[2].strip() for line in models), platform.processor())
    system = f"Linux {platform.release().split('-')[0]}, Python {platform.python_version()}"
    return f"{datetime.now(UTC).date()}: {len(PROCESSORS)} × {model}, {system}."
