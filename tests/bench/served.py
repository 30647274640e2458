"""A studio as scripts find it: its web processes, a key, and a scripted provider behind two of its image models."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2 as httpx

from tests.bench.stacks import ALICE, SERVICES, installed
from tests.bench.workers import running
from tests.live.studio import ROOT, Studio, wait_for

URL, BASE64, TASK = "gpt-image-2-vip", "gpt-image-2-official", "gpt-image-2"
ROUTES = {URL: "images-vip", BASE64: "images-official", TASK: "videos"}
"""What a provider answers with, by the image model: a picture's address, its base64, or a task."""
COLLECT = "from generations.management.commands.studio import collect_static_files as collect; collect()"
"""What the studio does at its start, and the web processes alone do not."""
NO_LIMIT = {"RATES_CREATE": "100000/second", "RATES_READ": "100000/second", "MOST_ACTIVE": "100000"}


@contextmanager
def furnished(upstream: str, **environment: str) -> Iterator[tuple[Studio, str]]:
    """A studio with its providers and nothing running yet, and Alice's API key."""
    with installed(SERVICES, upstream, **NO_LIMIT, **environment) as studio:
        key = studio.bootstrap(ALICE, "Bench", "--api-key")["api_key"]
        for image_model, dialect in ROUTES.items():
            address = ("--dialect", dialect, "--base-url", upstream, "--api-key", "good-key")
            studio.manage("provider", f"Scripted {dialect}", *address, "--image-model", image_model)
        studio.manage("shell", "--verbosity", "0", "--command", COLLECT)
        yield studio, key


@contextmanager
def web(studio: Studio, processes: int) -> Iterator[subprocess.Popen[str]]:
    """The web processes alone, as the studio starts them, killed when the block is over."""
    command = [sys.executable, "-m", "gunicorn", "--config", "python:gptstudio.gunicorn", "gptstudio.wsgi"]
    environment = studio.environment | {"WEB_PROCESSES": str(processes)}
    started = subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stdout=subprocess.DEVNULL)
    with running(started) as process:
        wait_for(lambda: _answers(studio), what="the web process")
        yield process


def _answers(studio: Studio) -> bool:
    try:
        return httpx.get(f"{studio.url}/health/live", trust_env=False).status_code == 200
    except httpx.HTTPError:
        return False
