"""Who may do what: every address of the studio's pages against everyone who may come to it."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Entry, Member, Role, Wallet
from generations import urls
from generations.faults import Kind
from generations.models import Asset, Generation, Job, Route
from tests.factories import MemberFactory
from tests.generations.books import delivered, failed, sent, submitted
from tests.generations.views.conftest import said

OWNER, ADMIN, MEMBER, VIEWER = Role.OWNER, Role.ADMIN, Role.MEMBER, Role.VIEWER
ANYONE = {OWNER, ADMIN, MEMBER, VIEWER}
MAKERS = {OWNER, ADMIN, MEMBER}

ROOMS: dict[str, tuple[str, set[Role]]] = {
    "create": ("get", ANYONE),
    "composer": ("post", MAKERS),
    "quote": ("post", MAKERS),
    "references": ("post", MAKERS),
    "pulse": ("get", ANYONE),
    "library": ("get", ANYONE),
    "picture": ("get", ANYONE),
    "generation": ("get", ANYONE),
    "cancel": ("post", {OWNER, ADMIN}),
    "cancel_all": ("post", {OWNER, ADMIN}),
    "retry": ("post", MAKERS),
    "status": ("get", ANYONE),
}
"""Each room: how it is entered, and by which roles. What is named there is Alice's; her own she may always cancel."""
NAMED = ("picture", "generation", "cancel", "cancel_all", "retry")
OPEN = {"theme"}
"""Open to all, with tests of its own."""


@pytest.fixture
def places(alice, image_model) -> dict[str, list[uuid.UUID]]:
    """What the addresses that name something name: a picture of Alice's, one that failed, and one that waits."""
    route = Route.objects.get(image_model=image_model)
    job = submitted(alice, image_model=image_model, count=3)
    came, dropped, waiting = job.generations.all()
    delivered(sent(came, route))
    failed(sent(dropped, route), Kind.UNKNOWN)
    asset = Generation.objects.get(pk=came.pk).asset_id
    named = {"picture": asset, "generation": came.pk, "cancel": waiting.pk, "cancel_all": job.pk, "retry": dropped.pk}
    return {room: [pk] for room, pk in named.items()}


def knock(client: Client, room: str, places: dict[str, list[uuid.UUID]]) -> Any:
    return getattr(client, ROOMS[room][0])(reverse(room, args=places.get(room)))


def rows() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Job, Generation, Asset, Wallet, Entry)]


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
