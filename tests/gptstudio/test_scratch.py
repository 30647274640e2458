"""A killed process cannot tidy up after itself."""

import os
import time
from pathlib import Path

from gptstudio import scratch
from gptstudio.celery import Sweeping


def leave(folder: Path, hours: float) -> Path:
    """A call's folder with half a picture in it, and an upload's file, both so many hours old."""
    (call := folder / f"call {hours}").mkdir(parents=True)
    (call / "picture").write_bytes(b"half")
    (folder / f"upload {hours}").write_bytes(b"half")
    then = time.time() - hours * 3600
    for left in (call, folder / f"upload {hours}"):
        os.utime(left, (then, then))
    return folder


def test_what_is_a_day_old_goes_and_what_may_be_under_way_stays(settings, tmp_path) -> None:
    settings.SCRATCH = leave(leave(tmp_path / "scratch", 25), 23)
    scratch.clear()
    assert {left.name for left in settings.SCRATCH.iterdir()} == {"call 23", "upload 23"}


def test_a_worker_clears_the_scratch_folder_when_it_starts(settings, tmp_path) -> None:
    settings.SCRATCH = leave(tmp_path / "scratch", 25)
    step = Sweeping(None)
    step.start(None)
    end = time.monotonic() + 5
    while any(settings.SCRATCH.iterdir()) and time.monotonic() < end:
        time.sleep(0.01)
    step.stop(None)
    assert not any(settings.SCRATCH.iterdir())
