"""Told to stop, the studio finishes the calls it holds and takes nothing on; deaf, a worker makes way by itself."""

import os
import signal
import socket
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from celery import Celery

from gptstudio.queues import THREADS
from tests.live.conftest import EMBEDDED, PROVIDERS, SERVICES
from tests.live.studio import Studio, is_gone, wait_for

HELD, MORE, DELAY = 8, 4, 6.0
VIP = "APIYI vip"

services_only = pytest.mark.parametrize("studio", [pytest.param(SERVICES, marks=pytest.mark.services)], indirect=True)


def stages(studio: Studio) -> list[str]:
    return [stage for (stage,) in studio.rows("SELECT stage FROM generations_attempt")]


@pytest.fixture
def busy(studio: Studio, alice_at, upstream) -> Studio:
    """A studio that holds eight lines, as many as the provider takes, while four pictures wait for room."""
    dialect, image_model = PROVIDERS[VIP]
    address = ("--dialect", dialect, "--base-url", upstream.url, "--api-key", "good-key")
    studio.manage("provider", VIP, *address, "--image-model", image_model, "--concurrency", str(HELD))
    alice = alice_at()
    for _ in range((HELD + MORE) // 4):
        alice.create(f"a lighthouse [delay={DELAY}]", image_model, n="4")
    wait_for(lambda: stages(studio) == ["sending"] * HELD, what="eight held lines")
    return studio


def tell_to_stop(pid: int) -> None:
    """Send TERM, and wait until that process has gone: long before its time to drain is over."""
    os.kill(pid, signal.SIGTERM)
    wait_for(lambda: is_gone(pid), within=DELAY + 30, what="the end")


def worker_of(studio: Studio, queue: str) -> int:
    """The process of the worker that hears this queue."""
    (found,) = [pid for pid in studio.children() if f"--queues\0{queue}\0" in Path(f"/proc/{pid}/cmdline").read_text()]
    return found


def test_told_to_stop_it_finishes_eight_held_lines_and_takes_nothing_on(busy, upstream):
    assert busy.process is not None
    tell_to_stop(busy.process.pid)
    assert busy.process.wait(timeout=30) == 0
    assert sorted(set(stages(busy))) in (["delivered"], ["delivered", "kept"], ["kept"])
    assert len(stages(busy)) == len(upstream.log()) == HELD
    busy.start()
    assert busy.wait_until_over(HELD + MORE) == ["succeeded"] * (HELD + MORE)
    assert len(upstream.log()) == HELD + MORE
    busy.manage("audit")


@pytest.mark.parametrize("studio", [EMBEDDED], indirect=True)
def test_a_visitor_who_dawdles_does_not_keep_it_taking_work(busy, upstream):
    assert busy.process is not None
    with socket.create_connection(("127.0.0.1", busy.port)) as dawdler:
        dawdler.sendall(b"GET / HTTP/1.1\r\n")
        busy.process.send_signal(signal.SIGTERM)
        wait_for(lambda: "sending" not in stages(busy), what="the end of the calls")
        time.sleep(2)  # time enough for a sweep to ring for those that wait
        assert busy.process.poll() is None
    assert busy.process.wait(timeout=30) == 0
    assert len(stages(busy)) == len(upstream.log()) == HELD


@services_only
def test_one_worker_told_to_stop_leaves_the_rest_to_its_successor(busy, upstream):
    began = datetime.now(UTC)
    tell_to_stop(worker_of(busy, "submit"))
    ended = datetime.now(UTC)
    assert busy.wait_until_over(HELD + MORE) == ["succeeded"] * (HELD + MORE)
    sent = [moment for (moment,) in busy.rows("SELECT sent FROM generations_attempt")]
    assert sum(moment < began for moment in sent) == HELD
    assert not [moment for moment in sent if began <= moment < ended]
    assert len(upstream.log()) == HELD + MORE
    busy.manage("audit")


@services_only
def test_a_deaf_worker_finishes_its_call_and_makes_way_for_one_that_hears(studio, alice_at, upstream):
    studio.stop()
    studio.environment["DJANGO_SETTINGS_MODULE"] = "tests.live.hurried"
    studio.start()
    alice, deaf = alice_at(), worker_of(studio, "submit")
    alice.create("a lighthouse [delay=20]", "gpt-image-2-vip")
    wait_for(lambda: stages(studio) == ["sending"], what="a held line")
    deafen(studio, "submit")
    alice.create("a harbour", "gpt-image-2-vip")
    wait_for(lambda: is_gone(deaf), within=60, what="the end of the deaf worker")
    assert "worker_deaf" in studio.log.read_text()
    assert "sending" not in stages(studio)
    assert studio.wait_until_over(2) == ["succeeded"] * 2
    assert worker_of(studio, "submit") != deaf
    assert len(upstream.log()) == 2
    studio.manage("audit")


def deafen(studio: Studio, queue: str) -> None:
    """Cancel everything that one worker consumes, as a reconnection gone wrong leaves it."""
    # An application of its own: the tests' would knock at the tests' broker, not at this studio's.
    with Celery(broker=studio.environment["BROKER_URL"], set_as_current=False) as there:
        heard = there.control.inspect(timeout=20, limit=len(THREADS)).active_queues() or {}
        (name,) = [name for name in heard if name.startswith(f"{queue}@")]
        for own in heard[name]:
            there.control.cancel_consumer(own["name"], destination=[name], reply=True, timeout=20)
