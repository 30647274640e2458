"""The vendors' own clients, against a running studio and the scripted upstream. They come with the lock file of
`make test-services`."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest

from tests.live.conftest import furnished, house, key, worker  # noqa: F401
from tests.live.studio import Studio


@pytest.fixture
def client(house: Studio, key: str) -> Iterator[openai.OpenAI]:  # noqa: F811
    with openai.OpenAI(base_url=f"{house.url}/v1", api_key=key, timeout=90) as client:
        yield client
