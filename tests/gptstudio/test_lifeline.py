"""No process outlives the one that started it."""

import subprocess
import sys

import pytest

ORPHAN = """
import os, time
from gptstudio import lifeline
parent = os.getpid()
if os.fork():
    os._exit(0)
while os.getppid() == parent:
    time.sleep(0.01)
lifeline.hold({parent})
print("outlived", flush=True)
"""


@pytest.mark.parametrize(("parent", "said"), [("parent", ""), ("", "outlived\n")])
def test_a_process_whose_parent_died_before_it_could_listen_dies_too(parent: str, said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ORPHAN.format(parent=parent)], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == said
