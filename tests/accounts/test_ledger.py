"""The ledger as the database keeps it: what raw SQL cannot do to it, and that each form of writing writes the same."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts import credits, ledger
from accounts.models import ApiKey, Entry, Kind, Member, Wallet

LINE = """
INSERT INTO accounts_entry (wallet_id, kind, amount, generation, note, created)
VALUES (%s, %s, %s, %s, '', '2026-03-14 12:00:00')
"""


def run(sql: str, *values: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


def append(wallet: Wallet, kind: str, amount: int, generation: uuid.UUID | None = None) -> None:
    field = Entry._meta.get_field("generation")
    run(LINE, wallet.pk, kind, amount, field.get_db_prep_save(generation, connection))


def told() -> list[dict[str, Any]]:
    return list(Entry.objects.order_by("pk").values())


@pytest.fixture
def captured(alice: Member) -> uuid.UUID:
    """A generation whose hold of 40 has ended with a capture of 28."""
    generation = uuid.uuid4()
    credits.hold(alice, {generation: 40})
    credits.capture(generation, 28)
    return generation


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE accounts_entry SET amount = amount * 2 WHERE kind = 'grant'",
        "UPDATE accounts_entry SET note = 'never happened'",
        "UPDATE accounts_entry SET generation = NULL WHERE kind = 'grant'",
        "DELETE FROM accounts_entry",
        "DELETE FROM accounts_entry WHERE kind = 'capture'",
        "INSERT INTO accounts_entry SELECT * FROM accounts_entry WHERE kind = 'grant' "
        "ON CONFLICT (id) DO UPDATE SET amount = 9",
    ],
)
def test_an_entry_is_never_changed_or_deleted(captured: uuid.UUID, attack: str) -> None:
    before = told()
    with pytest.raises(DatabaseError, match="never changed or deleted"):
        run(attack)
    assert told() == before


@pytest.mark.parametrize(
    "row", ["id, wallet_id, kind, 9 * amount, generation", "NULL, wallet_id, kind, -1, generation"]
)
def test_an_entry_is_never_replaced(captured: uuid.UUID, row: str) -> None:
    """SQLite's own way around a guard against deleting; PostgreSQL does not know the word."""
    before = told()
    with pytest.raises(DatabaseError):
        run(
            "INSERT OR REPLACE INTO accounts_entry (id, wallet_id, kind, amount, generation, note, created) "
            f"SELECT {row}, note, created FROM accounts_entry WHERE kind = 'capture'"
        )
    assert told() == before


@pytest.mark.parametrize("table", ["accounts_entry", "accounts_wallet CASCADE", "accounts_team CASCADE"])
def test_the_ledger_is_not_emptied_at_a_stroke(captured: uuid.UUID, table: str) -> None:
    """SQLite knows no TRUNCATE and refuses it as it would any other slip; its DELETE is refused above."""
    before = told()
    with pytest.raises(DatabaseError):
        run(f"TRUNCATE {table}")
    assert told() == before


@pytest.mark.parametrize("change", ["-1", "balance - 1001", "-9000000000"])
def test_a_pool_is_never_overdrawn(wallet: Wallet, change: str) -> None:
    with pytest.raises(IntegrityError, match="balance_not_negative"):
        run(f"UPDATE accounts_wallet SET balance = {change} WHERE id = %s", wallet.pk)
    wallet.refresh_from_db()
    assert wallet.balance == 1000


@pytest.mark.parametrize(
    ("kind", "amount"),
    [
        (Kind.GRANT, -5),
        (Kind.GRANT, 0),
        (Kind.HOLD, 5),
        (Kind.HOLD, 0),
        (Kind.RELEASE, -5),
        (Kind.CAPTURE, 5),
        (Kind.REFUND, -5),
        (Kind.ADJUST, 0),
        ("gift", 5),
        ("", 5),
    ],
)
def test_the_sign_of_an_entry_follows_its_kind(wallet: Wallet, kind: str, amount: int) -> None:
    before = told()
    with pytest.raises(IntegrityError, match=r"entry_(sign_follows_kind|names_generation)"):
        append(wallet, kind, amount, uuid.uuid4())
    assert told() == before


@pytest.mark.parametrize(
    ("kind", "amount"), [(Kind.HOLD, -40), (Kind.RELEASE, 40), (Kind.CAPTURE, -1), (Kind.CAPTURE, -28)]
)
def test_a_hold_and_its_end_are_written_once(wallet: Wallet, captured: uuid.UUID, kind: Kind, amount: int) -> None:
    before = told()
    with pytest.raises(IntegrityError):
        append(wallet, kind, amount, captured)
    assert told() == before


def test_a_refund_is_written_once(wallet: Wallet, captured: uuid.UUID) -> None:
    append(wallet, Kind.REFUND, 5, captured)
    with pytest.raises(IntegrityError):
        append(wallet, Kind.REFUND, 5, captured)


@pytest.mark.parametrize("kind", [Kind.HOLD, Kind.RELEASE, Kind.CAPTURE])
def test_a_hold_names_its_generation(wallet: Wallet, kind: Kind) -> None:
    with pytest.raises(IntegrityError, match="entry_names_generation"):
        append(wallet, kind, 5 if kind == Kind.RELEASE else -5)


def test_a_line_that_is_in_order_is_taken(wallet: Wallet) -> None:
    """What is refused above is refused for its own sake."""
    for kind, amount in ((Kind.GRANT, 5), (Kind.ADJUST, -5), (Kind.HOLD, -5), (Kind.RELEASE, 5)):
        append(wallet, kind, amount, uuid.uuid4())
    assert credits.total(wallet) == 1000


def test_the_guards_stand_after_the_last_migration(db: None) -> None:
    catalog = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'accounts_entry'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = 'accounts_entry'::regclass "
        "AND tgname LIKE 'accounts_entry%%' AND tgenabled = 'O'",
    }
    guards = {"sqlite": {"no_update", "no_delete", "no_replace"}, "postgresql": {"no_change", "no_truncate"}}
    with connection.cursor() as cursor:
        cursor.execute(catalog[connection.vendor])
        found = {name.removeprefix("accounts_entry_") for (name,) in cursor.fetchall()}
    assert found == guards[connection.vendor]


# --- the forms of writing -------------------------------------------------------------------------

Form = Callable[..., int | None]


@pytest.fixture
def forms(monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], None]]:
    """Choose, for what follows, the database's own form, and then the plain one."""
    own = dict(ledger.FORMS)
    assert connection.vendor in own
    return [lambda: monkeypatch.setattr(ledger, "FORMS", own), lambda: monkeypatch.setattr(ledger, "FORMS", {})]


def test_every_form_writes_the_same_ledger(
    alice: Member, bob: Member, wallet: Wallet, forms: list[Callable[[], None]]
) -> None:
    key = ApiKey.objects.create(member=bob, name="nightly", key_hash="e" * 64, ending="wxyz")
    ids = [uuid.uuid4() for _ in range(12)]

    def story() -> list[Any]:
        return [
            credits.grant(wallet, 50, "50 % more, 'for' “you” and 灯笼 \\ {x}", alice),
            credits.adjust(wallet, -7, "counted twice"),
            credits.hold(bob, dict.fromkeys(ids, 10), "twelve at once", key),
            credits.capture(ids[0], 10, "all"),
            credits.capture(ids[1], 3),
            credits.release(ids[2]),
            credits.refund(wallet, 4, "a grey picture", ids[0], alice),
            wallet.refresh_from_db(),
            wallet.balance,
        ]

    ledgers = []
    for choose in forms:
        choose()
        with time_machine.travel("2026-03-14T12:00:00.123456Z", tick=False), transaction.atomic():
            answers = story()
            ledgers.append((answers, [{**line, "id": None} for line in told()][1:]))
            transaction.set_rollback(True)
    assert ledgers[0] == ledgers[1]
    assert len(ledgers[0][1]) == 2 + 12 + 5 + 1


def test_every_form_refuses_alike_and_writes_nothing(
    bob: Member, wallet: Wallet, captured: uuid.UUID, forms: list[Callable[[], None]]
) -> None:
    before = told()
    for choose in forms:
        choose()
        with pytest.raises(credits.NotEnough) as short:
            ledger.append(wallet.pk, [Entry(kind=Kind.HOLD, amount=-973, generation=uuid.uuid4(), member=bob)])
        assert (short.value.wanted, short.value.balance) == (973, 972)
        with pytest.raises(IntegrityError), transaction.atomic():
            ledger.append(wallet.pk, [Entry(kind=Kind.RELEASE, amount=40, generation=captured)])
        wallet.refresh_from_db()
        assert (told(), wallet.balance) == (before, 972)


@pytest.mark.django_db(transaction=True)
def test_no_form_leaves_half_of_it_behind(
    bob: Member, wallet: Wallet, captured: uuid.UUID, forms: list[Callable[[], None]]
) -> None:
    """The second of two lines cannot be written: neither is the first, nor does the pool move."""
    before = told()
    for choose in forms:
        choose()
        with pytest.raises(IntegrityError):
            ledger.append(
                wallet.pk,
                [
                    Entry(kind=Kind.HOLD, amount=-5, generation=uuid.uuid4(), member=bob),
                    Entry(kind=Kind.RELEASE, amount=40, generation=captured),
                ],
            )
        wallet.refresh_from_db()
        assert (told(), wallet.balance) == (before, 972)


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_caught_a_broken_rule_is_not_committed(
    bob: Member, wallet: Wallet, captured: uuid.UUID, forms: list[Callable[[], None]]
) -> None:
    """Whoever swallows the error inside a transaction cannot commit half of a move."""

    @transaction.atomic
    def swallow() -> None:
        Wallet.objects.filter(pk=wallet.pk).update(balance=500)
        try:
            ledger.append(wallet.pk, [Entry(kind=Kind.RELEASE, amount=40, generation=captured)])
        except IntegrityError:
            credits.total(wallet)

    before = told()
    for choose in forms:
        choose()
        with pytest.raises(DatabaseError):
            swallow()
        wallet.refresh_from_db()
        assert (told(), wallet.balance) == (before, 972)
