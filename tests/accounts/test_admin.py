"""What the operator may do with people and credits at the desk, and what nobody may."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import ApiKey, Entry, Invitation, Kind, Member, Role, Team, User, Wallet
from tests.factories import PASSWORD, MemberFactory, UserFactory

LISTS = [
    reverse(f"admin:{page}_changelist")
    for page in (
        *("accounts_user", "accounts_team", "accounts_member", "accounts_invitation"),
        *("accounts_apikey", "accounts_wallet", "accounts_entry"),
    )
]


def page(name: str, *keys: object) -> str:
    return reverse(f"admin:{name}", args=keys)


def clerk(*permissions: str) -> Client:
    """The browser of a member of staff with these permissions and no more."""
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def invitation(alice: Member) -> Invitation:
    return Invitation.objects.create(team=alice.team, email="dora@example.com", token_hash="f" * 64, invited_by=alice)


@pytest.fixture
def api_key(bob: Member) -> ApiKey:
    return ApiKey.objects.create(member=bob, name="nightly", key_hash="e" * 64, ending="wxyz")


def test_a_stranger_is_sent_to_the_accounts_own_door(client: Client, db: None) -> None:
    answer = client.get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith(reverse("account_login"))
    assert client.post("/admin/login/", {"username": "a@example.com", "password": PASSWORD}).status_code == 302
    assert "_auth_user_id" not in client.session


def test_one_who_is_not_of_the_staff_gets_no_admin(alice: Member, browser_of) -> None:
    browser = browser_of(alice)
    for address in ("/admin/", *LISTS, page("accounts_wallet_grant", alice.team.wallet.pk)):
        assert browser.get(address, follow=True).status_code == 403


@pytest.mark.parametrize("address", LISTS)
def test_the_operator_sees_every_list(
    desk: Client, address: str, bob: Member, invitation: Invitation, api_key: ApiKey
) -> None:
    assert desk.get(address).status_code == 200
    assert desk.get(address, {"q": "alice"}).status_code == 200


def test_staff_without_the_permission_see_no_list_and_move_nothing(wallet: Wallet) -> None:
    browser = clerk("view_team", "view_wallet")
    assert browser.get(page("accounts_team_changelist")).status_code == 200
    assert browser.get(page("accounts_entry_changelist")).status_code == 403
    assert "Grant credits" not in browser.get(page("accounts_wallet_change", wallet.pk)).content.decode()
    for verb in ("grant", "adjust"):
        answer = browser.post(
            page(f"accounts_wallet_{verb}", wallet.pk), {"amount": 5, "reason": "a present", "seen": 0}
        )
        assert answer.status_code == 403
    assert Entry.objects.count() == 1


def test_the_lists_ask_as_often_for_many_rows_as_for_few(desk: Client, alice: Member) -> None:
    address = page("accounts_member_changelist")
    with CaptureQueriesContext(connection) as few:
        desk.get(address)
    MemberFactory.create_batch(10)
    with CaptureQueriesContext(connection) as many:
        desk.get(address)
    assert len(many) <= len(few)


# --- read-only ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["wallet", "entry", "apikey"])
def test_the_ledger_and_keys_take_no_change_from_anybody(
    desk: Client, wallet: Wallet, api_key: ApiKey, name: str
) -> None:
    row = {"wallet": wallet, "entry": wallet.entries.get(), "apikey": api_key}[name]
    before = type(row).objects.values().get(pk=row.pk)
    assert desk.get(page(f"accounts_{name}_change", row.pk)).status_code == 200
    assert desk.get(page(f"accounts_{name}_add")).status_code == 403
    assert desk.post(page(f"accounts_{name}_add"), {"team": wallet.team_id}).status_code == 403
    assert desk.post(page(f"accounts_{name}_change", row.pk), {"balance": 7, "amount": 7}).status_code == 403
    assert desk.post(page(f"accounts_{name}_delete", row.pk), {"post": "yes"}).status_code == 403
    desk.post(
        page(f"accounts_{name}_changelist"), {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"}
    )
    assert type(row).objects.values().get(pk=row.pk) == before


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


def test_a_key_shows_its_ending_and_never_its_hash(desk: Client, api_key: ApiKey) -> None:
    text = desk.get(page("accounts_apikey_change", api_key.pk)).content.decode()
    assert "wxyz" in text
    assert api_key.key_hash not in text


# --- credits --------------------------------------------------------------------------------------


def move(desk: Client, wallet: Wallet, verb: str, **said: object):
    newest = wallet.entries.values_list("pk", flat=True).first()
    return desk.post(page(f"accounts_wallet_{verb}", wallet.pk), {"seen": newest, **said}, follow=True)


def test_a_grant_is_an_entry_that_says_why_and_who(desk: Client, wallet: Wallet) -> None:
    answer = move(desk, wallet, "grant", amount=250, reason="spring campaign")
    entry = wallet.entries.first()
    wallet.refresh_from_db()
    assert (entry.kind, entry.amount, entry.member) == (Kind.GRANT, 250, None)
    assert entry.note == "operator@example.com: spring campaign"
    assert wallet.balance == 1250
    assert "The pool moved by +250 credits." in answer.content.decode()


def test_an_operator_of_the_team_answers_as_its_member(alice: Member, wallet: Wallet, browser_of) -> None:
    User.objects.filter(pk=alice.user_id).update(is_staff=True, is_superuser=True)
    move(browser_of(alice), wallet, "grant", amount=5, reason="test")
    entry = wallet.entries.first()
    assert (entry.member, entry.note) == (alice, "test")


@pytest.mark.parametrize("verb", ["grant", "adjust"])
@pytest.mark.parametrize("reason", ["", "   "])
def test_credits_do_not_move_without_a_reason(desk: Client, wallet: Wallet, verb: str, reason: str) -> None:
    answer = move(desk, wallet, verb, amount=5, reason=reason)
    assert "This field is required." in answer.content.decode()
    assert wallet.entries.count() == 1


@pytest.mark.parametrize(
    ("verb", "amount"), [("grant", 0), ("grant", -5), ("adjust", 0), ("grant", 10**10), ("grant", "x")]
)
def test_a_senseless_amount_gets_a_sentence_and_moves_nothing(
    desk: Client, wallet: Wallet, verb: str, amount: object
) -> None:
    answer = move(desk, wallet, verb, amount=amount, reason="because")
    assert "errorlist" in answer.content.decode()
    assert wallet.entries.count() == 1


def test_an_adjustment_takes_down_to_nothing_and_not_below(desk: Client, wallet: Wallet) -> None:
    answer = move(desk, wallet, "adjust", amount=-1001, reason="counted wrongly")
    assert "The pool has 1000 credits; 1001 cannot be taken." in answer.content.decode()
    assert "counted wrongly" in answer.content.decode()
    move(desk, wallet, "adjust", amount=-1000, reason="counted wrongly")
    wallet.refresh_from_db()
    assert (wallet.balance, wallet.entries.count()) == (0, 2)


def test_two_presses_of_the_button_are_one_grant(desk: Client, wallet: Wallet) -> None:
    said = {"amount": 250, "reason": "spring", "seen": wallet.entries.get().pk}
    address = page("accounts_wallet_grant", wallet.pk)
    desk.post(address, said)
    answer = desk.post(address, said, follow=True)
    assert "That was already entered; nothing was moved again." in answer.content.decode()
    assert wallet.entries.count() == 2
    desk.post(address, {**said, "seen": wallet.entries.first().pk})
    assert wallet.entries.count() == 3


def test_what_the_operator_did_stands_in_the_wallets_history(desk: Client, wallet: Wallet) -> None:
    move(desk, wallet, "grant", amount=250, reason="spring")
    assert "grant +250" in desk.get(page("accounts_wallet_history", wallet.pk)).content.decode()


# --- people ---------------------------------------------------------------------------------------


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


def test_an_entry_is_found_by_its_generation(desk: Client, wallet: Wallet) -> None:
    entry = Entry.objects.create(
        wallet=wallet, kind=Kind.HOLD, amount=-4, generation="0d7c33ce-9cb6-4b6e-b4d1-61cf56b30f55"
    )
    rows = desk.get(page("accounts_entry_changelist"), {"q": str(entry.generation)}).context["cl"].result_list
    assert list(rows) == [entry]
