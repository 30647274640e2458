"""What every test stands on: the plugins that bring its people and its upstream, and a clean start."""

import os
from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation

pytest_plugins = ["tests.furnishing", "tests.people", "tests.upstream.fixture"]

# `make test` needs nothing but Python; the browser's driver and the vendors' clients come with the lock file of
# `make test-services`.
collect_ignore = [*([] if find_spec("playwright") else ["browser"]), *([] if find_spec("litellm") else ["clients"])]

SHOWN = (
    "generations/dialects",
    "generations/imaging",
    "generations/scripts",
    "gptstudio/test_embedded.py",
    "gptstudio/test_studio.py",
    "live/test_loop_back.py",
    "upstream",
)
"""What no service has a part in: the pure half of the house, and the embedded default itself. `make test` shows it, and
`make test-services` does not show it again."""
if os.environ.get("STUDIO_SERVICES"):
    collect_ignore += SHOWN


@pytest.fixture(autouse=True)
def _clean_start() -> Iterator[None]:
    """Nothing is remembered from the last test: no count of visits, and no language in which its page was asked for."""
    yield
    cache.clear()
    translation.activate(settings.LANGUAGE_CODE)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs a whole studio mostly waits: it is spread over the rest. What drives a browser comes last.

    For Playwright leaves an event loop behind in its process, in which Django's database will not be asked. The tests
    that share a studio stay together in one process, and begin first, as they take longest.
    """
    kinds: dict[str, list[pytest.Item]] = {"live": [], "browser": [], "": []}
    for item in items:
        kinds[item.path.parent.name if item.path.parent.name in kinds else ""].append(item)
    if "PYTEST_XDIST_WORKER" in os.environ:
        _name_groups(items)
    places = {item: number / len(kind) for kind in kinds.values() for number, item in enumerate(kind)}
    items.sort(key=lambda item: (item.path.parent.name == "browser", 0 if _is_one_of_many(item) else places[item]))


def _name_groups(items: list[pytest.Item]) -> None:
    """Say at the end of a test's name which group it is in. xdist 3.8 means to, and writes it where pytest 9.2 does not
    look, so that every test process would start a studio of its own for each group."""
    for item in items:
        if mark := item.get_closest_marker("xdist_group"):
            item._id = type(item.id).parse(f"{item.nodeid}@{mark.args[0]}")


def _is_one_of_many(item: pytest.Item) -> bool:
    return item.get_closest_marker("xdist_group") is not None
