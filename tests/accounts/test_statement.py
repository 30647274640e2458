"""The statement: every entry, and what was in the pool after it."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import credits
from accounts.models import Entry, Kind, Member, Wallet
from accounts.statement import PAGE, read_statement
from tests.factories import MemberFactory

BrowserOf = Callable[[Member], Client]


@pytest.fixture
def busy(alice: Member, bob: Member, wallet: Wallet) -> Wallet:
    """A pool with 121 entries of two members: a grant, then sixty holds with one ending each."""
    for number in range(40):
        generation = uuid.uuid4()
        credits.hold(alice if number % 4 else bob, {generation: 10})
        if number % 2:
            credits.release(generation)
        else:
            credits.capture(generation, 5 + number % 3)
    wallet.refresh_from_db()
    return wallet


def expected(wallet: Wallet) -> list[tuple[int, int]]:
    """Each entry and the running sum, counted up from the first, newest first."""
    sums, balance = [], 0
    for pk, amount in Entry.objects.filter(wallet=wallet).order_by("pk").values_list("pk", "amount"):
        balance += amount
        sums.append((pk, balance))
    return sums[::-1]


def read_all(wallet: Wallet, **narrowed: Any) -> list[tuple[int, int]]:
    """Every page of a statement, one after the other."""
    read, before = [], None
    while True:
        page = read_statement(wallet, before=before, **narrowed)
        assert len(page.lines) <= PAGE
        read += [(line.entry.pk, line.balance) for line in page.lines]
        before = page.before
        if before is None:
            return read


def test_the_balance_after_each_entry_is_the_sum_so_far(busy: Wallet) -> None:
    assert read_all(busy) == expected(busy)
    assert read_all(busy)[0][1] == busy.balance


def test_narrowed_to_a_member_the_balance_is_still_the_pools(busy: Wallet, bob: Member) -> None:
    of_bob = set(Entry.objects.filter(member=bob).values_list("pk", flat=True))
    assert read_all(busy, member=bob) == [line for line in expected(busy) if line[0] in of_bob]


@pytest.mark.parametrize("kind", Kind)
def test_narrowed_to_a_kind_the_balance_is_still_the_pools(busy: Wallet, kind: Kind) -> None:
    of_kind = set(Entry.objects.filter(kind=kind).values_list("pk", flat=True))
    assert read_all(busy, kind=kind) == [line for line in expected(busy) if line[0] in of_kind]


def test_entries_that_come_meanwhile_move_no_page(busy: Wallet, bob: Member) -> None:
    first = read_statement(busy)
    whole = read_all(busy)
    credits.hold(bob, {uuid.uuid4(): 10})
    rest = read_statement(busy, before=first.before)
    assert [(line.entry.pk, line.balance) for line in (*first.lines, *rest.lines)] == whole[: 2 * PAGE]


@pytest.mark.parametrize(("entries", "pages"), [(PAGE, 1), (PAGE + 1, 2)])
def test_a_full_page_is_followed_by_one_only_if_there_is_more(wallet: Wallet, entries: int, pages: int) -> None:
    for _ in range(entries - 1):
        credits.grant(wallet, 1, "drop by drop")
    assert (read_statement(wallet).before is None) == (pages == 1)


def test_an_empty_pool_has_an_empty_statement(db: None) -> None:
    assert read_statement(MemberFactory().team.wallet).lines == ()


def test_anothers_entries_are_not_in_it(busy: Wallet, charlie: Member) -> None:
    assert [line.entry.wallet_id for line in read_statement(charlie.team.wallet).lines] == [charlie.team.wallet.pk]
    assert read_statement(charlie.team.wallet).lines[0].balance == 1000


def test_the_page_shows_who_what_and_how_much_is_left(bob: Member, browser_of: BrowserOf) -> None:
    generation = uuid.uuid4()
    credits.hold(bob, {generation: 40})
    credits.capture(generation, 28)
    page = browser_of(bob).get(reverse("statement")).content.decode()
    for shown in (
        "First credits",
        "Bob",
        "Alice",
        "+1,000",
        "-28",
        "972",
        f'href="{reverse("generation", args=(generation,))}"',
    ):
        assert shown in page


def test_the_page_leads_on_and_keeps_what_it_was_narrowed_to(
    busy: Wallet, alice: Member, browser_of: BrowserOf
) -> None:
    browser = browser_of(alice)
    page = browser.get(reverse("statement"), {"member": alice.pk})
    assert [line.entry.member for line in page.context["page"].lines] == [alice] * PAGE
    older = browser.get(f"{reverse('statement')}?{page.context['older']}")
    assert {line.entry.member for line in older.context["page"].lines} == {alice}
    assert older.context["page"].lines[0].entry.pk < page.context["page"].lines[-1].entry.pk


@pytest.mark.parametrize(
    "query", ["before=x", "before=-1", "before=0", f"before={2**70}", "kind=gift", "member=0", "member=x"]
)
def test_a_question_that_makes_no_sense_shows_everything(
    alice: Member, wallet: Wallet, browser_of: BrowserOf, query: str
) -> None:
    page = browser_of(alice).get(f"{reverse('statement')}?{query}")
    assert page.status_code == 200
    assert len(page.context["page"].lines) == 1


def test_a_stranger_of_another_team_is_no_member_to_ask_for(
    alice: Member, charlie: Member, browser_of: BrowserOf
) -> None:
    page = browser_of(alice).get(reverse("statement"), {"member": charlie.pk})
    assert "charlie" not in page.content.decode().lower()


def test_a_page_costs_the_same_however_many_entries(
    busy: Wallet, alice: Member, browser_of: BrowserOf, django_assert_max_num_queries: Any
) -> None:
    browser = browser_of(alice)
    with django_assert_max_num_queries(10):
        browser.get(reverse("statement"))
