"""The operator's desk: who gets in, what its lists show, and what moves credits there."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import ApiKey, Entry, Invitation, Kind, Member, User, Wallet
from tests.accounts.desk import clerk, page
from tests.factories import PASSWORD, MemberFactory

LISTS = [
    reverse(f"admin:{page}_changelist")
    for page in (
        *("accounts_user", "accounts_team", "accounts_member", "accounts_invitation"),
        *("accounts_apikey", "accounts_wallet", "accounts_entry"),
    )
]


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


# --- credits --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["wallet", "entry"])
def test_the_ledger_takes_no_change_from_anybody(desk: Client, wallet: Wallet, name: str) -> None:
    row = {"wallet": wallet, "entry": wallet.entries.get()}[name]
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


def test_an_entry_is_found_by_its_generation(desk: Client, wallet: Wallet) -> None:
    entry = Entry.objects.create(
        wallet=wallet, kind=Kind.HOLD, amount=-4, generation="0d7c33ce-9cb6-4b6e-b4d1-61cf56b30f55"
    )
    rows = desk.get(page("accounts_entry_changelist"), {"q": str(entry.generation)}).context["cl"].result_list
    assert list(rows) == [entry]
