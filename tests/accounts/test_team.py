"""The team's page: who may change whom, and what can never happen to a team."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import teams
from accounts.caps import Period
from accounts.models import Member, Role, Team, Wallet
from accounts.teams import NotAllowed
from tests.accounts.races import at_once
from tests.factories import MemberFactory, UserFactory

BrowserOf = Callable[[Member], Client]


@pytest.fixture
def admin(alice: Member) -> Member:
    return MemberFactory(team=alice.team, role=Role.ADMIN)


def role_of(member: Member) -> str:
    return Member.objects.get(pk=member.pk).role


def is_there(member: Member) -> bool:
    return Member.objects.get(pk=member.pk).is_active


def test_a_team_is_founded_with_a_wallet_and_an_owner(db: None) -> None:
    owner = teams.found_team("Lanterns", UserFactory())
    assert (owner.role, owner.team.wallet.balance) == (Role.OWNER, 0)
    assert Wallet.objects.count() == Team.objects.count() == 1


def test_everyone_sees_everyone(alice: Member, bob: Member, charlie: Member, browser_of: BrowserOf) -> None:
    page = browser_of(bob).get(reverse("team")).content.decode()
    assert "alice@example.com" in page
    assert "bob@example.com" in page
    assert "charlie@example.com" not in page


def test_a_member_sees_no_button_that_is_not_theirs(alice: Member, bob: Member, browser_of: BrowserOf) -> None:
    page = browser_of(bob).get(reverse("team")).content.decode()
    for room in ("team_invite", "team_rename"):
        assert reverse(room) not in page
    assert reverse("team_role", args=(alice.pk,)) not in page


def test_an_owner_gives_and_takes_every_role(alice: Member, bob: Member, browser_of: BrowserOf) -> None:
    browser = browser_of(alice)
    for role in (Role.OWNER, Role.ADMIN, Role.VIEWER, Role.MEMBER):
        assert browser.post(reverse("team_role", args=(bob.pk,)), {"role": role}).url == reverse("team")
        assert role_of(bob) == role


@pytest.mark.parametrize("role", ["emperor", "", "OWNER", "owner' --"])
def test_there_are_no_other_roles(alice: Member, bob: Member, browser_of: BrowserOf, role: str) -> None:
    assert browser_of(alice).post(reverse("team_role", args=(bob.pk,)), {"role": role}).status_code == 404
    assert role_of(bob) == Role.MEMBER


def test_an_admin_makes_no_owner(admin: Member, bob: Member, browser_of: BrowserOf) -> None:
    assert browser_of(admin).post(reverse("team_role", args=(bob.pk,)), {"role": "owner"}).status_code == 404
    assert role_of(bob) == Role.MEMBER


def test_an_admin_gives_the_other_roles(admin: Member, bob: Member, browser_of: BrowserOf) -> None:
    browser = browser_of(admin)
    for role in (Role.ADMIN, Role.VIEWER, Role.MEMBER):
        browser.post(reverse("team_role", args=(bob.pk,)), {"role": role})
        assert role_of(bob) == role


def test_an_admin_neither_demotes_nor_lets_go_an_owner(admin: Member, alice: Member, browser_of: BrowserOf) -> None:
    browser = browser_of(admin)
    assert browser.post(reverse("team_role", args=(alice.pk,)), {"role": "viewer"}).status_code == 404
    assert browser.post(reverse("team_let_go", args=(alice.pk,))).status_code == 404
    assert role_of(alice) == Role.OWNER
    assert is_there(alice)


@pytest.mark.parametrize("role", [Role.OWNER, Role.ADMIN])
def test_nobody_changes_themselves(alice: Member, browser_of: BrowserOf, role: Role) -> None:
    someone = MemberFactory(team=alice.team, role=role)
    browser = browser_of(someone)
    assert browser.post(reverse("team_role", args=(someone.pk,)), {"role": "viewer"}).status_code == 404
    assert browser.post(reverse("team_let_go", args=(someone.pk,))).status_code == 404
    assert role_of(someone) == role
    assert is_there(someone)


def test_one_who_is_let_go_is_outside_at_once_and_can_come_back(
    alice: Member, bob: Member, browser_of: BrowserOf
) -> None:
    owner, member = browser_of(alice), browser_of(bob)
    assert member.get(reverse("team")).status_code == 200
    owner.post(reverse("team_let_go", args=(bob.pk,)))
    assert member.get(reverse("team")).status_code == 404
    assert "Bring back" in owner.get(reverse("team")).content.decode()
    owner.post(reverse("team_bring_back", args=(bob.pk,)))
    assert member.get(reverse("team")).status_code == 200
    assert role_of(bob) == Role.MEMBER


def test_an_admin_does_not_bring_back_an_owner(alice: Member, admin: Member, browser_of: BrowserOf) -> None:
    second = MemberFactory(team=alice.team, role=Role.OWNER, is_active=False)
    assert browser_of(admin).post(reverse("team_bring_back", args=(second.pk,))).status_code == 404
    assert not is_there(second)


def test_one_who_was_let_go_meanwhile_changes_nobody(alice: Member, admin: Member, bob: Member) -> None:
    teams.let_go(alice, admin)
    admin.is_active = True  # as a request that began before still believes
    with pytest.raises(NotAllowed):
        teams.change_role(admin, bob, Role.VIEWER)
    assert role_of(bob) == Role.MEMBER


def test_no_member_gives_a_role_above_their_own(alice: Member, admin: Member, bob: Member) -> None:
    with pytest.raises(NotAllowed):
        teams.change_role(admin, bob, Role.OWNER)
    with pytest.raises(NotAllowed):
        teams.change_role(bob, admin, Role.VIEWER)
    assert (role_of(bob), role_of(admin)) == (Role.MEMBER, Role.ADMIN)


def test_another_teams_members_are_nobodys_to_change(alice: Member, charlie: Member) -> None:
    with pytest.raises(NotAllowed):
        teams.let_go(alice, charlie)
    assert is_there(charlie)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", [teams.let_go, partial(teams.change_role, role=Role.VIEWER)])
def test_two_owners_who_end_each_other_leave_one(alice: Member, verb: Callable[..., None]) -> None:
    second = MemberFactory(team=alice.team, role=Role.OWNER)
    for _ in range(5):
        first, other = Member.objects.get(pk=alice.pk), Member.objects.get(pk=second.pk)
        outcomes = at_once(
            partial(verb, first, Member.objects.get(pk=other.pk)), partial(verb, other, Member.objects.get(pk=first.pk))
        )
        assert sum(outcome is None for outcome in outcomes) == 1
        assert sum(isinstance(outcome, NotAllowed) for outcome in outcomes) == 1
        assert Member.objects.filter(team=alice.team, role=Role.OWNER, is_active=True).count() == 1
        Member.objects.filter(team=alice.team).update(role=Role.OWNER, is_active=True)


def caps_of(member: Member) -> tuple[int | None, ...]:
    return Member.objects.values_list("cap_day", "cap_month", "cap_lifetime").get(pk=member.pk)


def test_an_owner_caps_a_member_and_lifts_the_caps_again(alice: Member, bob: Member, browser_of: BrowserOf) -> None:
    browser = browser_of(alice)
    for caps in ((100, 2000, 0), (None, 500, None), (None, None, None)):
        typed = {f"cap_{period}": "" if cap is None else cap for period, cap in zip(Period, caps, strict=True)}
        page = browser.post(reverse("team_caps", args=(bob.pk,)), typed, follow=True)
        assert "The caps of Bob are set." in page.content.decode()
        assert caps_of(bob) == caps


def test_nobody_caps_themselves_nor_one_above_them(
    alice: Member, admin: Member, bob: Member, charlie: Member, browser_of: BrowserOf
) -> None:
    for who, whom in ((alice, alice), (admin, alice), (bob, admin), (bob, bob), (charlie, bob), (alice, charlie)):
        assert browser_of(who).post(reverse("team_caps", args=(whom.pk,)), {"cap_day": 5}).status_code == 404
        assert caps_of(whom) == (None, None, None)


def test_an_admin_caps_a_member(admin: Member, bob: Member, browser_of: BrowserOf) -> None:
    browser_of(admin).post(reverse("team_caps", args=(bob.pk,)), {"cap_month": 5})
    assert caps_of(bob) == (None, 5, None)


@pytest.mark.parametrize("cap", ["-1", "1.5", "many", "10000000000", "1" + 30 * "0"])
def test_a_cap_that_will_not_do_says_so_at_its_field(
    alice: Member, bob: Member, browser_of: BrowserOf, cap: str
) -> None:
    page = browser_of(alice).post(reverse("team_caps", args=(bob.pk,)), {"cap_day": "5", "cap_month": cap})
    text = page.content.decode()
    assert text.count('aria-invalid="true"') == 1
    assert f'id="caps_{bob.pk}_cap_month_error"' in text
    assert caps_of(bob) == (None, None, None)


def test_a_member_sees_their_own_caps_and_nobody_elses(alice: Member, bob: Member, browser_of: BrowserOf) -> None:
    dora = MemberFactory(team=alice.team, cap_day=777)
    browser = browser_of(bob)
    assert "Caps" not in browser.get(reverse("team")).content.decode()
    Member.objects.filter(pk=bob.pk).update(cap_month=4321)
    text = browser.get(reverse("team")).content.decode()
    assert "0 of 4321" in text
    assert "777" not in text
    assert reverse("team_caps", args=(dora.pk,)) not in text


def test_every_control_of_the_page_has_a_name_of_its_own(alice: Member, bob: Member, browser_of: BrowserOf) -> None:
    MemberFactory(team=alice.team)
    text = browser_of(alice).get(reverse("team")).content.decode()
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'<label[^>]* for="([^"]+)"', text)) <= set(ids)


def test_an_owner_renames_the_team(alice: Member, browser_of: BrowserOf) -> None:
    browser = browser_of(alice)
    browser.post(reverse("team_rename"), {"name": "灯笼 & <Torches>"})
    assert "灯笼 &amp; &lt;Torches&gt;" in browser.get(reverse("team")).content.decode()


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, "a\x00b"])
def test_a_name_that_will_not_do_says_so(alice: Member, browser_of: BrowserOf, name: str) -> None:
    page = browser_of(alice).post(reverse("team_rename"), {"name": name})
    assert page.context["name_form"].errors["name"]
    assert 'aria-invalid="true"' in page.content.decode()
    assert Team.objects.get().name == "Lanterns"


def test_the_page_costs_the_same_for_two_members_and_for_twenty(
    alice: Member, browser_of: BrowserOf, django_assert_max_num_queries: Any
) -> None:
    MemberFactory.create_batch(20, team=alice.team)
    browser = browser_of(alice)
    with django_assert_max_num_queries(8):
        browser.get(reverse("team"))
