"""`make bench`: the main job on the embedded default, against the scripted upstream; writes docs/benchmarks.md."""

import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2 as httpx

from tests.bench import scenes
from tests.bench.scenes import Figure
from tests.live.studio import ROOT, Studio, free_port, wait_for
from tests.upstream.fixture import Handle

PAGE = ROOT / "docs" / "benchmarks.md"
HEAD = """# Benchmarks

Measured by `make bench` on the embedded default (SQLite, the broker in memory, one web-and-worker process) against
the scripted upstream in a process of its own. A figure is judged by its median, memory by its peak.

| what | median | highest | limit | unit | |
|---|---|---|---|---|---|
"""


@contextmanager
def upstream() -> Iterator[Handle]:
    """The scripted upstream, for as long as the block runs."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.upstream", "--port", str(port)], cwd=ROOT)
    handle = Handle(f"http://127.0.0.1:{port}")
    try:
        wait_for(lambda: _answers(handle), what="the scripted upstream")
        yield handle
    finally:
        handle.close()
        process.terminate()
        process.wait()


def _answers(handle: Handle) -> bool:
    try:
        handle.clear()
    except httpx.ConnectError:
        return False
    return True


@contextmanager
def studio(served: Handle) -> Iterator[Studio]:
    """A studio of its own with credits to spare; the books must be right when it has done its work."""
    with tempfile.TemporaryDirectory() as folder:
        running = Studio(Path(folder), served.url, {})
        running.start()
        try:
            scenes.furnish(running, served)
            yield running
            running.manage("audit")
        finally:
            running.close()


def machine() -> str:
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    day = datetime.now(UTC).date()
    return f"\n{day}: {model}, Linux {platform.release().split('-')[0]}, Python {platform.python_version()}.\n"


def main() -> int:
    figures: list[Figure] = []
    with upstream() as served:
        for scene in scenes.ALL:
            with studio(served) as running:
                figures += scene(running, served)
                print(*figures[-1:], sep="\n", flush=True)
    PAGE.write_text(HEAD + "".join(f"{figure}\n" for figure in figures) + machine())
    print(PAGE.read_text())
    return 0 if all(figure.is_met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
