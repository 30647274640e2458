"""What a receiver hears, how often and under which id; and what it is never asked."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from generations import engine, hooks
from generations.engine import Bell
from generations.fetch import post
from generations.hooks import delivering, keeping, switching
from generations.hooks.delivering import PAUSES, Heard, claim, take_down
from generations.models import Delivery, Event, Job, Off, Reply, Way, Webhook
from tests.generations.hooks.conftest import deliver_all, hurry
from tests.generations.hooks.receiver import Says

pytestmark = pytest.mark.django_db(transaction=True)


def only() -> Delivery:
    return Delivery.objects.get()


def lapse() -> None:
    """Whoever holds a delivery has been gone for longer than a lease."""
    Delivery.objects.filter(lease_until__isnull=False).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_a_2xx_is_the_end(alice, webhook, ended, receiver):
    receiver.answers(202)
    job = ended(alice)
    assert deliver_all() == 1
    (parcel,) = receiver.came
    assert (parcel.path, parcel.headers["content-type"]) == ("/hook", "application/json")
    assert parcel.said["data"]["id"] == str(job.pk)
    assert parcel.id == only().event_id
    assert (only().state, only().status, only().tries) == (Way.TAKEN, 202, 1)
    hurry()
    assert not hooks.is_due()


def test_a_sweep_rings_for_what_is_due_and_only_then(alice, webhook, ended, receiver):
    assert Bell("hooks") not in engine.sweep()
    ended(alice)
    ended(alice)
    assert Bell("hooks") in engine.sweep()
    assert engine.notify() == [Bell("hooks")]
    assert engine.notify() == []
    assert len(receiver.came) == 2
    assert Bell("hooks") not in engine.sweep()


@pytest.mark.parametrize(
    ("status", "headers", "reply"),
    [
        (500, {}, Reply.STATUS),
        (404, {}, Reply.STATUS),
        (302, {"location": "/elsewhere"}, Reply.REDIRECT),
        (308, {"location": "/elsewhere"}, Reply.REDIRECT),
        (429, {}, Reply.STATUS),
    ],
)
def test_whatever_is_no_2xx_is_tried_again_under_the_same_id(status, headers, reply, alice, webhook, ended, receiver):
    receiver.answers(status, **headers)
    ended(alice)
    deliver_all()
    assert (only().state, only().status, only().reply, only().tries) == (Way.WAITING, status, reply, 1)
    receiver.answers(200)
    hurry()
    deliver_all()
    first, second = receiver.came
    assert (first.id, first.body) == (second.id, second.body)
    assert {first.path, second.path} == {"/hook"}
    assert only().state == Way.TAKEN
    assert [line["status"] for line in only().log] == [status, 200]


def test_a_time_out_is_a_failure(alice, webhook, ended, receiver, monkeypatch):
    late = threading.Event()
    receiver.says = lambda _parcel: Says(waits=late)
    monkeypatch.setattr(delivering, "post", lambda *about: post(*about, within=0.2))
    ended(alice)
    deliver_all()
    late.set()
    assert (only().state, only().reply, only().status) == (Way.WAITING, Reply.SLOW, None)


def test_nobody_listening_is_a_failure(alice, webhook, ended, receiver, settings):
    nowhere = "http://127.0.0.1:9"
    settings.FETCH_ALLOW = (nowhere,)
    Webhook.objects.update(url=f"{nowhere}/")
    ended(alice)
    deliver_all()
    assert (only().state, only().reply) == (Way.WAITING, Reply.UNREACHABLE)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:6379/",
        "http://127.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.8/",
        "http://localhost/",
        "http://0x7f000001/",
        "http://8.8.8.8:22/",
        "ftp://example.com/",
    ],
)
def test_a_forbidden_address_is_never_dialled_and_all_are_told_alike(url, alice, webhook, ended, settings, monkeypatch):
    def refuse(*_: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr("socket.create_connection", refuse)
    settings.FETCH_ALLOW = ()
    Webhook.objects.update(url=url)
    ended(alice)
    deliver_all()
    assert (only().reply, only().status) == (Reply.ADDRESS, None)


def test_an_address_is_judged_anew_at_each_try(alice, webhook, ended, receiver, settings):
    receiver.answers(500)
    ended(alice)
    deliver_all()
    settings.FETCH_ALLOW = ()
    hurry()
    deliver_all()
    assert len(receiver.came) == 1
    assert [line["reply"] for line in only().log] == ["status", "address"]


def test_ten_tries_over_three_days_and_no_more(alice, webhook, ended, receiver):
    receiver.answers(503)
    began = datetime(2027, 3, 1, tzinfo=UTC)
    with time_machine.travel(began, tick=False) as clock:
        ended(alice)
        for pause in PAUSES:
            assert deliver_all() == 1
            wait = only().due_at - timezone.now()
            assert pause * 0.8 <= wait <= pause * 1.2
            clock.shift(wait - timedelta(seconds=1))
            assert deliver_all() == 0
            clock.shift(timedelta(seconds=1))
        assert deliver_all() == 1
        assert (only().state, only().tries) == (Way.GIVEN_UP, 10)
        assert len(receiver.came) == 10
        assert timedelta(days=2.5) < timezone.now() - began < timedelta(days=3.8)


@pytest.mark.parametrize(
    ("said", "least", "most"),
    [("3600", 3600, 3600), ("1", 4, 6), ("99999999", 86400, 86400), ("soon", 4, 6), ("-5", 4, 6), ("nan", 4, 6)],
)
def test_retry_after_is_honoured_within_reason(said, least, most, alice, webhook, ended, receiver):
    receiver.answers(429, retry_after=said)
    ended(alice)
    with time_machine.travel(timezone.now() + timedelta(seconds=1), tick=False):
        deliver_all()
        wait = (only().due_at - timezone.now()).total_seconds()
    assert least <= wait <= most


def test_410_switches_the_webhook_off_and_gives_up_what_waits(alice, webhook, ended, receiver, mailoutbox):
    ended(alice)
    ended(alice)
    receiver.answers(410)
    deliver_all()
    assert len(receiver.came) == 1
    assert sorted(Delivery.objects.values_list("state", "reply")) == [
        (Way.GIVEN_UP, Reply.GONE),
        (Way.GIVEN_UP, Reply.OFF),
    ]
    webhook.refresh_from_db()
    assert (webhook.is_on, webhook.disabled_for) == (False, Off.GONE)


def test_what_waits_for_a_webhook_that_is_off_is_not_sent(alice, webhook, ended, receiver):
    ended(alice)
    Webhook.objects.update(disabled=timezone.now())
    assert not hooks.is_due()
    assert deliver_all() == 0


def test_a_worker_that_dies_on_the_way_loses_no_event(alice, webhook, ended, receiver):
    ended(alice)
    died = claim()
    assert died is not None
    assert not hooks.is_due()
    lapse()
    assert hooks.is_due()
    deliver_all()
    assert [parcel.id for parcel in receiver.came] == [died.event_id]
    assert (only().state, only().tries) == (Way.TAKEN, 1)


def test_a_worker_that_comes_back_too_late_writes_nothing(alice, webhook, ended, receiver):
    ended(alice)
    frozen = claim()
    assert frozen is not None
    lapse()
    deliver_all()
    take_down(frozen, Heard(Reply.STATUS, 500))
    assert (only().state, only().tries, len(only().log)) == (Way.TAKEN, 1, 1)
    assert Webhook.objects.get().failing_since is None


def test_a_doubled_bell_makes_no_doubled_try(alice, webhook, ended, receiver):
    receiver.answers(500)
    ended(alice)
    for _ in range(3):
        hooks.deliver()
    assert len(receiver.came) == 1


def test_many_workers_at_once_send_each_event_once(alice, webhook, ended, receiver):
    for _ in range(12):
        ended(alice)
    at_once(6)
    while hooks.deliver():
        pass
    ids = [parcel.id for parcel in receiver.came]
    assert len(ids) == len({*ids}) == 12


def at_once(number: int) -> None:
    def work() -> None:
        while hooks.deliver():
            pass
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_team_with_slow_receivers_leaves_lines_for_the_others(alice, charlie, webhook, ended, receiver, monkeypatch):
    monkeypatch.setattr(delivering, "MOST_LINES", 2)
    theirs = keeping.add(charlie, receiver.url, [Event.SUCCEEDED])
    for _ in range(4):
        ended(alice)
    assert claim() is not None
    ended(charlie)
    taken = claim()
    assert taken is not None
    assert taken.webhook == theirs
    assert claim() is not None
    assert claim() is None


def test_a_mistake_of_ours_has_an_end_too(alice, webhook, ended, receiver, monkeypatch):
    def fail(_delivery: Delivery) -> None:
        raise LookupError("what nobody thought of")

    monkeypatch.setattr(delivering, "write", fail)
    ended(alice)
    deliver_all()
    assert (only().state, only().reply, only().tries) == (Way.WAITING, Reply.OURS, 1)


def test_what_goes_wrong_after_it_was_sent_is_a_try_as_well(alice, webhook, ended, receiver, monkeypatch):
    """Else it would be sent every minute for ever."""
    monkeypatch.setattr(delivering, "_understood", lambda _answer: 1 / 0)
    ended(alice)
    deliver_all()
    assert (only().state, only().reply, only().tries) == (Way.WAITING, Reply.OURS, 1)


def test_a_secret_that_cannot_be_read_is_told_in_the_log(alice, webhook, ended, receiver):
    ended(alice)
    Webhook.objects.update(sealed_secret="sealed with another key")
    deliver_all()
    assert receiver.came == []
    assert (only().reply, only().tries) == (Reply.SEALED, 1)


def test_the_log_keeps_the_last_30(alice, webhook, ended, receiver):
    receiver.answers(500)
    ended(alice)
    for _ in range(4):
        for _ in range(10):
            hurry()
            deliver_all()
        keeping.replay(only())
    assert len(receiver.came) == 40
    assert len(only().log) == 30
    assert len(keeping.last_tries(webhook)) == 30


def test_a_replay_keeps_the_id_and_has_all_its_tries_again(alice, webhook, ended, receiver):
    ended(alice)
    deliver_all()
    keeping.replay(only())
    receiver.answers(500)
    deliver_all()
    first, second = receiver.came
    assert (first.id, first.body) == (second.id, second.body)
    assert (only().state, only().tries, len(only().log)) == (Way.WAITING, 1, 2)


def test_switching_off_gives_up_and_switching_on_starts_afresh(alice, webhook, ended, receiver):
    ended(alice)
    switching.switch_off(webhook, Off.HAND)
    assert only().state == Way.GIVEN_UP
    (missed,) = keeping.last_tries(webhook)
    assert (missed.delivery, missed.reply) == (only(), Reply.OFF)
    switching.switch_on(webhook)
    assert deliver_all() == 0
    keeping.replay(only())
    assert deliver_all() == 1


def test_no_transaction_is_open_while_a_receiver_answers(alice, webhook, ended, receiver):
    ended(alice)
    seen: list[Any] = []

    def look(_parcel: object) -> Says:
        seen.append(Delivery.objects.filter(lease_until__isnull=False).update(tries=0))
        Job.objects.count()
        connection.close()
        return Says()

    receiver.says = look
    deliver_all()
    assert seen == [1]
