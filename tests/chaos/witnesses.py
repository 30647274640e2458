"""What is left when a scene is over: the rows, the ledger, the upstream's own book, the files. Nothing is judged."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos.subject import Strike, Subject, stamp

ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}


@dataclass(frozen=True, slots=True)
class Generation:
    id: str
    prompt: str
    state: str
    held: int
    charged: int | None
    asset: str
    created: float
    started: float | None
    ended: float | None


@dataclass(frozen=True, slots=True)
class Attempt:
    id: str
    generation: str
    stage: str
    is_lost: bool
    upstream_id: str
    cost: int
    sent: float
    deadline: float
    ended: float | None


@dataclass(frozen=True, slots=True)
class Entry:
    wallet: int
    kind: str
    amount: int
    generation: str


@dataclass(frozen=True, slots=True)
class Asset:
    id: str
    sha256: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Event:
    """What a webhook is told, or is still to be told."""

    prompt: str
    kind: str


@dataclass(frozen=True, slots=True)
class Bill:
    """One submission that the upstream has billed, by its own book."""

    prompt: str
    id: str
    time: float


@dataclass(slots=True)
class Books:
    """All witnesses of one studio."""

    asked: list[str] = field(default_factory=list)
    generations: list[Generation] = field(default_factory=list)
    attempts: list[Attempt] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    balances: dict[int, int] = field(default_factory=dict)
    assets: list[Asset] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    bills: list[Bill] = field(default_factory=list)
    files: dict[str, tuple[str, int]] = field(default_factory=dict)
    """The digest and the length of each kept picture, by the name it is kept under."""
    audit: str = ""
    """What `manage.py audit` had to object to."""
    history: list[Strike] = field(default_factory=list)


def read(studio: Subject) -> Books:
    """Everything, of a studio at rest."""
    return Books(
        list(studio.asked),
        [*_generations(studio)],
        [*_attempts(studio)],
        [Entry(*row[:3], _id(row[3])) for row in studio.rows(_ENTRIES)],
        dict(studio.rows("SELECT id, balance FROM accounts_wallet")),
        [Asset(_id(row[0]), *row[1:]) for row in studio.rows(_ASSETS)],
        [Event(*row) for row in studio.rows(_EVENTS)],
        [Bill(entry["prompt"], entry["id"], entry["time"]) for entry in studio.upstream.log()],
        dict(_files(studio.data / "media" / "pictures")),
        _audit(studio),
        list(studio.history),
    )


_ENTRIES = "SELECT wallet_id, kind, amount, generation FROM accounts_entry"
_EVENTS = "SELECT j.prompt, d.event FROM generations_delivery d JOIN generations_job j ON j.id = d.job_id"
_ASSETS = "SELECT id, sha256, media_type, size FROM generations_asset"


def _generations(studio: Subject) -> Iterator[Generation]:
    rows = studio.rows(
        "SELECT g.id, j.prompt, g.state, g.held, g.charged, g.asset_id, g.created, g.started, g.ended"
        " FROM generations_generation g JOIN generations_job j ON j.id = g.job_id"
    )
    for pk, prompt, state, held, charged, asset, *moments in rows:
        yield Generation(_id(pk), prompt, state, held, charged, _id(asset), *map(_stamp, moments))


def _attempts(studio: Subject) -> Iterator[Attempt]:
    rows = studio.rows(
        "SELECT id, generation_id, stage, is_lost, upstream_id, cost, sent, deadline, ended FROM generations_attempt"
    )
    for pk, generation, stage, is_lost, upstream_id, cost, *moments in rows:
        yield Attempt(_id(pk), _id(generation), stage, bool(is_lost), upstream_id, cost, *map(_stamp, moments))


def _files(shelf: Path) -> Iterator[tuple[str, tuple[str, int]]]:
    for path in shelf.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            yield path.name, (hashlib.sha256(content).hexdigest(), len(content))


def _audit(studio: Subject) -> str:
    try:
        studio.manage("audit", "--files")
    except AssertionError as wrong:
        return str(wrong)
    return ""


def _id(value: Any) -> str:
    """SQLite keeps a UUID as 32 digits, PostgreSQL gives an object."""
    return str(value).replace("-", "") if value else ""


def _stamp(moment: Any) -> float | None:
    return None if moment is None else stamp(moment)
