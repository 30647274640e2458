"""The ledger as the database keeps it: what raw SQL cannot do to it."""

import uuid
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts import credits
from accounts.models import Entry, Kind, Member, Wallet


def run(sql: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.fixture
def captured(alice: Member) -> uuid.UUID:
    """A generation whose hold of 40 has ended with a capture of 28."""
    generation = uuid.uuid4()
    credits.hold(alice, {generation: 40})
    credits.capture(generation, 28)
    return generation


def append(wallet: Wallet, kind: Kind, amount: int, generation: uuid.UUID | None = None) -> None:
    Entry.objects.bulk_create([Entry(wallet=wallet, kind=kind, amount=amount, generation=generation)])


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE accounts_entry SET amount = amount * 2 WHERE kind = 'grant'",
        "UPDATE accounts_entry SET note = 'never happened'",
        "DELETE FROM accounts_entry",
        "DELETE FROM accounts_entry WHERE kind = 'capture'",
    ],
)
def test_an_entry_is_never_changed_or_deleted(captured: uuid.UUID, attack: str) -> None:
    before = list(Entry.objects.values())
    with pytest.raises(DatabaseError, match="never changed or deleted"):
        run(attack)
    assert list(Entry.objects.values()) == before


def test_the_ledger_is_not_emptied_at_a_stroke(captured: uuid.UUID) -> None:
    if connection.vendor != "postgresql":
        return  # SQLite knows no TRUNCATE; its DELETE is refused above
    with pytest.raises(DatabaseError):
        run("TRUNCATE accounts_entry")


def test_a_balance_is_never_below_zero(wallet: Wallet) -> None:
    with pytest.raises(DatabaseError):
        run("UPDATE accounts_wallet SET balance = -1 WHERE id = %s", wallet.pk)


@pytest.mark.parametrize(
    ("kind", "amount"),
    [
        (Kind.GRANT, -5),
        (Kind.HOLD, 5),
        (Kind.RELEASE, -5),
        (Kind.CAPTURE, 5),
        (Kind.REFUND, -5),
        (Kind.ADJUST, 0),
        ("gift", 5),
    ],
)
def test_the_sign_of_an_entry_follows_its_kind(wallet: Wallet, kind: Kind, amount: int) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        append(wallet, kind, amount, uuid.uuid4())


@pytest.mark.parametrize(
    ("kind", "amount"), [(Kind.HOLD, -40), (Kind.RELEASE, 40), (Kind.CAPTURE, -1), (Kind.CAPTURE, -28)]
)
def test_a_hold_and_its_end_are_written_once(wallet: Wallet, captured: uuid.UUID, kind: Kind, amount: int) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        append(wallet, kind, amount, captured)


@pytest.mark.parametrize("kind", [Kind.HOLD, Kind.RELEASE, Kind.CAPTURE])
def test_a_hold_names_its_generation(wallet: Wallet, kind: Kind) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        append(wallet, kind, 5 if kind == Kind.RELEASE else -5)
