"""What every test stands on: the plugins that bring its people and its upstream, and a clean cache."""

from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from django.core.cache import cache

pytest_plugins = [name for name in ("tests.people",) if find_spec(name)]


@pytest.fixture(autouse=True)
def _clean_cache() -> Iterator[None]:
    yield
    cache.clear()
