"""What every test stands on: the plugins that bring its people and its upstream, and a clean cache."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

pytest_plugins = ["tests.people", "tests.upstream.fixture"]


@pytest.fixture(autouse=True)
def _clean_cache() -> Iterator[None]:
    yield
    cache.clear()
