"""Lets Django empty the ledger's table between tests that commit. Nothing outside the tests can do that."""

from collections.abc import Iterable, Iterator
from importlib import import_module

import pytest
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations

append_only = import_module("accounts.migrations.0002_append_only")
flush = BaseDatabaseOperations.execute_sql_flush


def _flush_with_the_ledger(operations: BaseDatabaseOperations, statements: Iterable[str]) -> None:
    """Lift the guards, empty the tables and set the guards again, all in the one transaction of a flush."""
    vendor = connection.vendor
    flush(operations, [*append_only.UNGUARDS[vendor], *statements, *append_only.GUARDS[vendor]])


@pytest.fixture(scope="session", autouse=True)
def _ledger_can_be_flushed() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", _flush_with_the_ledger)
        yield
