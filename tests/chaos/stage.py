"""Where scenes are played: furnished studios on both stacks, each with an upstream and data of its own."""

import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from tests.chaos import services
from tests.chaos.services import Postgres, Redis
from tests.chaos.subject import EMAIL, VIDEOS, VIP, Subject
from tests.live.studio import fresh_database
from tests.upstream.fixture import Handle, running

EMBEDDED, SERVICES = "embedded", "services"
STACKS = (EMBEDDED, SERVICES)
CREDITS = 1_000_000
NOWHERE = "http://127.0.0.1:1"
PROVIDERS = {"polled": ("videos", VIDEOS), "held": ("images-vip", VIP)}
COST = "40000"
"""Micro-dollars for one picture, so that the second ledger has something to say."""
COLLECT = "from generations.management.commands.studio import collect_static_files; collect_static_files()"
HOOK = """
from accounts.models import Member
from generations.hooks import keeping
from generations.models import CHOSEN
keeping.add(Member.objects.get(), "http://127.0.0.1:1/", [value for value, _label in CHOSEN])
"""
"""A webhook of the team, so that each end is told: to nobody, until a scene brings a receiver."""
PATIENCE, DEADLINE = 12, 300
"""Seconds until a call that got no answer is given up, and a task that gets no verdict."""


@dataclass(frozen=True, slots=True)
class Set:
    """A studio on stage, with whatever of its services may be struck."""

    studio: Subject
    redis: Redis | None = None
    postgres: Postgres | None = None


class Stage:
    """Furnishes one studio for each stack and gives a copy of it to each scene. A context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count(1)
        self._open = ExitStack()
        self._on: set[ExitStack] = set()
        self._furnishing = threading.Lock()
        self._furnished: dict[str, Path] = {}
        self._database: Postgres | None = None

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def abandon(self) -> None:
        """End whatever runs, in the middle of a run: each, whatever the one before it had to say."""
        for open_there in [*self._on, self._open]:
            with suppress(Exception):
                open_there.close()

    @contextmanager
    def studio(self, stack: str, environment: dict[str, str], *, own_database: bool = False) -> Iterator[Set]:
        """A running studio of `stack`. `own_database` gives it a PostgreSQL that may be struck."""
        furnished = self._furnish(stack)
        place = Path(tempfile.mkdtemp(prefix=f"{stack}-", dir=self.folder))
        place.chmod(0o755)
        data = place / "data"
        shutil.copytree(furnished, data)
        with ExitStack() as open_here:
            self._on.add(open_here)
            open_here.callback(self._on.discard, open_here)
            upstream = open_here.enter_context(running())
            redis, postgres, addresses = None, None, {}
            if stack == SERVICES:
                redis = open_here.enter_context(services.redis_server(place / "redis"))
                if own_database:
                    postgres = open_here.enter_context(services.postgres_cluster(place / "postgres"))
                addresses = self._addresses(redis, postgres)
            studio = Subject(data, upstream, {**self._static(), **addresses, **environment})
            open_here.callback(studio.close)
            if postgres:
                furnish(studio)
            lead_to(studio, upstream.url)
            studio.start()
            yield Set(studio, redis, postgres)

    def _addresses(self, redis: Redis, postgres: Postgres | None) -> dict[str, str]:
        shared = self._shared()
        name = f"chaos_{next(self._numbers)}"
        database = postgres or shared
        template = "template0" if postgres else "furnished"
        return {
            "DATABASE_URL": fresh_database(database.url(name), name, template),
            "BROKER_URL": redis.url(0),
            "CACHE_URL": redis.url(1),
        }

    def _shared(self) -> Postgres:
        if self._database is None:
            self._database = self._open.enter_context(services.postgres_cluster(self.folder / "postgres"))
        return self._database

    def _furnish(self, stack: str) -> Path:
        with self._furnishing:
            if stack not in self._furnished:
                self._furnished[stack] = self._move_in(stack)
        return self._furnished[stack]

    def _move_in(self, stack: str) -> Path:
        data = self.folder / f"furnished-{stack}"
        data.mkdir(exist_ok=True)  # it may have been tried before, in vain
        environment = self._static()
        if stack == SERVICES:
            environment |= {
                "DATABASE_URL": fresh_database(self._shared().url("furnished"), "furnished"),
                "BROKER_URL": "redis://127.0.0.1:1/0",
                "CACHE_URL": "redis://127.0.0.1:1/1",
            }
        studio = Subject(data, Handle(NOWHERE), environment)
        furnish(studio)
        studio.manage("shell", "--no-imports", "-c", COLLECT)
        return data

    def _static(self) -> dict[str, str]:
        """One folder of hashed static files for all, as gathering them takes as long as a short scene."""
        return {"STATIC_ROOT": str(self.folder / "static")}


def furnish(studio: Subject) -> None:
    """Tables, Alice with credits to spare, and two providers: one to be polled, one that holds the line."""
    studio.manage("migrate", "--verbosity", "0")
    studio.bootstrap(EMAIL, "Chaos", credits=CREDITS)
    for name, (dialect, image_model) in PROVIDERS.items():
        address = ("--dialect", dialect, "--base-url", NOWHERE, "--api-key", "good-key", "--cost", COST)
        studio.manage("provider", name, *address, "--image-model", image_model)
    studio.manage("shell", "--verbosity", "0", "--command", HOOK)


def lead_to(studio: Subject, upstream: str) -> None:
    """Point the providers at an upstream, and give them no more time than a scene has."""
    named = ", ".join(f"'{name}'" for name in PROVIDERS)
    times = f"patience = {PATIENCE}, deadline = {DEADLINE}"
    studio.write(f"UPDATE generations_provider SET base_url = '{upstream}', {times} WHERE name IN ({named})")
