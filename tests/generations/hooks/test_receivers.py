"""The receivers that the page shows run as they stand, take what is ours and nothing else."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest
import time_machine
from django.utils import timezone

from generations import manual
from generations.hooks import keeping
from generations.manual.receivers import RECEIVERS
from generations.models import CHOSEN, Delivery, Way
from tests.generations.hooks.conftest import deliver_all
from tests.generations.hooks.receiver import Parcel

pytestmark = pytest.mark.django_db(transaction=True)

RUN = {"python": sys.executable, "javascript": "node"}
ENDING = {"python": "py", "javascript": "mjs"}
NEEDS = {"python": (), "javascript": pytest.mark.services}


@pytest.fixture(params=[pytest.param(each, marks=NEEDS[each.language], id=each.language) for each in RECEIVERS])
def script(request, tmp_path) -> list[str]:
    """The command that runs it. Node is there where the services are."""
    language = request.param.language
    file = tmp_path / f"receiver.{ENDING[language]}"
    file.write_text(request.param.text, encoding="utf-8")
    return [RUN[language], str(file)]


def hears(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


class Running:
    """A receiver in a process of its own."""

    def __init__(self, command: list[str], secret: str, log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.origin, self.log = f"http://127.0.0.1:{port}", log
        environment = {"PATH": os.environ["PATH"], "GPT_STUDIO_WEBHOOK_SECRET": secret, "PORT": str(port)}
        with log.open("wb") as book:
            self.process = subprocess.Popen(command, env=environment, stdout=book, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while not hears(port):
            assert time.monotonic() < end
            time.sleep(0.05)

    def answers(self, headers: dict[str, str], body: bytes) -> int:
        try:
            return build_opener(ProxyHandler({})).open(Request(self.origin, body, headers), timeout=10).status
        except HTTPError as told:
            return told.code


@pytest.fixture
def running(webhook, script, tmp_path) -> Iterator[Running]:
    """It knows the secret of Alice's webhook."""
    started = Running(script, webhook.secret, tmp_path / "log")
    yield started
    started.process.kill()
    started.process.wait()


def delivery_to(receiver, ended, alice) -> Parcel:
    ended(alice)
    deliver_all()
    return receiver.came[-1]


def test_it_takes_a_real_delivery_and_reads_the_event(alice, webhook, ended, running, settings):
    settings.FETCH_ALLOW = (running.origin,)
    webhook.url = f"{running.origin}/"
    webhook.save()
    job = ended(alice)
    deliver_all()
    told = Delivery.objects.get()
    assert (told.state, told.status) == (Way.TAKEN, 204)
    assert running.log.read_text().split() == [told.event_id, "job.succeeded", str(job.pk)]


def test_it_refuses_whatever_was_changed_on_the_way(alice, webhook, ended, receiver, running):
    parcel = delivery_to(receiver, ended, alice)
    assert running.answers(parcel.headers, parcel.body) == 204
    assert running.answers(parcel.headers, parcel.body.replace(b"succeeded", b"cancelled")) == 400
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        assert running.answers(parcel.headers | {name: "1"}, parcel.body) == 400
        assert running.answers({k: v for k, v in parcel.headers.items() if k != name}, parcel.body) == 400
    assert running.answers(parcel.headers | {"webhook-timestamp": "soon"}, parcel.body) == 400


def test_it_refuses_what_is_old(alice, webhook, ended, receiver, running):
    with time_machine.travel(timezone.now() - timedelta(minutes=6)):
        parcel = delivery_to(receiver, ended, alice)
    assert running.answers(parcel.headers, parcel.body) == 400


def test_it_takes_either_secret_after_a_change_and_not_the_one_before(alice, webhook, ended, receiver, running):
    keeping.rotate(webhook)
    parcel = delivery_to(receiver, ended, alice)
    assert running.answers(parcel.headers, parcel.body) == 204
    keeping.rotate(webhook)
    parcel = delivery_to(receiver, ended, alice)
    assert running.answers(parcel.headers, parcel.body) == 400


def shape(value: object) -> object:
    """What stands where, whatever its values are."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items()}
    return [shape(each) for each in value] if isinstance(value, list) else type(value)


def test_the_event_that_the_page_shows_has_the_shape_of_a_real_one(alice, webhook, ended, receiver):
    parcel = delivery_to(receiver, ended, alice)
    shown = json.loads(manual.example_of_an_event())
    assert shape(shown) == shape(parcel.said)
    stamp = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
    assert stamp.fullmatch(shown["timestamp"])
    assert stamp.fullmatch(parcel.said["timestamp"])
    assert shown["type"] in [value for value, _label in CHOSEN]
