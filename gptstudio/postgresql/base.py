"""Django's own backend, but for what its pool does with a line that turns out to be dead."""

from collections.abc import Callable
from typing import ClassVar

import psycopg
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool


class DatabaseWrapper(base.DatabaseWrapper):
    """One dead line has the whole pool looked through.

    A restarted database leaves every idle line dead. Django's pool finds that out line by line and waits longer after
    each: with five of them the first visitor would be turned away, though the database is long back.
    """

    # Django's own, which its stubs leave out.
    _connection_pools: ClassVar[dict[str, ConnectionPool]]
    _configure_connection: Callable[[psycopg.Connection], None]

    @property
    def pool(self) -> ConnectionPool | None:
        if self.alias != NO_DB_ALIAS and self.alias not in self._connection_pools:
            self._connection_pools.setdefault(self.alias, self._new_pool())
        return super().pool

    def _new_pool(self) -> ConnectionPool:
        def check(line: psycopg.Connection) -> None:
            try:
                ConnectionPool.check_connection(line)
            except psycopg.Error:
                pool.check()
                raise

        pool = ConnectionPool(
            kwargs={**self.get_connection_params(), "autocommit": True},
            open=False,
            configure=self._configure_connection,
            check=check,
            **self.settings_dict["OPTIONS"]["pool"],
        )
        return pool
