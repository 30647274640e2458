"""A studio for one test, on each stack that this run has."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.live.studio import PASSWORD, Person, Studio, fresh_database

EMBEDDED, SERVICES = "embedded", "services"
STACKS = [EMBEDDED, SERVICES] if os.environ.get("STUDIO_SERVICES") else [EMBEDDED]
HERE = STACKS[-1:]
"""The stack that this run is about: `make test` has shown the embedded one when `make test-services` begins."""
PROVIDERS = {
    "DYU videos": ("videos", "gpt-image-2"),
    "AI GPT Image": ("jobs", "gpt-image-2-image-to-image"),
    "Dieyuyun official": ("images-official", "gpt-image-2-official"),
    "APIYI vip": ("images-vip", "gpt-image-2-vip"),
}
"""The four providers of the documents as a new studio knows them: name, dialect, the image model they serve."""


FURNISHED = "furnished"


def environment_of(stack: str, owner: int | str) -> dict[str, str]:
    """What chooses a stack. Each test process has its own databases on PostgreSQL, and on Redis by its settings."""
    if stack == EMBEDDED:
        return {}
    return {
        "DATABASE_URL": urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/live_{owner}").geturl(),
        "BROKER_URL": os.environ["BROKER_URL"],
        "CACHE_URL": os.environ["CACHE_URL"],
    }


def furnish_services(environment: dict[str, str], worker: int) -> None:
    """A copy of the furnished database, and nothing left on Redis by the test before."""
    import redis  # which comes with the lock file of `make test-services`

    fresh_database(environment["DATABASE_URL"], f"live_{worker}", f"live_{FURNISHED}")
    for name in ("BROKER_URL", "CACHE_URL"):
        with redis.from_url(environment[name]) as line:
            line.flushdb()


@pytest.fixture(scope="session")
def worker(worker_id: str) -> int:
    """The number of this test process."""
    return int(worker_id.removeprefix("gw")) if worker_id.startswith("gw") else 0


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory, upstream_process, worker_id: str) -> Callable[[str], Path]:
    """A studio's data, made once a run for each stack: Alice's team of 1,000 credits and the four providers; a fifth,
    OpenAI, is switched off."""
    base = tmp_path_factory.getbasetemp()
    place = base if worker_id == "master" else base.parent

    def furnish(stack: str) -> Path:
        data = place / f"furnished-{stack}"
        with (place / "furnishing.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # whoever comes first furnishes for all test processes
            if not (mark := place / f"{stack}.furnished").exists():
                environment = {**environment_of(stack, FURNISHED), "STATIC_ROOT": str(place / "static")}
                if stack == SERVICES:
                    fresh_database(environment["DATABASE_URL"], f"live_{FURNISHED}")
                data.mkdir()
                new = Studio(data, upstream_process.url, environment)
                move_in(new, upstream_process.url)
                mark.touch()
        return data

    return furnish


OWNERS = 40
FURNISH = """
from django.contrib.auth.hashers import make_password
from accounts.keys import keep_key, new_key
from accounts.models import User
from accounts.teams import found_team
from generations.connecting import Served, connect
from generations.management.commands.studio import collect_static_files
from generations.models import Provider
hashed = make_password(password)
for number in range(1, owners + 1):
    found_team(f"Team {number}", User.objects.create(email=f"alice-{number}@example.com", password=hashed), 1000)
for name, (dialect, image_model) in providers.items():
    connect(name, dialect, upstream, "good-key", [Served(image_model, image_model)])
connect("OpenAI", "images-openai", upstream, "good-key", [Served("gpt-image-2", "gpt-image-2", priority=200)])
Provider.objects.filter(name="OpenAI").update(is_enabled=False)
collect_static_files()
key = new_key()
keep_key(found_team("Nothing left", User.objects.create(email="poor@example.com", password=hashed)), "poor", key)
print(key)
"""
"""All in one command, as each takes seconds: owners of teams of their own, for tests that want a fresh one; the
providers; the compressed static files, which no two may make in one place; the key of a team without credits."""


def move_in(studio: Studio, upstream: str) -> None:
    studio.manage("migrate", "--verbosity", "0")
    made = studio.bootstrap("alice@example.com", "Alice's team", "--api-key")
    (studio.data / "api_key").write_text(made["api_key"])
    given = f"password, owners, providers, upstream = {(PASSWORD, OWNERS, PROVIDERS, upstream)!r}\n"
    told = studio.manage("shell", "--verbosity", "0", "--command", given + FURNISH)
    (studio.data / "poor_key").write_text(told.split()[-1])


@contextmanager
def run(stack: str, data: Path, upstream: str, furnished: Path, worker: int) -> Iterator[Studio]:
    """A running studio on one stack, whose four providers lead to the scripted upstream."""
    shutil.copytree(furnished, data)
    environment = {**environment_of(stack, worker), "STATIC_ROOT": str(furnished.parent / "static")}
    if stack == SERVICES:
        furnish_services(environment, worker)
    running = Studio(data, upstream, environment)
    running.lead_to(upstream)
    try:
        running.start()
        yield running
    finally:
        running.close()


@pytest.fixture(params=HERE)
def studio(
    request: pytest.FixtureRequest, tmp_path: Path, upstream, furnished: Callable[[str], Path], worker: int
) -> Iterator[Studio]:
    """A running studio with data of its own."""
    with run(request.param, tmp_path / "data", upstream.url, furnished(request.param), worker) as running:
        yield running


@pytest.fixture(scope="module", params=HERE)
def house(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    upstream_process,
    furnished: Callable[[str], Path],
    worker: int,
) -> Iterator[Studio]:
    """One running studio for all tests of a file: what one of them makes, the others find there."""
    data = tmp_path_factory.mktemp("house") / "data"
    with run(request.param, data, upstream_process.url, furnished(request.param), worker) as running:
        yield running


@pytest.fixture(scope="module")
def key(house: Studio) -> str:
    """Alice's API key."""
    return (house.data / "api_key").read_text()


@pytest.fixture
def alice_at(studio: Studio) -> Callable[[], Person]:
    """Alice, signed in."""
    return lambda: studio.person("alice@example.com")
