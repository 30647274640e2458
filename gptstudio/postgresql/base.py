"""Django's own backend, but for what is prepared, and for what its pool does with a line that turns out to be dead."""

import select
import time
from collections.abc import Callable
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import psycopg
from django.db.backends.base.base import NO_DB_ALIAS
from django.db.backends.postgresql import base
from psycopg_pool import ConnectionPool

from gptstudio.postgresql import PREPARED

RESTED = 2.0
"""Seconds after which a line that nobody took up is asked whether it lives. A host that vanished has said nothing."""


class Cursor(base.ServerBindingCursor):
    """Prepares what asks for it, and nothing else."""

    def execute(self, query: Any, params: Any = None, *, prepare: bool | None = None, **how: Any) -> "Cursor":
        is_prepared = prepare or (isinstance(query, str) and query.startswith(PREPARED))
        super().execute(query, params, prepare=is_prepared, **how)  # type: ignore[misc] # not in the stubs
        return self


class DatabaseWrapper(base.DatabaseWrapper):
    """One dead line has the whole pool looked through, and one that was in use a moment ago is not asked again.

    A restarted database leaves every idle line dead. Django's pool finds that out line by line and waits longer after
    each: with five of them the first visitor would be turned away, though the database is long back. And it asks each
    line whether it is alive whenever somebody takes it up, which is half a dozen questions a picture; of one that was
    in use a moment ago, a database that went away has said so.
    """

    # Django's own, which its stubs leave out.
    _connection_pools: ClassVar[dict[str, ConnectionPool]]
    _configure_connection: Callable[[psycopg.Connection], None]

    @property
    def pool(self) -> ConnectionPool | None:
        if self.alias != NO_DB_ALIAS and self.alias not in self._connection_pools:
            self._connection_pools.setdefault(self.alias, self._new_pool())
        return super().pool

    def get_connection_params(self) -> dict[str, Any]:
        return super().get_connection_params() | {"cursor_factory": Cursor}

    def _new_pool(self) -> ConnectionPool:
        asked: WeakKeyDictionary[psycopg.Connection, float] = WeakKeyDictionary()

        def check(line: psycopg.Connection) -> None:
            now = time.monotonic()
            is_fresh = now - asked.get(line, -RESTED) < RESTED
            asked[line] = now
            if is_fresh and _is_silent(line):
                return
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


def _is_silent(line: psycopg.Connection) -> bool:
    """Whether nothing has come on a line that nobody asked anything: neither a last word nor its end."""
    poll = select.poll()
    poll.register(line.fileno(), select.POLLIN)
    return not poll.poll(0)
