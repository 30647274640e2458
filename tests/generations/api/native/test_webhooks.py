"""Scripts manage the team's webhooks by the same verbs as its page."""

import itertools
from datetime import timedelta

import pytest
from django.utils import timezone

from generations.hooks import keeping, switching
from generations.models import CHOSEN, Delivery, Event, Off, Way, Webhook
from tests.generations.api.native.conftest import refused
from tests.generations.api.native.test_lists import walk
from tests.generations.books import submitted

URL = "https://example.com/hook"
EVENTS = [value for value, _label in CHOSEN]
SEALED = {"id", "created"}


@pytest.fixture
def webhook(alice) -> Webhook:
    return keeping.add(alice, URL, EVENTS)


@pytest.fixture
def delivery(alice, webhook) -> Delivery:
    """One that was tried in vain, and given up."""
    made = Delivery.objects.create(team=alice.team, webhook=webhook, job=submitted(alice), event=Event.FAILED)
    line = {"at": "2027-03-01T10:00:00+00:00", "status": 500, "reply": "status"}
    Delivery.objects.filter(pk=made.pk).update(state=Way.GIVEN_UP, tries=10, tried=line["at"], log=[line])
    return made


def test_the_answer_that_makes_one_is_the_only_one_to_show_its_secret(alices, alice):
    answer = alices.post("/webhooks", {"url": URL, "events": [Event.FAILED, Event.FAILED]})
    assert answer.status_code == 201
    row = Webhook.objects.get()
    assert (row.team, row.member, row.url, row.events) == (alice.team, alice, URL, [Event.FAILED])
    assert answer.said.pop("secret") == row.secret
    assert {name: said for name, said in answer.said.items() if name not in SEALED} == {
        "url": URL, "events": [Event.FAILED], "is_on": True, "off_since": None, "off_because": None,
        "failing_since": None, "former_until": None, "member": str(alice),
    }  # fmt: skip
    assert alices.get(f"/webhooks/{row.pk}").said == answer.said
    assert alices.get("/webhooks").said == {"data": [answer.said]}


def test_it_is_told_of_everything_unless_it_is_said_of_what(alices):
    assert alices.post("/webhooks", {"url": URL}).said["events"] == EVENTS


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"url": "example.com"}, "url"),
        ({"url": "https://user:word@example.com/"}, "url"),
        ({"url": "http://127.0.0.1\\@example.com/"}, "url"),
        ({"url": f"https://example.com/{'x' * 2000}"}, "url"),
        ({"events": []}, "events"),
        ({"events": ["webhook.test"]}, "events[0]"),
        ({"secret": "mine"}, "secret"),
    ],
)
def test_what_cannot_be_told_anything_is_refused_by_its_field(wrong, field, alices):
    assert refused(alices.post("/webhooks", {"url": URL} | wrong)) == (422, "invalid", field)
    assert not Webhook.objects.exists()


def test_a_team_has_at_most_ten(alices, alice):
    for _ in range(keeping.MOST):
        keeping.add(alice, URL, EVENTS)
    assert refused(alices.post("/webhooks", {"url": URL})) == (409, "too_many", None)


def test_it_is_switched_off_and_on_again(alices, webhook):
    off = alices.say("patch", f"/webhooks/{webhook.pk}", {"is_on": False}).said
    assert (off["is_on"], off["off_because"]) == (False, Off.HAND)
    on = alices.say("patch", f"/webhooks/{webhook.pk}", {"is_on": True}).said
    assert (on["is_on"], on["off_because"], on["off_since"]) == (True, None, None)


@pytest.mark.parametrize(("wrong", "code"), [({}, "missing"), ({"is_on": "yes"}, "invalid"), ({"url": URL}, "missing")])
def test_a_change_says_on_or_off_and_nothing_else(wrong, code, alices, webhook):
    assert refused(alices.say("patch", f"/webhooks/{webhook.pk}", wrong))[:2] == (422, code)


def test_a_rolled_secret_is_shown_once_and_the_former_signs_for_a_day(alices, webhook):
    former = webhook.secret
    rolled = alices.post(f"/webhooks/{webhook.pk}/secret").said
    row = Webhook.objects.get()
    assert rolled["secret"] == row.secret != former
    assert row.secrets(timezone.now()) == [row.secret, former]
    assert rolled["former_until"]
    assert "secret" not in alices.get(f"/webhooks/{webhook.pk}").said


def test_it_is_removed_with_its_deliveries(alices, webhook, delivery):
    assert alices.say("delete", f"/webhooks/{webhook.pk}").said["id"] == str(webhook.pk)
    assert refused(alices.get(f"/webhooks/{webhook.pk}")) == (404, "no_task", None)
    assert not Delivery.objects.exists()


def test_a_delivery_tells_of_its_job_and_of_its_tries(alices, webhook, delivery):
    (told,) = alices.get(f"/webhooks/{webhook.pk}/deliveries").said["data"]
    assert told.pop("created")
    assert told == {
        "id": delivery.event_id, "event": Event.FAILED, "job": str(delivery.job_id), "state": "given_up",
        "tries": 10, "due": None, "log": [{"at": "2027-03-01T10:00:00Z", "status": 500, "reply": "status"}],
    }  # fmt: skip


def test_deliveries_are_told_in_parts_of_one_webhook_alone(alices, alice, webhook):
    other = keeping.add(alice, URL, EVENTS)
    made = []
    for hooked in (webhook, other) * 5:
        delivery = Delivery.objects.create(team=alice.team, webhook=hooked, event=Event.TEST)
        if hooked == webhook:
            made.insert(0, delivery.event_id)
    Delivery.objects.filter(pk__in=Delivery.objects.all()[:3]).update(created=timezone.now() + timedelta(seconds=1))
    parts = walk(alices, f"/webhooks/{webhook.pk}/deliveries", limit=2)
    assert [len(part) for part in parts] == [2, 2, 1]
    assert sorted(itertools.chain(*parts)) == sorted(made)


def test_an_event_is_sent_again_under_its_own_id(alices, delivery):
    for name in (delivery.event_id, str(delivery.pk)):
        told = alices.post(f"/deliveries/{name}/replay").said
        assert (told["id"], told["state"], told["tries"]) == (delivery.event_id, Way.WAITING, 0)
        assert told["due"]
    assert Delivery.objects.due().get() == delivery


def test_one_that_is_off_sends_nothing_again(alices, webhook, delivery):
    switching.switch_off(webhook, Off.HAND)
    assert refused(alices.post(f"/deliveries/{delivery.pk}/replay")) == (422, "invalid", None)
    assert Delivery.objects.get().state == Way.GIVEN_UP


def test_a_call_back_is_nobodys_to_send_again(alices, alice):
    call_back = Delivery.objects.create(team=alice.team, event=Event.SUCCEEDED)
    assert refused(alices.post(f"/deliveries/{call_back.pk}/replay")) == (404, "no_task", None)
