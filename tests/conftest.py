"""What every test stands on: the plugins that bring its people and its upstream, and a clean start."""

from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation

pytest_plugins = ["tests.furnishing", "tests.people", "tests.upstream.fixture"]

# `make test` needs nothing but Python; the browser's driver comes with the lock file of `make test-services`.
collect_ignore = [] if find_spec("playwright") else ["browser"]


@pytest.fixture(autouse=True)
def _clean_start() -> Iterator[None]:
    """Nothing is remembered from the last test: no count of visits, and no language in which its page was asked for."""
    yield
    cache.clear()
    translation.activate(settings.LANGUAGE_CODE)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs a whole studio mostly waits: it is spread over the rest. What drives a browser comes last.

    For Playwright leaves an event loop behind in its process, in which Django's database will not be asked.
    """
    kinds: dict[str, list[pytest.Item]] = {"live": [], "browser": [], "": []}
    for item in items:
        kinds[item.path.parent.name if item.path.parent.name in kinds else ""].append(item)
    places = {item: number / len(kind) for kind in kinds.values() for number, item in enumerate(kind)}
    items.sort(key=lambda item: (item.path.parent.name == "browser", places[item]))
