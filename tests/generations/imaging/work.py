"""How long the processes that decode have worked."""

from pathlib import Path

from generations import imaging


def processor_time(process: int) -> int:
    """Clock ticks, of which a second has a hundred, that a process has worked for."""
    work = Path(f"/proc/{process}/stat").read_text().rsplit(") ", 1)[1].split()
    return int(work[11]) + int(work[12])


def children_seconds() -> float:
    return sum(processor_time(child.process.pid) for child in imaging._pool._children) / 100
