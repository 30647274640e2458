"""A studio for one test, on each stack that this run has."""

import os
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


def services(worker: str) -> dict[str, str]:
    """PostgreSQL and Redis, with a database of its own on each for every test process."""
    number = int(worker.removeprefix("gw") or 0)

    def redis(place: int) -> str:
        return urlsplit(os.environ["BROKER_URL"])._replace(path=f"/{place}").geturl()

    return {
        "DATABASE_URL": fresh_database(os.environ["DATABASE_URL"], f"studio_live_{number}"),
        "BROKER_URL": redis(8 + 2 * number),
        "CACHE_URL": redis(9 + 2 * number),
    }


@pytest.fixture(params=STACKS)
def studio(request: pytest.FixtureRequest, tmp_path: Path, upstream, worker_id: str) -> Iterator[Studio]:
    """A running studio with Alice's team of 1,000 credits and the four providers pointed at the scripted upstream."""
    environment = services(worker_id.replace("master", "gw0")) if request.param == SERVICES else {}
    running = Studio(tmp_path, upstream.url, environment)
    running.start()
    running.bootstrap("alice@example.com", "Alice's team")
    for name, (dialect, image_model) in PROVIDERS.items():
        words = (
            "--dialect",
            dialect,
            "--base-url",
            upstream.url,
            "--api-key",
            "good-key",
            "--image-model",
            image_model,
        )
        running.manage("provider", name, *words)
    yield running
    if running.process and running.process.poll() is None:
        running.kill()


@pytest.fixture
def alice_at(studio: Studio) -> Callable[[], Person]:
    """Alice, signed in."""
    return lambda: studio.person("alice@example.com")
