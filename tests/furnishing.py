"""Tests that commit leave the tables as the migrations had furnished them. Nothing outside the tests can do that.

Django would empty every table, the ledger's guards would refuse, and the catalog would have to be loaded anew, row by
row, before each such test. Copies of the furnished tables beside them make it one short transaction.
"""

from collections.abc import Iterator
from functools import cache
from importlib import import_module

import pytest
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from pytest_django.plugin import DjangoDbBlocker

append_only = import_module("accounts.migrations.0002_append_only")
COPY = "furnished_"

LIFT = {
    "sqlite": append_only.UNGUARDS["sqlite"],
    "postgresql": ["ALTER TABLE accounts_entry DISABLE TRIGGER USER"],
}
SET_AGAIN = {
    "sqlite": append_only.GUARDS["sqlite"],
    # What the deletions still have to check would stand in the way of the last statement.
    "postgresql": ["SET CONSTRAINTS ALL IMMEDIATE", "ALTER TABLE accounts_entry ENABLE TRIGGER USER"],
}


@cache
def _tables() -> list[str]:
    return connection.introspection.django_table_names(only_existing=True, include_views=False)


@cache
def _furnished() -> list[str]:
    """The tables that the migrations put something into, each with its copy."""
    with connection.cursor() as cursor:
        return [table for table in _tables() if _holds(cursor, table)]


def _holds(cursor, table: str) -> bool:
    cursor.execute(f'SELECT 1 FROM "{table}" LIMIT 1')
    return cursor.fetchone() is not None


def _furnish_again(operations: BaseDatabaseOperations, _statements: object) -> None:
    flush(
        operations,
        [
            *LIFT[connection.vendor],
            *(f'DELETE FROM "{table}"' for table in _tables()),
            *(f'INSERT INTO "{table}" SELECT * FROM "{COPY}{table}"' for table in _furnished()),
            *SET_AGAIN[connection.vendor],
        ],
    )


flush = BaseDatabaseOperations.execute_sql_flush


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        for table in _furnished():
            cursor.execute(f'DROP TABLE IF EXISTS "{COPY}{table}"')
            cursor.execute(f'CREATE TABLE "{COPY}{table}" AS SELECT * FROM "{table}"')
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", _furnish_again)
        yield
