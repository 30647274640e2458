"""What the operator may do at the desk with people, teams, invitations and keys, and what nobody may."""

import re
from datetime import UTC, datetime

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiKey, Invitation, Member, Role, Scope, Team, User
from tests.accounts.desk import clerk, page
from tests.factories import PASSWORD, UserFactory


def test_a_person_is_added_with_a_password_and_may_sign_in(desk: Client, client: Client) -> None:
    said = {"email": "Dora@Example.com", "name": "Dora", "usable_password": "true", "password1": PASSWORD}
    desk.post(page("accounts_user_add"), {**said, "password2": PASSWORD})
    dora = User.objects.get(email="dora@example.com")
    assert dora.check_password(PASSWORD)
    client.post(reverse("account_login"), {"login": "dora@example.com", "password": PASSWORD})
    assert client.session["_auth_user_id"] == str(dora.pk)


def test_an_address_in_use_is_refused_whatever_its_case(desk: Client, alice: Member) -> None:
    said = {"email": "ALICE@example.com", "usable_password": "false"}
    assert "errorlist" in desk.post(page("accounts_user_add"), said).content.decode()
    assert User.objects.filter(email__iexact="alice@example.com").count() == 1


def test_a_new_password_is_set_and_the_old_one_ends(desk: Client, alice: Member) -> None:
    address = page("auth_user_password_change", alice.user_id)
    desk.post(address, {"usable_password": "true", "password1": "nine loud geese", "password2": "nine loud geese"})
    alice.user.refresh_from_db()
    assert alice.user.check_password("nine loud geese")


def test_a_changed_address_leaves_no_way_in_for_the_old_one(desk: Client, alice: Member) -> None:
    EmailAddress.objects.create(user=alice.user, email="alice@example.com", verified=True, primary=True)
    said = {"email": "alina@example.com", "name": "Alina", "is_active": "on"}
    empty = {
        f"{inline}-{count}_FORMS": 0 for inline in ("memberships", "emailaddress_set") for count in ("TOTAL", "INITIAL")
    }
    assert desk.post(page("accounts_user_change", alice.user_id), {**said, **empty}).status_code == 302
    alice.user.refresh_from_db()
    assert alice.user.email == "alina@example.com"
    assert not EmailAddress.objects.filter(email="alice@example.com").exists()


def test_staff_make_no_superuser_and_touch_none(alice: Member) -> None:
    browser, chief = clerk("view_user", "change_user"), UserFactory(is_superuser=True, is_staff=True)
    inlines = ("memberships", "emailaddress_set")
    empty = {f"{inline}-{count}_FORMS": 0 for inline in inlines for count in ("TOTAL", "INITIAL")}
    said = {"email": "alice@example.com", "is_active": "on", "is_superuser": "on", "is_staff": "on", **empty}
    assert browser.post(page("accounts_user_change", alice.user_id), said).status_code == 302
    alice.user.refresh_from_db()
    assert (alice.user.is_superuser, alice.user.is_staff) == (False, False)
    passwords = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    assert browser.post(page("accounts_user_change", chief.pk), said).status_code == 403
    assert browser.post(page("auth_user_password_change", chief.pk), passwords).status_code == 403


def test_a_team_is_founded_with_its_owner_and_its_pool(desk: Client, charlie: Member) -> None:
    desk.post(page("accounts_team_add"), {"name": "Kites", "owner": charlie.user_id})
    team = Team.objects.get(name="Kites")
    assert team.wallet.balance == 0
    assert [(member.user, member.role) for member in team.members.all()] == [(charlie.user, Role.OWNER)]


def test_a_member_changes_role_and_is_never_deleted(desk: Client, bob: Member) -> None:
    desk.post(page("accounts_member_change", bob.pk), {"role": "viewer", "is_active": "on"})
    bob.refresh_from_db()
    assert bob.role == Role.VIEWER
    assert desk.post(page("accounts_member_delete", bob.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("said", [{"role": "member", "is_active": "on"}, {"role": "owner"}])
def test_a_team_keeps_its_last_owner(desk: Client, alice: Member, bob: Member, said: dict[str, str]) -> None:
    answer = desk.post(page("accounts_member_change", alice.pk), said)
    assert "This is the team&#x27;s last owner." in answer.content.decode()
    alice.refresh_from_db()
    assert (alice.role, alice.is_active) == (Role.OWNER, True)
    Member.objects.filter(pk=bob.pk).update(role=Role.OWNER)
    assert desk.post(page("accounts_member_change", alice.pk), said).status_code == 302


def test_a_member_without_an_owner_above_can_still_be_changed(desk: Client, bob: Member, alice: Member) -> None:
    Member.objects.filter(pk=alice.pk).update(is_active=False)
    assert desk.post(page("accounts_member_change", bob.pk), {"role": "owner", "is_active": "on"}).status_code == 302


# --- invitations, keys and caps -------------------------------------------------------------------


def test_an_invitation_can_be_withdrawn_and_neither_made_nor_changed(desk: Client, invitation: Invitation) -> None:
    assert desk.post(page("accounts_invitation_add"), {"email": "e@example.com"}).status_code == 403
    assert desk.post(page("accounts_invitation_change", invitation.pk), {"role": "owner"}).status_code == 403
    assert invitation.token_hash not in desk.get(page("accounts_invitation_change", invitation.pk)).content.decode()
    desk.post(page("accounts_invitation_delete", invitation.pk), {"post": "yes"})
    assert not Invitation.objects.exists()


def test_a_key_is_revoked_by_the_one_action_it_has(desk: Client, api_key: ApiKey) -> None:
    chosen = {"action": "revoke", "_selected_action": str(api_key.pk)}
    answer = desk.post(page("accounts_apikey_changelist"), chosen, follow=True)
    api_key.refresh_from_db()
    revoked = api_key.revoked
    assert "1 key was revoked." in answer.content.decode()
    assert revoked is not None
    assert revoked <= timezone.now()
    desk.post(page("accounts_apikey_changelist"), chosen)
    api_key.refresh_from_db()
    assert api_key.revoked == revoked


def test_of_a_key_the_desk_changes_its_limits_and_nothing_else(desk: Client, api_key: ApiKey, alice: Member) -> None:
    before = ApiKey.objects.values().get(pk=api_key.pk)
    said = {"name": "mine", "member": alice.pk, "key_hash": "0" * 64, "ending": "0000", "revoked_0": "2026-01-01"}
    said |= {"image_models": '["sketch"]', "keeps_alive": "on", "last_used_0": "2026-01-01"}
    limits = {"cap_day": 40, "cap_lifetime": 0, "scopes": ["read"]}
    expires = {"expires_0": "2026-12-31", "expires_1": "23:59:59"}
    answer = desk.post(page("accounts_apikey_change", api_key.pk), said | limits | expires)
    assert answer.status_code == 302
    until = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert ApiKey.objects.values().get(pk=api_key.pk) == {**before, **limits, "expires": until}
    assert desk.post(page("accounts_apikey_add"), said).status_code == 403
    assert desk.post(page("accounts_apikey_delete", api_key.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("scopes", [[], ["everything"]])
def test_the_desk_leaves_a_key_something_that_it_may(desk: Client, api_key: ApiKey, scopes: list[str]) -> None:
    answer = desk.post(page("accounts_apikey_change", api_key.pk), {"scopes": scopes})
    assert "errorlist" in answer.content.decode()
    assert ApiKey.objects.get().scopes == Scope.values


def test_the_desk_reads_what_a_key_may_and_when_it_was_used(desk: Client, api_key: ApiKey) -> None:
    used = datetime(2026, 3, 14, 12, tzinfo=UTC)
    ApiKey.objects.update(image_models=["sketch", "gpt-image-2"], scopes=["hooks"], last_used=used)
    text = desk.get(page("accounts_apikey_change", api_key.pk)).content.decode()
    assert "sketch, gpt-image-2" in text
    assert re.findall(r'value="(\w+)"[^>]* checked', text) == ["hooks"]
    assert "March 14, 2026, noon" in text


def test_staff_without_the_permission_cap_no_key(api_key: ApiKey) -> None:
    browser = clerk("view_apikey")
    assert browser.post(page("accounts_apikey_change", api_key.pk), {"cap_day": 40}).status_code == 403
    assert ApiKey.objects.get().cap_day is None


def test_the_desk_caps_a_member_and_lifts_the_cap_again(desk: Client, bob: Member) -> None:
    said = {"role": bob.role, "is_active": "on"}
    for cap in (100, None):
        desk.post(page("accounts_member_change", bob.pk), {**said, "cap_month": "" if cap is None else cap})
        bob.refresh_from_db()
        assert (bob.cap_day, bob.cap_month, bob.cap_lifetime) == (None, cap, None)


@pytest.mark.parametrize("cap", ["-1", "1.5", "many", 10**9 + 1, 10**30])
def test_a_senseless_cap_gets_a_sentence_and_sets_nothing(desk: Client, bob: Member, cap: object) -> None:
    said = {"role": bob.role, "is_active": "on", "cap_day": cap}
    assert "errorlist" in desk.post(page("accounts_member_change", bob.pk), said).content.decode()
    assert Member.objects.get(pk=bob.pk).cap_day is None


def test_the_desk_says_how_many_pictures_a_team_may_have_under_way(desk: Client, alice: Member) -> None:
    for most in (3, None):
        said = {"name": "Lanterns", "most_active": "" if most is None else most}
        said |= {"members-TOTAL_FORMS": 0, "members-INITIAL_FORMS": 0}
        desk.post(page("accounts_team_change", alice.team_id), said)
        assert Team.objects.get(pk=alice.team_id).most_active == most


def test_a_key_shows_its_ending_and_never_its_hash(desk: Client, api_key: ApiKey) -> None:
    text = desk.get(page("accounts_apikey_change", api_key.pk)).content.decode()
    assert "wxyz" in text
    assert api_key.key_hash not in text
