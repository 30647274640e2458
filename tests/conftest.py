"""What every test stands on: the plugins that bring its people and its upstream, and a clean start."""

import os
from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from django.conf import settings
from django.core.cache import cache
from django.utils import translation
from xdist.scheduler import LoadScopeScheduling

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

SHARED_STUDIOS = (
    "clients",
    "gptstudio/test_studio.py",
    "live/test_loop_back.py",
    "live/test_scripts.py",
    "live/test_served.py",
)
"""Files and folders whose tests share one running studio each: starting another takes longer than any of them."""


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
    that share a studio begin first, as they take longest.
    """
    kinds: dict[str, list[pytest.Item]] = {"live": [], "browser": [], "": []}
    for item in items:
        kinds[item.path.parent.name if item.path.parent.name in kinds else ""].append(item)
    places = {item: number / len(kind) for kind in kinds.values() for number, item in enumerate(kind)}
    items.sort(key=lambda item: (item.path.parent.name == "browser", 0 if shared_studio(item.nodeid) else places[item]))


def shared_studio(nodeid: str) -> str:
    """Whose studio a test takes its turn in; nothing where it has one of its own, or none."""
    return next((place for place in SHARED_STUDIOS if nodeid.startswith(f"tests/{place}")), "")


class Together(LoadScopeScheduling):  # type: ignore[misc]
    """Spreads tests over the processes one by one, and keeps those in one process that share a studio.

    The plugin's own `loadgroup` writes its groups where pytest 9.2 does not look any more.
    """

    def _split_scope(self, nodeid: str) -> str:
        return shared_studio(nodeid) or nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Together:
    return Together(config, log)
