"""The page of webhooks: made, tried, switched and removed by those who may create, and told of nobody else's."""

import re
import uuid

import pytest
from django.urls import reverse

from generations.hooks import keeping, switching
from generations.models import CHOSEN, Delivery, Event, Off, Way, Webhook

EVENTS = [value for value, _label in CHOSEN]
WHOLE = {"url": "https://example.com/hook", "events": EVENTS}
SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{44}")


@pytest.fixture
def webhook(alice) -> Webhook:
    return keeping.add(alice, "https://example.com/hook", EVENTS)


@pytest.fixture
def at_bobs(bob, browser_of):
    return browser_of(bob)


def page(browser, room: str = "webhooks", *args: object) -> str:
    return browser.get(reverse(room, args=args)).content.decode()


def test_a_member_makes_one_and_sees_its_secret_only_then(at_bobs, bob):
    answer = at_bobs.post(reverse("webhook_add"), WHOLE)
    made = Webhook.objects.get()
    assert (made.team, made.member, made.events) == (bob.team, bob, EVENTS)
    assert SECRET.findall(answer.content.decode()) == [made.secret]
    assert "no-store" in answer["Cache-Control"]
    assert made.secret not in page(at_bobs) + page(at_bobs, "webhook", made.pk)
    assert "https://example.com/hook" in page(at_bobs)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com/hook",
        "ftp://example.com/",
        "https://user:word@example.com/",
        "https://exa mple.com/",
        "http://127.0.0.1\\@example.com/",
        f"https://example.com/{'x' * 2000}",
    ],
)
def test_what_is_no_address_is_said_beside_the_field_and_nothing_is_lost(url, at_bobs):
    answer = at_bobs.post(reverse("webhook_add"), WHOLE | {"url": url, "events": [Event.FAILED]})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'id="id_url_error"' in text
    assert f'value="{Event.FAILED}"' in text
    assert text.count(" checked") == 1
    assert not Webhook.objects.exists()


@pytest.mark.parametrize("events", [[], ["webhook.test"], ["nothing"]])
def test_only_events_that_there_are_can_be_chosen(events, at_bobs):
    at_bobs.post(reverse("webhook_add"), WHOLE | {"events": events})
    assert not Webhook.objects.exists()


def test_a_team_has_at_most_ten(at_bobs, bob, charlie):
    keeping.add(charlie, "https://example.com/", EVENTS)
    for _ in range(keeping.MOST):
        at_bobs.post(reverse("webhook_add"), WHOLE)
    answer = at_bobs.post(reverse("webhook_add"), WHOLE)
    assert "at most 10" in answer.content.decode()
    assert Webhook.objects.for_team(bob.team).count() == keeping.MOST


def test_a_new_secret_is_shown_once(at_bobs, webhook):
    former = webhook.secret
    answer = at_bobs.post(reverse("webhook_rotate", args=[webhook.pk]))
    now = Webhook.objects.get()
    assert SECRET.findall(answer.content.decode()) == [now.secret]
    assert now.secret != former
    assert not SECRET.search(page(at_bobs, "webhook", webhook.pk))


def test_a_page_with_a_secret_that_is_loaded_anew_ends_none(at_bobs, webhook):
    rotate, field = reverse("webhook_rotate", args=[webhook.pk]), re.compile(r'name="after" value="(\d*)"')
    (before,) = field.findall(page(at_bobs, "webhook", webhook.pk))
    at_bobs.post(rotate, {"after": before})
    kept = Webhook.objects.values().get()
    answer = at_bobs.post(rotate, {"after": before}, follow=True)
    assert "was changed and shown once" in answer.content.decode()
    assert Webhook.objects.values().get() == kept
    (after,) = field.findall(answer.content.decode())
    assert SECRET.search(at_bobs.post(rotate, {"after": after}).content.decode())


def test_it_is_switched_off_and_on_again(at_bobs, webhook):
    way = reverse("webhook_switch", args=[webhook.pk])
    assert at_bobs.post(way).url == reverse("webhook", args=[webhook.pk])
    off = Webhook.objects.get()
    assert (off.is_on, off.disabled_for) == (False, Off.HAND)
    assert "Switched off" in page(at_bobs)
    at_bobs.post(way, {"on": "1"})
    assert Webhook.objects.get().is_on


def test_one_test_is_on_its_way_at_a_time(at_bobs, webhook):
    for _ in range(3):
        at_bobs.post(reverse("webhook_test", args=[webhook.pk]))
    (delivery,) = Delivery.objects.all()
    assert (delivery.event, delivery.webhook) == (Event.TEST, webhook)
    assert delivery.event_id in page(at_bobs, "webhook", webhook.pk)


def test_one_that_is_off_sends_no_test_and_no_replay(at_bobs, webhook):
    keeping.test(webhook)
    switching.switch_off(webhook, Off.HAND)
    at_bobs.post(reverse("webhook_test", args=[webhook.pk]))
    at_bobs.post(reverse("webhook_replay", args=[Delivery.objects.get().pk]))
    assert [each.state for each in Delivery.objects.all()] == [Way.GIVEN_UP]


def test_it_is_removed_with_its_log(at_bobs, webhook):
    keeping.test(webhook)
    assert at_bobs.post(reverse("webhook_remove", args=[webhook.pk])).url == reverse("webhooks")
    assert not Webhook.objects.exists()
    assert not Delivery.objects.exists()


def test_the_log_says_when_what_and_how_and_sends_again(at_bobs, webhook):
    keeping.test(webhook)
    line = {"at": "2027-03-01T10:00:00+00:00", "status": 500, "reply": "status"}
    Delivery.objects.update(
        state=Way.GIVEN_UP, tries=10, tried=line["at"], log=[line, line | {"status": None, "reply": "slow"}]
    )
    text = page(at_bobs, "webhook", webhook.pk)
    delivery = Delivery.objects.get()
    assert text.count(delivery.event_id) >= 2
    assert "No answer within 15 seconds" in text
    assert ">500<" in text
    assert at_bobs.post(reverse("webhook_replay", args=[delivery.pk])).url == reverse("webhook", args=[webhook.pk])
    again = Delivery.objects.get()
    assert (again.pk, again.state, again.tries) == (delivery.pk, Way.WAITING, 0)


def test_a_call_back_is_on_nobodys_page(at_bobs, bob):
    call_back = Delivery.objects.create(team=bob.team, event=Event.SUCCEEDED)
    assert at_bobs.post(reverse("webhook_replay", args=[call_back.pk])).status_code == 404
    assert at_bobs.get(reverse("webhook", args=[uuid.uuid4()])).status_code == 404


def test_the_teams_page_leads_there_for_those_who_may_create(at_bobs):
    assert reverse("webhooks") in page(at_bobs, "team")
