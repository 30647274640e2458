"""What did processes that were killed leave in the scratch folder? The next worker to start sweeps it out."""

import shutil
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings

STALE = 24 * 3600
"""Seconds. No call and no upload takes a day, so whatever is older belongs to nobody who still lives."""


def clear() -> None:
    for left in settings.SCRATCH.iterdir():
        with suppress(FileNotFoundError):  # somebody else's, and just finished with
            if left.stat().st_mtime < time.time() - STALE:
                _remove(left)


def _remove(left: Path) -> None:
    if left.is_dir():
        shutil.rmtree(left)
    else:
        left.unlink()
