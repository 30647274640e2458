"""The vendors' own clients, against one running studio and the scripted upstream. They come with the lock files of
`make test-services`."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from tests.live.conftest import HERE, furnished, run, worker  # noqa: F401
from tests.live.studio import Studio
from tests.upstream.fixture import Handle

PLACE = Path(__file__).parent


def submissions_of(upstream: Handle, prompt: str) -> list[dict[str, Any]]:
    """What the providers were asked for by this prompt: other tests may have left something under way."""
    return [each for each in upstream.submissions() if each["prompt"] == prompt]


@pytest.fixture(scope="package", params=HERE)
def house(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    upstream_process,
    furnished: Callable[[str], Path],  # noqa: F811
    worker: int,  # noqa: F811
) -> Iterator[Studio]:
    """One running studio for all clients. OpenAI is asked for what the four documents have no words for: a mask."""
    data = tmp_path_factory.mktemp("house") / "data"
    with run(request.param, data, upstream_process.url, furnished(request.param), worker) as running:
        running.change("UPDATE generations_provider SET is_enabled = true WHERE name = 'OpenAI'")
        yield running


@pytest.fixture(scope="package")
def key(house: Studio) -> str:
    """Alice's API key."""
    return (house.data / "api_key").read_text()


@pytest.fixture(scope="package")
def node(house: Studio, key: str) -> Callable[..., str]:
    """Runs a script that finds OpenAI's package for Node, our address and our key, and gives what it prints."""
    environment = {
        "PATH": os.environ["PATH"],
        "NO_PROXY": "*",
        "OPENAI_BASE_URL": f"{house.url}/v1",
        "OPENAI_API_KEY": key,
        "POOR_KEY": (house.data / "poor_key").read_text(),
    }

    def run_script(script: str, *words: str | Path) -> str:
        done = subprocess.run(
            ["node", "--no-warnings", "--input-type=module", "-", *words],
            input=script, cwd=PLACE, env=environment, capture_output=True, text=True, timeout=90, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run_script


@pytest.fixture
def client(house: Studio, key: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{house.url}/v1", api_key=key, timeout=90) as client:
        yield client
