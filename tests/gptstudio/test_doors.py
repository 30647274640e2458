"""The doors between the bells and the engine: shut once the process closes, and never rung without bound."""

import ast
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from kombu import Connection

from generations import engine, tasks
from generations.engine import Bell
from gptstudio.celery import app, shut

ROOT = Path(__file__).resolve().parent.parent.parent
LATER = {"countdown", "eta", "retry", "retry_backoff", "autoretry_for"}


@pytest.fixture
def told_to_close() -> Iterator[None]:
    shut()
    yield
    tasks.closing.clear()


@pytest.mark.usefixtures("told_to_close")
@pytest.mark.parametrize("door", ["submit", "poll", "collect", "hooks", "sweep"])
def test_once_told_to_close_no_door_takes_anything_up(door: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answered: list[object] = []
    for verb in ("submit", "poll", "collect", "notify", "sweep"):
        monkeypatch.setattr(engine, verb, lambda *about: answered.append(about) or [])
    ring_at(door, str(uuid.uuid4()))
    assert answered == []
    tasks.closing.clear()
    ring_at(door, str(uuid.uuid4()))
    assert len(answered) == 1


def ring_at(door: str, attempt: str) -> None:
    getattr(tasks, door)(*([attempt] if door == "collect" else []))


@pytest.fixture
def unheard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], int]]:
    """A queue that nobody consumes, and for which every sweep has a bell. Gives how many wait in it."""
    monkeypatch.setattr(tasks, "MOST_WAITING", 3)
    monkeypatch.setattr(engine, "sweep", lambda: [Bell("poll")])
    with Connection(app.conf.broker_url) as line:
        queue = line.default_channel.queue_declare("poll").queue
        line.default_channel.queue_purge(queue)
        yield lambda: line.default_channel.queue_declare(queue).message_count
        line.default_channel.queue_purge(queue)


def test_sweeps_fill_no_queue_that_nobody_hears(unheard) -> None:
    for _ in range(20):
        tasks.sweep()
    assert unheard() == 4


def test_sweeps_ring_again_as_soon_as_somebody_hears(unheard) -> None:
    for _ in range(20):
        tasks.sweep()
    with Connection(app.conf.broker_url) as line:
        line.default_channel.queue_purge("poll")
    tasks.sweep()
    assert unheard() == 1


def test_nothing_is_ever_put_off_in_a_workers_memory() -> None:
    assert [
        f"{path.relative_to(ROOT)}:{node.value.lineno}"
        for package in ("accounts", "generations", "gptstudio")
        for path in sorted((ROOT / package).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.keyword) and node.arg in LATER
    ] == []
