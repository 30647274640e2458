"""Chromium, a running studio, and people who sit at it. Any word of Chromium's against a page fails the test."""

import shutil
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.desk import SOON, Desk
from tests.browser.flags import FLAGS
from tests.live.conftest import EMBEDDED, OWNERS, furnished, studio, worker  # noqa: F401 one test goes to each stack
from tests.live.studio import Studio

_numbers = count(1)


expect.set_options(timeout=SOON)


@pytest.fixture(scope="session")
def base_url() -> None:
    """Each person's browser has its own; this takes the place of a plugin's fixture that pytest will not take."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Debian's Chromium in place of Playwright's own."""
    return {**browser_type_launch_args, "executable_path": shutil.which("chromium"), "args": list(FLAGS)}


@pytest.fixture(scope="session")
def house(
    tmp_path_factory: pytest.TempPathFactory,
    upstream_process: Any,
    furnished: Callable[[str], Path],  # noqa: F811
) -> Iterator[Studio]:
    """One running studio on the embedded default for all journeys, with the four providers of the documents."""
    data = tmp_path_factory.mktemp("house") / "data"
    shutil.copytree(furnished(EMBEDDED), data)
    running = Studio(data, upstream_process.url, {"STATIC_ROOT": str(furnished(EMBEDDED).parent / "static")})
    running.lead_to(upstream_process.url)
    running.start()
    yield running
    running.close()


@pytest.fixture
def sit_down(new_context: Callable[..., Any], tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Give a person a browser of their own. What Chromium says against a page is kept until the end."""
    complaints: list[str] = []

    def sit(at: Studio, **manners: Any) -> Desk:
        context = new_context(base_url=at.url, **manners)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("console", lambda line: complaints.append(line.text) if is_complaint(line.text) else None)
        return Desk(context.new_page(), at, tmp_path)

    yield sit
    assert complaints == []


def is_complaint(text: str) -> bool:
    return any(word in text for word in ("Content Security Policy", "Refused to", "htmx:", "Uncaught"))


@pytest.fixture
def alice(house: Studio, sit_down: Callable[..., Desk]) -> Desk:
    """The owner of a fresh team of 1,000 credits, signed in."""
    return owner(house, sit_down)


def owner(at: Studio, sit_down: Callable[..., Desk], **manners: Any) -> Desk:
    number = next(_numbers)
    email = f"alice-{number}@example.com"
    if number > OWNERS:
        at.bootstrap(email, f"Team {number}")
    desk = sit_down(at, **manners)
    desk.sign_in(email)
    return desk
