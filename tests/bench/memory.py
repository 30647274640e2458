"""How much memory a studio's processes take, watched while something runs."""

import threading
from pathlib import Path

from tests.live.studio import Studio

EVERY = 0.05


def resident(pid: int) -> float:
    """Megabytes that belong to a process, pages it shares with others counted by their share."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def is_decoder(pid: int) -> bool:
    """Whether a process is one of the limited children that decode pictures."""
    try:
        return b"imaging" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


class Watch(threading.Thread):
    """Samples the web-and-worker process and its decoders until it is left; keeps the peaks."""

    def __init__(self, studio: Studio) -> None:
        super().__init__(daemon=True)
        self.studio = studio
        self.worker = self.decoders = 0.0
        self._over = threading.Event()

    def __enter__(self) -> "Watch":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.join()

    def run(self) -> None:
        while not self._over.wait(EVERY):
            worker, decoders = self.sample()
            self.worker, self.decoders = max(self.worker, worker), max(self.decoders, decoders)

    def sample(self) -> tuple[float, float]:
        """The largest process that is no decoder, which is the one the workers live in; and all decoders together."""
        processes = self.studio.children()
        decoders = {pid for pid in processes if is_decoder(pid)}
        worker = max((resident(pid) for pid in processes if pid not in decoders), default=0.0)
        return worker, sum(map(resident, decoders))
