"""A plain client of the scripted upstream, with a key that it does not know yet and takes all the same."""

from collections.abc import Iterator

import httpx2
import pytest

from tests.upstream.fixture import Handle


@pytest.fixture
def http(upstream: Handle) -> Iterator[httpx2.Client]:
    headers = {"Authorization": "Bearer sk-1234"}
    with httpx2.Client(base_url=upstream.url, headers=headers, trust_env=False, verify=False, timeout=20) as client:
        yield client
