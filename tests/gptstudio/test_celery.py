"""The doorbell: where it rings, and what a worker does by itself."""

import time

import pytest
from django.db import OperationalError
from kombu import Connection
from kombu.exceptions import OperationalError as NoBroker

from generations import engine, tasks
from gptstudio import queues
from gptstudio.celery import Sweeping, app, sweep


@pytest.mark.parametrize(
    ("door", "queue"),
    [("submit", "submit"), ("poll", "poll"), ("collect", "collect"), ("hooks", "hooks"), ("sweep", "poll")],
)
def test_each_door_rings_in_its_own_queue(door: str, queue: str) -> None:
    assert app.amqp.router.route({}, getattr(tasks, door).name)["queue"].name == queue


@pytest.mark.services
def test_a_bell_for_a_broker_that_is_gone_gives_up_before_anybody_notices() -> None:
    began = time.monotonic()
    with (
        pytest.raises(NoBroker),
        Connection(
            "redis://127.0.0.1:1/0", transport_options=queues.REDIS, connect_timeout=queues.broker_connection_timeout
        ) as gone,
    ):
        tasks.poll.apply_async(connection=gone)
    assert time.monotonic() - began < 5


def test_a_database_that_is_away_is_told_in_one_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise OperationalError("the database is restarting")

    monkeypatch.setattr(engine, "sweep", fail)
    sweep()
    (line,) = [record.getMessage() for record in caplog.records]
    assert "not_swept" in line
    assert "Traceback" not in line


def test_sweeping_survives_whatever_goes_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[float] = []

    def sweep() -> None:
        seen.append(time.monotonic())
        raise ValueError("what nobody thought of")

    monkeypatch.setattr("gptstudio.celery.TICK", 0.05)
    monkeypatch.setattr("gptstudio.celery.sweep", sweep)
    step = Sweeping(None)
    step.start(None)
    end = time.monotonic() + 5
    while len(seen) < 3 and time.monotonic() < end:
        time.sleep(0.01)
    step.stop(None)
    assert len(seen) >= 3


def test_a_worker_that_stops_sweeps_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[float] = []
    monkeypatch.setattr("gptstudio.celery.TICK", 0.01)
    monkeypatch.setattr("gptstudio.celery.sweep", lambda: seen.append(time.monotonic()))
    step = Sweeping(None)
    step.start(None)
    while not seen:
        time.sleep(0.01)
    step.stop(None)
    assert not step.timer.is_alive()
