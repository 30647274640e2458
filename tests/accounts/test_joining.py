"""Invitations: who may come in by one, and how often."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import credits, invitations, teams
from accounts.invitations import Gone, Known
from accounts.models import Invitation, Member, Role, User
from tests.accounts.letters import letters_to, link_in
from tests.accounts.races import at_once
from tests.factories import PASSWORD, MemberFactory, UserFactory

BrowserOf = Callable[[Member], Client]
NEW = {"name": "Nora", "password": PASSWORD}


def invite(by: Member, email: str = "nora@example.com", role: Role = Role.MEMBER) -> str:
    """The path of a fresh invitation's link."""
    return invitations.invite(by, email, role).link.removeprefix(settings.PUBLIC_URL)


def is_over(client: Client, path: str) -> bool:
    """Both looking and pressing say that there is no such invitation, with the same page."""
    looked, pressed = client.get(path), client.post(path, NEW)
    assert looked.status_code == pressed.status_code
    return looked.status_code == 404 and "This invitation cannot be used" in pressed.content.decode()


def test_a_new_person_chooses_name_and_password_and_is_inside(alice: Member, client: Client) -> None:
    path = invite(alice)
    assert "nora@example.com" in client.get(path).content.decode()
    assert client.post(path, NEW).url == reverse("create")
    nora = Member.objects.get(user__email="nora@example.com")
    assert (nora.team, nora.role, nora.user.name) == (alice.team, Role.MEMBER, "Nora")
    assert nora.user.check_password(PASSWORD)
    assert client.get(reverse("team")).context["member"] == nora


def test_who_joins_spends_from_the_same_pool(alice: Member, client: Client) -> None:
    client.post(invite(alice), NEW)
    nora = Member.objects.get(user__email="nora@example.com")
    assert credits.hold(nora, {uuid.uuid4(): 100}) == 900


def test_one_who_has_an_account_signs_in_first_and_comes_back(alice: Member, client: Client) -> None:
    nora = UserFactory(email="nora@example.com", password=PASSWORD)
    path = invite(alice, "Nora@Example.com")
    page = client.get(path).content.decode()
    assert f"{reverse('account_login')}?next={path.replace('/', '%2F')}" in page
    assert client.post(path, NEW).status_code == 200
    assert nora.memberships.count() == 0
    back = client.post(reverse("account_login"), {"login": nora.email, "password": PASSWORD, "next": path})
    assert back.url == path
    assert client.post(path).status_code == 302
    assert nora.memberships.get().team == alice.team


def test_one_who_has_a_team_joins_a_second_and_works_for_it(
    alice: Member, charlie: Member, browser_of: BrowserOf
) -> None:
    browser = browser_of(charlie)
    path = invite(alice, "charlie@example.com", Role.VIEWER)
    assert "Join Lanterns" in browser.get(path).content.decode()
    browser.post(path)
    page = browser.get(reverse("team"))
    assert (page.context["team"], page.context["member"].role) == (alice.team, Role.VIEWER)
    charlie.refresh_from_db()
    assert charlie.is_active


def test_an_invitation_is_used_once(alice: Member) -> None:
    path = invite(alice)
    assert Client().post(path, NEW).status_code == 302
    assert is_over(Client(), path)


def test_an_invitation_is_for_one_address(alice: Member, charlie: Member, browser_of: BrowserOf) -> None:
    path = invite(alice)
    assert is_over(browser_of(charlie), path)
    assert Client().get(path).status_code == 200


def test_an_invitation_lives_for_seven_days(alice: Member, client: Client) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        path = invite(alice)
        clock.shift(timedelta(days=7, seconds=-1))
        assert client.get(path).status_code == 200
        clock.shift(timedelta(seconds=1))
        assert is_over(client, path)


def test_an_invitation_that_ran_out_between_looking_and_pressing_is_over(alice: Member) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        found = invitations.find(invite(alice).split("/")[2])
        clock.shift(timedelta(days=7))
        with pytest.raises(Gone):
            invitations.accept_as_new(found, "Nora", PASSWORD)
    assert not User.objects.filter(email="nora@example.com").exists()


def test_a_withdrawn_invitation_is_over(alice: Member, browser_of: BrowserOf, client: Client) -> None:
    path = invite(alice)
    browser_of(alice).post(reverse("team_withdraw", args=(Invitation.objects.get().pk,)))
    assert is_over(client, path)


def test_withdrawing_does_not_undo_what_was_accepted(alice: Member) -> None:
    path = invite(alice)
    Client().post(path, NEW)
    invitations.withdraw(Invitation.objects.get())
    assert Invitation.objects.get().accepted
    assert Member.objects.filter(user__email="nora@example.com", is_active=True).exists()


@pytest.mark.parametrize("token", ["x", "0" * 43, "a-b_c", "é"])
def test_what_is_no_invitation_is_over(token: str, client: Client, db: None) -> None:
    assert is_over(client, f"/join/{token}/")


def test_inviting_again_ends_the_link_that_went_astray(alice: Member, client: Client) -> None:
    first, second = invite(alice), invite(alice, "NORA@example.com")
    assert is_over(client, first)
    assert client.get(second).status_code == 200


def test_the_token_is_kept_nowhere(alice: Member) -> None:
    token = invite(alice).split("/")[2]
    assert len(token) >= 43
    assert token not in str(list(Invitation.objects.values()))


def test_the_link_is_shown_once(alice: Member, browser_of: BrowserOf, client: Client) -> None:
    browser = browser_of(alice)
    sent = {"email": "nora@example.com", "role": "viewer"}
    page = browser.post(reverse("team_invite"), sent)
    link = page.context["invited"].link
    assert f'value="{link}"' in page.content.decode()
    assert link not in browser.get(reverse("team")).content.decode()
    assert client.get(link.removeprefix(settings.PUBLIC_URL)).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_the_letter_leads_inside(alice: Member, browser_of: BrowserOf, client: Client) -> None:
    browser_of(alice).post(reverse("team_invite"), {"email": "nora@example.com", "role": "viewer"})
    [letter] = letters_to("nora@example.com")
    assert "Alice invites you into the team Lanterns" in letter
    assert client.post(link_in(letter), NEW).status_code == 302


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "", "password": PASSWORD},
        {"name": "N" * 81, "password": PASSWORD},
        {"name": "Nora", "password": ""},
        {"name": "Nora", "password": "short"},
        {"name": "Nora", "password": "password123"},
        {"name": "Nora", "password": "nora@example.com"},
    ],
)
def test_a_form_that_will_not_do_says_so_and_spends_nothing(
    alice: Member, client: Client, wrong: dict[str, str]
) -> None:
    path = invite(alice)
    page = client.post(path, wrong)
    assert page.status_code == 200
    assert 'aria-invalid="true"' in page.content.decode()
    assert not User.objects.filter(email="nora@example.com").exists()
    assert client.post(path, NEW).status_code == 302


def test_one_who_left_comes_back_in_the_role_of_the_invitation(alice: Member, bob: Member, client: Client) -> None:
    teams.let_go(alice, bob)
    path = invite(alice, "bob@example.com", Role.VIEWER)
    client.force_login(bob.user)
    client.post(path)
    bob.refresh_from_db()
    assert (bob.is_active, bob.role) == (True, Role.VIEWER)


def test_an_invitation_does_not_demote_one_who_is_there(alice: Member) -> None:
    invitation = invitations.invite(alice, "alice@example.com", Role.VIEWER).invitation
    assert invitations.accept(invitation, alice.user).role == Role.OWNER


def test_one_who_is_there_is_not_invited(alice: Member, bob: Member, browser_of: BrowserOf) -> None:
    page = browser_of(alice).post(reverse("team_invite"), {"email": "BOB@example.com", "role": "viewer"})
    assert "bob@example.com is in the team already." in page.content.decode()
    assert not Invitation.objects.exists()


def test_an_admin_invites_no_owner(alice: Member, browser_of: BrowserOf) -> None:
    admin = MemberFactory(team=alice.team, role=Role.ADMIN)
    page = browser_of(admin).post(reverse("team_invite"), {"email": "nora@example.com", "role": "owner"})
    assert page.context["invite_form"].errors["role"]
    with pytest.raises(teams.NotAllowed):
        invitations.invite(admin, "nora@example.com", Role.OWNER)
    assert not Invitation.objects.exists()


def test_an_owner_invites_another(alice: Member, client: Client) -> None:
    client.post(invite(alice, role=Role.OWNER), NEW)
    assert Member.objects.filter(team=alice.team, role=Role.OWNER).count() == 2


def test_nobody_writes_to_strangers_without_end(alice: Member, browser_of: BrowserOf) -> None:
    browser = browser_of(alice)
    answers = [
        browser.post(reverse("team_invite"), {"email": f"nora-{number}@example.com", "role": "viewer"}).status_code
        for number in range(32)
    ]
    assert answers == [200] * 30 + [429] * 2


def test_inviting_the_known_and_the_unknown_looks_the_same(
    alice: Member, charlie: Member, browser_of: BrowserOf
) -> None:
    browser = browser_of(alice)
    known, unknown = (
        browser.post(reverse("team_invite"), {"email": email, "role": "viewer"})
        for email in ("charlie@example.com", "nobodys@example.com")
    )
    assert known.status_code == unknown.status_code
    assert [len(page.context["invited"].link) for page in (known, unknown)] == [len(known.context["invited"].link)] * 2


@pytest.mark.django_db(transaction=True)
def test_of_twenty_new_people_at_once_one_comes_in(alice: Member) -> None:
    path = invite(alice)
    answers = at_once(*(partial(Client().post, path, NEW) for _ in range(20)))
    assert [answer.status_code for answer in answers].count(302) >= 1
    assert {answer.status_code for answer in answers} <= {200, 302, 404}
    assert Member.objects.filter(user__email="nora@example.com").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_twenty_presses_at_once_one_is_accepted(alice: Member, charlie: Member) -> None:
    found = invitations.find(invite(alice, "charlie@example.com").split("/")[2])
    outcomes = at_once(*(partial(invitations.accept, found, charlie.user) for _ in range(20)))
    assert sum(isinstance(outcome, Member) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, Gone) for outcome in outcomes) == 19
    assert Member.objects.filter(user=charlie.user, team=alice.team).count() == 1


def test_an_invitation_is_not_accepted_for_somebody_else(alice: Member, charlie: Member) -> None:
    found = invitations.find(invite(alice).split("/")[2])
    with pytest.raises(Gone):
        invitations.accept(found, charlie.user)
    assert found in invitations.open_invitations(alice.team)


def test_one_machine_makes_twenty_accounts_a_minute(alice: Member) -> None:
    paths = [invite(alice, f"nora-{number}@example.com") for number in range(22)]
    answers = [Client().post(path, NEW).status_code for path in paths]
    assert answers == [302] * 20 + [429] * 2


def test_an_account_made_meanwhile_is_not_taken_over(alice: Member) -> None:
    found = invitations.find(invite(alice).split("/")[2])
    nora = UserFactory(email="nora@example.com", password=PASSWORD)
    with pytest.raises(Known):
        invitations.accept_as_new(found, "Mallory", "a password of Mallory's")
    nora.refresh_from_db()
    assert nora.check_password(PASSWORD)
    assert found in invitations.open_invitations(alice.team)
