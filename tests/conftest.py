"""What every test stands on: the plugins that bring its people and its upstream, and a clean start."""

from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from django.core.cache import cache

pytest_plugins = ["tests.people", "tests.upstream.fixture"]

# `make test` needs nothing but Python; the browser's driver comes with the lock file of `make test-services`.
collect_ignore = [] if find_spec("playwright") else ["browser"]

COMMITS = {"transactional_db", "live_server"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    """A test that commits leaves the database empty; the next one finds again what the migrations had put in."""
    for item in items:
        marker = item.get_closest_marker("django_db")
        if (marker and marker.kwargs.get("transaction")) or COMMITS & set(item.fixturenames):
            item.add_marker(pytest.mark.django_db(transaction=True, serialized_rollback=True), append=False)


@pytest.fixture(autouse=True)
def _clean_cache() -> Iterator[None]:
    yield
    cache.clear()
