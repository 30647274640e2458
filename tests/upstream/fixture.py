"""The scripted upstream as a pytest fixture: one process a session, an empty book for each test."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

ROOT = Path(__file__).parents[2]


class Handle:
    """The running upstream, as a test sees it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._http = httpx2.Client(base_url=url, trust_env=False, verify=False, timeout=30)

    def log(self) -> list[dict[str, Any]]:
        """Every submission that was billed, in order."""
        return self._read("log")

    def submissions(self) -> list[dict[str, Any]]:
        """Every submission: billed, refused or turned away."""
        return self._read("submissions")

    def asked(self) -> list[dict[str, Any]]:
        """Every request of any kind, polls and pictures among them."""
        return self._read("asked")

    def clear(self) -> None:
        self._http.post("/_/clear").raise_for_status()

    def release(self) -> None:
        """Let go of whatever is `[held]`, and hold nothing more in this test."""
        self._http.post("/_/release").raise_for_status()

    def close(self) -> None:
        self._http.close()

    def _read(self, page: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._http.get(f"/_/{page}").raise_for_status().json()
        return found


@contextmanager
def running() -> Iterator[Handle]:
    """The process. It takes over a socket that already listens, so nothing waits for it to be ready."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port, fd = listener.getsockname()[1], listener.fileno()
        command = [sys.executable, "-m", "tests.upstream", "--fd", str(fd)]
        process = subprocess.Popen(command, cwd=ROOT, pass_fds=[fd], stdin=subprocess.PIPE)
    handle = Handle(f"http://127.0.0.1:{port}")
    try:
        yield handle
    finally:
        handle.close()
        process.communicate(timeout=30)


@pytest.fixture(scope="session")
def upstream_process() -> Iterator[Handle]:
    with running() as handle:
        yield handle


@pytest.fixture
def upstream(upstream_process: Handle) -> Iterator[Handle]:
    """The scripted upstream with an empty book. What it can be asked for stands in tests/upstream/README.md."""
    upstream_process.clear()
    yield upstream_process
    upstream_process.release()  # the next test may share a studio that still waits for a picture of this one
