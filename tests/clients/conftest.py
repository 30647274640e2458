"""The vendors' own clients, against one running studio and the scripted upstream. They come with the lock file of
`make test-services`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import openai
import pytest

from tests.live.conftest import HERE, furnished, run, worker  # noqa: F401
from tests.live.studio import Studio


@pytest.fixture(scope="package", params=HERE)
def house(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    upstream_process,
    furnished: Callable[[str], Path],  # noqa: F811
    worker: int,  # noqa: F811
) -> Iterator[Studio]:
    """One running studio for all clients."""
    data = tmp_path_factory.mktemp("house") / "data"
    with run(request.param, data, upstream_process.url, furnished(request.param), worker) as running:
        yield running


@pytest.fixture(scope="package")
def key(house: Studio) -> str:
    """Alice's API key."""
    return (house.data / "api_key").read_text()


@pytest.fixture
def client(house: Studio, key: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=f"{house.url}/v1", api_key=key, timeout=90) as client:
        yield client
