"""Who may do what: every address of the accounts against everyone who may come to it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import invitations
from accounts import urls as account_urls
from accounts.access import RIGHTS, Right, has_right
from accounts.models import Entry, Invitation, Member, Role, Team, User, Wallet
from tests.factories import MemberFactory, TeamFactory

BrowserOf = Callable[[Member], Client]

OWNER, ADMIN, MEMBER, VIEWER = Role.OWNER, Role.ADMIN, Role.MEMBER, Role.VIEWER
ANYONE = {OWNER, ADMIN, MEMBER, VIEWER}

ROOMS: dict[str, tuple[str, set[Role], dict[str, Any]]] = {
    "team": ("get", ANYONE, {}),
    "statement": ("get", {OWNER, ADMIN, MEMBER}, {}),
    "team_rename": ("post", {OWNER}, {"name": "Torches"}),
    "team_invite": ("post", {OWNER, ADMIN}, {"email": "new@example.com", "role": "member"}),
    "team_withdraw": ("post", {OWNER, ADMIN}, {}),
    "team_role": ("post", {OWNER, ADMIN}, {"role": "viewer"}),
    "team_caps": ("post", {OWNER, ADMIN}, {"cap_day": "10"}),
    "team_let_go": ("post", {OWNER, ADMIN}, {}),
    "team_bring_back": ("post", {OWNER, ADMIN}, {}),
}
"""Each room of a team: how it is entered, by which roles, and what is sent."""

OF_A_PERSON = {"profile": "get", "account_change_password": "get", "team_switch": "post"}
"""Rooms of everyone who has signed in."""

DOORS = {"account_login", "account_logout", "ask_for_link", "sign_in", "join"}
"""Open to all; each has its own tests."""


@pytest.fixture
def places(alice: Member, bob: Member) -> dict[str, dict[str, int]]:
    """What the addresses that name something name: Bob, and an invitation into Alice's team."""
    invited = invitations.invite(alice, "invited@example.com", Role.MEMBER)
    return {
        "team_withdraw": {"invitation": invited.invitation.pk},
        "team_role": {"member": bob.pk},
        "team_caps": {"member": bob.pk},
        "team_let_go": {"member": bob.pk},
        "team_bring_back": {"member": bob.pk},
    }


def knock(client: Client, room: str, places: dict[str, dict[str, int]]) -> Any:
    way, _, sent = ROOMS[room]
    return getattr(client, way)(reverse(room, kwargs=places.get(room)), sent)


def rows() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Team, Member, Invitation, Wallet, Entry)]


def test_every_address_is_in_a_table() -> None:
    assert {pattern.name for pattern in account_urls.urlpatterns} == {*ROOMS, *OF_A_PERSON, *DOORS}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("room", ROOMS)
def test_a_role_opens_its_rooms_and_no_others(
    room: str, role: Role, alice: Member, places: dict[str, dict[str, int]], browser_of: BrowserOf
) -> None:
    before = rows()
    answer = knock(browser_of(MemberFactory(team=alice.team, role=role)), room, places)
    if role in ROOMS[room][1]:
        assert answer.status_code in (200, 302)
    else:
        assert answer.status_code == 404
        assert rows()[2:] == before[2:]


@pytest.mark.parametrize("room", ROOMS)
def test_a_stranger_is_sent_to_the_door(room: str, places: dict[str, dict[str, int]]) -> None:
    before = rows()
    answer = knock(Client(), room, places)
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))
    assert rows() == before


@pytest.mark.parametrize("room", ["team_withdraw", "team_role", "team_caps", "team_let_go", "team_bring_back"])
def test_the_owner_of_another_team_finds_nothing(
    room: str, places: dict[str, dict[str, int]], charlie: Member, browser_of: BrowserOf
) -> None:
    before = rows()
    foreign = knock(browser_of(charlie), room, places)
    absent = knock(browser_of(charlie), room, {room: dict.fromkeys(places[room], 10**6)})
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert _without_token(foreign.content) == _without_token(absent.content)
    assert rows() == before


def _without_token(page: bytes) -> list[bytes]:
    return [line for line in page.splitlines() if b"csrf" not in line and b"/team/" not in line]


@pytest.mark.parametrize("room", ROOMS)
def test_one_who_was_let_go_finds_nothing(
    room: str, bob: Member, places: dict[str, dict[str, int]], browser_of: BrowserOf
) -> None:
    browser = browser_of(bob)
    Member.objects.filter(pk=bob.pk).update(is_active=False, role=Role.OWNER)
    assert knock(browser, room, places).status_code == 404


@pytest.mark.parametrize("room", OF_A_PERSON)
def test_the_rooms_of_a_person_are_behind_the_door(room: str, db: None) -> None:
    answer = getattr(Client(), OF_A_PERSON[room])(reverse(room))
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("account_login"))


@pytest.mark.parametrize("room", [room for room in ROOMS if ROOMS[room][0] == "post"])
def test_what_changes_something_is_never_a_link(
    room: str, alice: Member, places: dict[str, dict[str, int]], browser_of: BrowserOf
) -> None:
    assert browser_of(alice).get(reverse(room, kwargs=places.get(room))).status_code == 405


@pytest.mark.parametrize("room", [room for room in ROOMS if ROOMS[room][0] == "post"])
def test_what_changes_something_needs_a_token(room: str, alice: Member, places: dict[str, dict[str, int]]) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(alice.user)
    assert knock(browser, room, places).status_code == 403


def test_the_door_leads_back_to_where_one_was_going(db: None) -> None:
    answer = Client().get(reverse("statement"), {"kind": "grant"})
    assert answer.url == f"{reverse('account_login')}?next=/team/statement/%3Fkind%3Dgrant"


def test_a_fragment_sends_the_whole_page_to_the_door(db: None) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/library/?mine=1"}
    answer = Client().get(reverse("team"), headers=headers)
    assert answer.status_code == 200
    assert answer["HX-Redirect"] == f"{reverse('account_login')}?next=/library/%3Fmine%3D1"


def test_each_role_may_do_what_the_one_below_it_may(bob: Member) -> None:
    for higher, lower in ((OWNER, ADMIN), (ADMIN, MEMBER), (MEMBER, VIEWER)):
        assert RIGHTS[higher] > RIGHTS[lower]
    bob.role = "emperor"
    assert not any(has_right(bob, right) for right in Right)


@pytest.mark.parametrize("mine", [1, 5])
def test_the_frame_of_a_page_costs_two_queries(alice: Member, browser_of: BrowserOf, mine: int) -> None:
    MemberFactory.create_batch(mine - 1, user=alice.user)
    browser = browser_of(alice)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        browser.get(reverse("profile"))
    of_the_frame = [query for query in asked if "accounts_member" in query["sql"] or "wallet" in query["sql"]]
    assert len(of_the_frame) == 2
    assert len(asked) == 4  # and the session and its person


def test_a_stranger_costs_no_query(db: None) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert Client().get(reverse("account_login")).status_code == 200
    assert not asked.captured_queries


def test_one_works_for_the_team_chosen_last(alice: Member, browser_of: BrowserOf) -> None:
    second = MemberFactory(user=alice.user, team__name="Torches", role=Role.VIEWER)
    browser = browser_of(alice)
    assert browser.get(reverse("team")).context["team"] == alice.team
    assert browser.post(reverse("team_switch"), {"team": second.team_id}).status_code == 302
    page = browser.get(reverse("team"))
    assert (page.context["team"], page.context["member"]) == (second.team, second)
    assert browser.get(reverse("statement")).status_code == 404


@pytest.mark.parametrize("team", ["", "lanterns", "999999", "-1"])
def test_nobody_works_for_a_team_that_is_not_theirs(
    alice: Member, charlie: Member, browser_of: BrowserOf, team: str
) -> None:
    browser = browser_of(alice)
    for chosen in (team, charlie.team_id):
        assert browser.post(reverse("team_switch"), {"team": chosen}).status_code == 404
    assert browser.get(reverse("team")).context["team"] == alice.team


def test_a_team_that_let_one_go_is_left_for_the_next(alice: Member, browser_of: BrowserOf) -> None:
    second = MemberFactory(user=alice.user)
    browser = browser_of(alice)
    browser.post(reverse("team_switch"), {"team": second.team_id})
    Member.objects.filter(pk=second.pk).update(is_active=False)
    assert browser.get(reverse("team")).context["team"] == alice.team


def test_what_was_not_asked_for_is_not_taken(alice: Member, bob: Member, browser_of: BrowserOf) -> None:
    other = TeamFactory()
    smuggled = {
        "team": other.pk, "team_id": other.pk, "balance": 10**6, "credits": 10**6, "amount": 10**6,
        "role": "owner", "is_active": "", "is_staff": "on", "is_superuser": "on", "user": bob.user_id,
        "email": "mallory@example.com", "token_hash": "0" * 64, "expires": "2099-01-01", "invited_by": bob.pk,
        "password": "chosen by a stranger", "api_key": "gs_live_", "id": 1, "pk": 1, "member": alice.pk,
    }  # fmt: skip
    before = rows(), list(User.objects.order_by("pk").values())
    browser = browser_of(bob)
    for way, room, sent in (
        ("post", "profile", {"name": "Bob", "language": "", "theme": ""}),
        ("post", "team_rename", {"name": "Torches"}),
        ("post", "team_invite", {}),
        ("get", "statement", {}),
        ("get", "team", {}),
    ):
        getattr(browser, way)(reverse(room), smuggled | sent)
    assert [dict(user, last_login=None) for user in User.objects.order_by("pk").values()] == [
        dict(user, last_login=None) for user in before[1]
    ]
    assert rows() == before[0]


def test_an_owner_too_changes_only_what_the_form_has(alice: Member, browser_of: BrowserOf) -> None:
    browser = browser_of(alice)
    browser.post(reverse("team_rename"), {"name": "Torches", "balance": 10**6, "id": 99, "wallet": 99})
    browser.post(reverse("profile"), {"name": "Alice", "is_staff": "on", "email": "root@example.com", "role": "viewer"})
    alice = Member.objects.select_related("user", "team__wallet").get(pk=alice.pk)
    assert (alice.team.name, alice.team.wallet.balance, alice.role) == ("Torches", 1000, Role.OWNER)
    assert (alice.user.email, alice.user.is_staff) == ("alice@example.com", False)


@pytest.mark.parametrize(
    ("came_from", "back"),
    [("team", "http://testserver/team/"), ("team_invite", "/"), (None, "/")],
)
def test_a_change_of_language_leads_back_to_a_page_that_there_is(came_from, back, alice, browser_of):
    browser = browser_of(alice)
    headers = {"Referer": f"http://testserver{reverse(came_from)}"} if came_from else {}
    answered = browser.post(reverse("team_invite"), {"email": "nobody"}, headers=headers)
    assert f'name="next" value="{back}"' in answered.content.decode()
    assert 'name="next" value="/team/?a=1"' in browser.get(reverse("team") + "?a=1").content.decode()
