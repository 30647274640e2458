"""Who may do what: every address of the studio's pages against everyone who may come to it."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.keys import keep_key, new_key
from accounts.models import ApiKey, Entry, Member, Role, Wallet
from generations import urls
from generations.faults import Kind
from generations.hooks import keeping
from generations.models import Asset, Delivery, Event, Generation, Job, Route, Webhook
from tests.factories import MemberFactory
from tests.generations.books import delivered, failed, sent, submitted
from tests.generations.views.conftest import said

OWNER, ADMIN, MEMBER, VIEWER = Role.OWNER, Role.ADMIN, Role.MEMBER, Role.VIEWER
ANYONE = {OWNER, ADMIN, MEMBER, VIEWER}
MAKERS = {OWNER, ADMIN, MEMBER}

ROOMS: dict[str, tuple[str, set[Role]]] = {
    "create": ("get", ANYONE),
    "composer": ("post", MAKERS),
    "composer_call": ("post", MAKERS),
    "quote": ("post", MAKERS),
    "references": ("post", MAKERS),
    "pulse": ("get", ANYONE),
    "library": ("get", ANYONE),
    "picture": ("get", ANYONE),
    "picture_call": ("get", ANYONE),
    "generation": ("get", ANYONE),
    "cancel": ("post", {OWNER, ADMIN}),
    "cancel_all": ("post", {OWNER, ADMIN}),
    "retry": ("post", MAKERS),
    "status": ("get", ANYONE),
    "docs": ("get", ANYONE),
    "docs_page": ("get", ANYONE),
    "docs_webhooks": ("get", ANYONE),
    "keys": ("get", MAKERS),
    "revoke_key": ("post", {OWNER, ADMIN}),
    "key_caps": ("post", {OWNER, ADMIN}),
    "webhooks": ("get", MAKERS),
    "webhook_add": ("post", MAKERS),
    "webhook": ("get", MAKERS),
    "webhook_rotate": ("post", MAKERS),
    "webhook_switch": ("post", MAKERS),
    "webhook_test": ("post", MAKERS),
    "webhook_remove": ("post", MAKERS),
    "webhook_replay": ("post", MAKERS),
}
"""Each room: how it is entered, and by which roles. What is named there is Alice's; her own she may always cancel."""
OF_A_KEY = ("revoke_key", "key_caps")
OF_A_WEBHOOK = ("webhook", "webhook_rotate", "webhook_switch", "webhook_test", "webhook_remove")
NAMED = (
    "picture",
    "picture_call",
    "generation",
    "cancel",
    "cancel_all",
    "retry",
    *OF_A_KEY,
    *OF_A_WEBHOOK,
    "webhook_replay",
)
OPEN = {"theme"}
"""Open to all, with tests of its own."""


@pytest.fixture
def places(alice, image_model) -> dict[str, list[uuid.UUID | str]]:
    """What the addresses that name something name: a picture of Alice's, one that failed, one that waits, a key and a
    webhook."""
    route = Route.objects.get(image_model=image_model)
    job = submitted(alice, image_model=image_model, count=3)
    came, dropped, waiting = job.generations.all()
    delivered(sent(came, route))
    failed(sent(dropped, route), Kind.UNKNOWN)
    asset = Generation.objects.get(pk=came.pk).asset_id
    named = {
        "picture": asset,
        "picture_call": asset,
        "generation": came.pk,
        "cancel": waiting.pk,
        "cancel_all": job.pk,
        "retry": dropped.pk,
    }
    hook = keeping.add(alice, "https://example.com/hook", [Event.SUCCEEDED])
    keeping.test(hook)
    named |= dict.fromkeys(OF_A_WEBHOOK, hook.pk) | {"webhook_replay": Delivery.objects.get().pk}
    named |= dict.fromkeys(OF_A_KEY, keep_key(alice, "nightly", new_key()).pk)
    return {**{room: [pk] for room, pk in named.items()}, "docs_page": ["videos"]}


def knock(client: Client, room: str, places: dict[str, list[uuid.UUID | str]]) -> Any:
    return getattr(client, ROOMS[room][0])(reverse(room, args=places.get(room)))


def rows() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (Job, Generation, Asset, Wallet, Entry, ApiKey, Webhook, Delivery)
    ]


def test_every_address_is_in_a_table():
    assert {pattern.name for pattern in urls.urlpatterns} == {*ROOMS, *OPEN}
    assert set(NAMED) == {pattern.name for pattern in urls.urlpatterns if "uuid" in str(pattern.pattern)}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("room", ROOMS)
def test_a_role_opens_its_rooms_and_no_others(room, role, alice, places, browser_of):
    before = rows()
    answer = knock(browser_of(MemberFactory(team=alice.team, role=role)), room, places)
    if role in ROOMS[room][1]:
        assert answer.status_code in (200, 302, 422)
    else:
        assert answer.status_code == 404
        assert rows() == before


@pytest.mark.parametrize("room", ROOMS)
def test_a_stranger_is_sent_to_the_door(room, places):
    before = rows()
    answer = knock(Client(), room, places)
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))
    assert rows() == before


@pytest.mark.parametrize("room", NAMED)
def test_the_owner_of_another_team_finds_nothing(room, places, at_charlies):
    before = rows()
    foreign = knock(at_charlies, room, places)
    absent = knock(at_charlies, room, {room: [uuid.uuid4()]})
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert said(foreign) == said(absent)
    assert rows() == before


@pytest.mark.parametrize("room", ROOMS)
def test_one_who_was_let_go_finds_nothing(room, bob, places, browser_of):
    browser = browser_of(bob)
    Member.objects.filter(pk=bob.pk).update(is_active=False, role=Role.OWNER)
    assert knock(browser, room, places).status_code == 404


@pytest.mark.parametrize("room", [room for room in ROOMS if ROOMS[room][0] == "post"])
def test_what_changes_something_is_never_a_link_and_needs_a_token(room, alice, places, at_alices):
    assert at_alices.get(reverse(room, args=places.get(room))).status_code == 405
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice.user)
    assert knock(browser, room, places).status_code == 403
