"""Where the chaos suite may strike: named places before and after each step that money or a picture hangs on.

Nothing here does anything unless the settings hold FAILPOINTS, a folder, and the studio's own settings never do; only
those of `tests.chaos` do. A point is armed by a file of its name in that folder, holding an action and the number of
the hit that it waits for: `send.after` with `kill 1`. Striking renames the file, so each strikes once, whichever
process comes first.
"""

import os
import signal
from collections import Counter
from pathlib import Path
from typing import Any

from django.conf import settings

STEPS = ("intent", "send", "answer", "stored", "poll", "download", "rename", "told", "settle", "bell")
NAMES = frozenset(f"{step}.{side}" for step in STEPS for side in ("before", "after"))
ACTIONS = {"kill": signal.SIGKILL, "freeze": signal.SIGSTOP}
STRUCK = ".struck"

_SENDING = {
    "http11.send_request_headers.started": "send.before",
    "http11.send_request_body.complete": "send.after",
}
_hits: Counter[str] = Counter()


def reach(name: str) -> None:
    """Say that the work has come to `name`. Where chaos waits for it there, this process is struck."""
    folder = getattr(settings, "FAILPOINTS", None)
    if folder is not None:
        _strike_at(Path(folder), name)


def tracing() -> dict[str, Any]:
    """What an HTTP request has to carry so that its first and its last byte are reached; nothing in production."""
    return {} if getattr(settings, "FAILPOINTS", None) is None else {"extensions": {"trace": _traced}}


def arm(folder: Path, name: str, action: str, hit: int = 1) -> None:
    """Let the `hit`-th coming of one process to `name` be struck. Raises LookupError for a name that is none."""
    path = folder / _known(name)
    if action not in ACTIONS:
        raise LookupError(f"{action!r} is none of {', '.join(ACTIONS)}")
    part = folder / f"{name}.part"
    part.write_text(f"{action} {hit}")
    part.replace(path)


def _known(name: str) -> str:
    if name not in NAMES:
        raise LookupError(f"there is no failpoint {name!r}")
    return name


def _strike_at(folder: Path, name: str) -> None:
    path = folder / _known(name)
    try:
        action, hit = path.read_text().split()
    except FileNotFoundError:
        return
    _hits[name] += 1
    if _hits[name] < int(hit):
        return
    try:
        path.rename(folder / f"{name}{STRUCK}")
    except FileNotFoundError:  # another process was here first
        return
    del _hits[name]
    os.kill(os.getpid(), ACTIONS[action])


def _traced(event: str, _info: dict[str, Any]) -> None:
    if name := _SENDING.get(event):
        reach(name)
