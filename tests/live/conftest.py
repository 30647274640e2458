"""A studio for one test, on each stack that this run has."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.live.studio import Person, Studio, fresh_database

EMBEDDED, SERVICES = "embedded", "services"
STACKS = [EMBEDDED, SERVICES] if os.environ.get("STUDIO_SERVICES") else [EMBEDDED]
PROVIDERS = {
    "DYU videos": ("videos", "gpt-image-2"),
    "AI GPT Image": ("jobs", "gpt-image-2-image-to-image"),
    "Dieyuyun official": ("images-official", "gpt-image-2-official"),
    "APIYI vip": ("images-vip", "gpt-image-2-vip"),
}
"""The four providers of the documents as a new studio knows them: name, dialect, the image model they serve."""


def environment_of(stack: str, worker: int) -> dict[str, str]:
    """What chooses a stack. Each test process has its own databases on PostgreSQL and Redis."""
    if stack == EMBEDDED:
        return {}
    broker = urlsplit(os.environ["BROKER_URL"])
    return {
        "DATABASE_URL": urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/live_{worker}").geturl(),
        "BROKER_URL": broker._replace(path=f"/{8 + 2 * worker}").geturl(),
        "CACHE_URL": broker._replace(path=f"/{9 + 2 * worker}").geturl(),
    }


@pytest.fixture(scope="session")
def worker(worker_id: str) -> int:
    """The number of this test process."""
    return int(worker_id.removeprefix("gw")) if worker_id.startswith("gw") else 0


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory, upstream_process, worker: int) -> Callable[[str], Path]:
    """A studio's data, made once for each stack: Alice's team of 1,000 credits and the four providers."""
    made: dict[str, Path] = {}

    def furnish(stack: str) -> Path:
        if stack not in made:
            made[stack] = tmp_path_factory.mktemp(stack)
            environment = environment_of(stack, worker)
            if stack == SERVICES:
                environment["DATABASE_URL"] = fresh_database(environment["DATABASE_URL"], f"live_{worker}_furnished")
            move_in(Studio(made[stack], upstream_process.url, environment), upstream_process.url)
        return made[stack]

    return furnish


def move_in(studio: Studio, upstream: str) -> None:
    studio.manage("migrate", "--verbosity", "0")
    studio.bootstrap("alice@example.com", "Alice's team")
    for name, (dialect, image_model) in PROVIDERS.items():
        address = ("--dialect", dialect, "--base-url", upstream, "--api-key", "good-key")
        studio.manage("provider", name, *address, "--image-model", image_model)


@pytest.fixture(params=STACKS)
def studio(
    request: pytest.FixtureRequest, tmp_path: Path, upstream, furnished: Callable[[str], Path], worker: int
) -> Iterator[Studio]:
    """A running studio whose four providers lead to the scripted upstream, with data of its own."""
    stack = request.param
    data = tmp_path / "data"
    shutil.copytree(furnished(stack), data)
    environment = environment_of(stack, worker)
    if stack == SERVICES:
        fresh_database(environment["DATABASE_URL"], f"live_{worker}", f"live_{worker}_furnished")
    running = Studio(data, upstream.url, environment)
    try:
        running.start()
        yield running
    finally:
        running.close()


@pytest.fixture
def alice_at(studio: Studio) -> Callable[[], Person]:
    """Alice, signed in."""
    return lambda: studio.person("alice@example.com")
