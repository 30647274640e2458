"""Processes that must not outlive the one that started them."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that the kernel sends to this process when its parent dies."""


def hold(parent: int | None = None) -> None:
    """Die with the parent, however it dies, so that no orphan keeps the port. Elsewhere than on Linux, nothing.

    The kernel tells of deaths to come; who names its `parent` also dies of one that came first.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if parent is not None and os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGKILL)
