"""The one way into the ledger: lines are appended and the pool moves by their sum, both or neither.

`append_plainly` says how, in the ORM's words. What a busy pool waits for is the wallet's row, so `append` holds its
lock for as short as each database lets it: PostgreSQL does both in one statement, without a word from us while the
row is locked, and SQLite in two. A test holds all forms to the same ledger.
"""

from collections.abc import Callable, Sequence

from django.db import connection, transaction
from django.db.models import F

from accounts.models import Entry, Wallet
from gptstudio.postgresql import PREPARED


class NotEnough(Exception):
    """The pool has fewer credits than were asked for. Nothing was moved."""

    def __init__(self, wanted: int, balance: int) -> None:
        super().__init__(f"{wanted} credits wanted, {balance} in the pool")
        self.wanted = wanted
        self.balance = balance


def append(wallet: int, lines: Sequence[Entry]) -> int:
    """Write `lines` and give the pool's new balance. Raises NotEnough, before anything is written.

    Raises IntegrityError where a line stands there already; a transaction around it is then good for nothing more.
    """
    for line in lines:
        line.wallet_id = wallet
    moved = sum(line.amount for line in lines)
    balance = FORMS.get(connection.vendor, append_plainly)(wallet, moved, lines)
    if balance is None:
        raise NotEnough(-moved, balance_of(wallet))
    return balance


def append_plainly(wallet: int, moved: int, lines: Sequence[Entry]) -> int | None:
    """The form to read: one guarded UPDATE, which takes the row's lock, and the lines. None for too small a pool."""
    with transaction.atomic(savepoint=False):
        if not Wallet.objects.filter(pk=wallet, balance__gte=-moved).update(balance=F("balance") + moved):
            return None
        Entry.objects.bulk_create(lines)
        return balance_of(wallet)


def balance_of(wallet: int) -> int:
    return Wallet.objects.values_list("balance", flat=True).get(pk=wallet)


COLUMNS = ("wallet_id", "kind", "amount", "generation", "member_id", "api_key_id", "note", "created")
FIELDS = [field for name in COLUMNS for field in Entry._meta.concrete_fields if field.attname == name]

AT_ONCE = """
WITH moved AS (
  UPDATE accounts_wallet SET balance = balance + %s WHERE id = %s AND balance >= %s RETURNING balance
), written AS (
  INSERT INTO accounts_entry (wallet_id, kind, amount, generation, member_id, api_key_id, note, created)
  SELECT line.wallet, line.kind, line.amount, line.generation, line.member, line.api_key, line.note, line.created
  FROM moved, unnest(
    %s::bigint[], %s::varchar[], %s::bigint[], %s::uuid[], %s::bigint[], %s::uuid[], %s::varchar[], %s::timestamptz[]
  ) WITH ORDINALITY AS line (wallet, kind, amount, generation, member, api_key, note, created, place)
  ORDER BY line.place
)
SELECT balance FROM moved
"""
MOVE = "UPDATE accounts_wallet SET balance = balance + %s WHERE id = %s AND balance >= %s RETURNING balance"
WRITE = """
INSERT INTO accounts_entry (wallet_id, kind, amount, generation, member_id, api_key_id, note, created)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""


def _append_at_once(wallet: int, moved: int, lines: Sequence[Entry]) -> int | None:
    """PostgreSQL: one statement, which is a transaction of its own where there is none around it."""
    columns = [[getattr(line, name) for line in lines] for name in COLUMNS]
    with transaction.mark_for_rollback_on_error(), connection.cursor() as cursor:
        cursor.execute(PREPARED + AT_ONCE, (moved, wallet, -moved, *columns))
        row = cursor.fetchone()
    return row and row[0]


def _append_in_two(wallet: int, moved: int, lines: Sequence[Entry]) -> int | None:
    """SQLite: its one writer waits for no network, so two statements are as good as one."""
    rows = [[field.get_db_prep_save(getattr(line, field.attname), connection) for field in FIELDS] for line in lines]
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(MOVE, (moved, wallet, -moved))
        if row := cursor.fetchone():
            cursor.executemany(WRITE, rows)
    return row and row[0]


FORMS: dict[str, Callable[[int, int, Sequence[Entry]], int | None]] = {
    "postgresql": _append_at_once,
    "sqlite": _append_in_two,
}
