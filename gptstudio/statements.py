"""Statements of the busiest way: the ORM writes their SQL once, and from then on only values are filled in.

To write the SQL of a query costs Django some five times as long as to send it and to read the answer, and one picture
needs two dozen. What every picture asks stands as a queryset with `Given` in the place of each value; its SQL is
written when it is first asked, in the words of whichever database there is.
"""

import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, cached_property
from itertools import chain
from typing import Any, Generic, TypeVar

from django.db import connection, transaction
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.query import get_related_populators
from django.db.models.sql import InsertQuery, UpdateQuery
from django.db.transaction import TransactionManagementError

from gptstudio.postgresql import PREPARED

M = TypeVar("M", bound=Model)
Row = tuple[Any, ...]

MOST_ROWS = 16
"""Of one INSERT. On SQLite each number of rows is a statement of its own; PostgreSQL has one for all above one."""


class Given(Expression):
    """A value that is filled in each time."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:  # noqa: ARG002 Django's signature
        return "%s", (self,)


class Statement(Generic[M]):
    """A queryset whose SQL is written once. Its values are given by name; none that is compared with is None."""

    def __init__(self, queryset: Callable[[], QuerySet[M, Any]]) -> None:
        self._queryset = queryset
        self._changing: dict[tuple[tuple[str, object], ...], _Written] = {}

    def all(self, **given: Any) -> list[M]:
        """The objects that are found, with those that the queryset selects along."""
        return [*self._reading.objects(given)]

    def first(self, **given: Any) -> M | None:
        """Of a queryset that asks for no more than one."""
        return next(self._reading.objects(given), None)

    def rows(self, **given: Any) -> list[Row]:
        """The values of a `values_list`, as they come from the database."""
        return self._reading.rows(given)

    def update(self, changes: Mapping[str, Any], **given: Any) -> int:
        """Change what is found, and give the number of rows."""
        shape = tuple((name, value if _is_sql(value) else None) for name, value in changes.items())
        if shape not in self._changing:
            self._changing[shape] = _Written(self._update(changes))
        return self._changing[shape].change(given | {_new(name): value for name, value in changes.items()})

    @cached_property
    def _reading(self) -> "_Written":
        return _Written(self._queryset().query)

    def _update(self, changes: Mapping[str, Any]) -> Any:
        query: Any = self._queryset().query.chain(UpdateQuery)
        query.add_update_values(
            {name: value if _is_sql(value) else Given(_new(name)) for name, value in changes.items()}
        )
        return query


def _is_sql(value: Any) -> bool:
    """Whether it stands in the SQL itself: `F("tries") + 1`."""
    return hasattr(value, "resolve_expression")


def _new(name: str) -> str:
    return f"new {name}"


class _Written:
    """The SQL of one query, the values in it, and how its rows become objects."""

    def __init__(self, query: Any) -> None:
        self._locks = query.select_for_update
        self._compiler: Any = query.get_compiler(connection=connection)
        self._sql, self._values = _with_literals(*self._compiler.as_sql())

    def rows(self, given: Mapping[str, Any]) -> list[Row]:
        if self._locks and not connection.in_atomic_block:  # Django looks only when it writes the SQL
            raise TransactionManagementError("nothing is locked outside a transaction")
        with connection.cursor() as cursor:
            cursor.execute(self._sql, self._filled(given))
            return cursor.fetchall()

    def objects(self, given: Mapping[str, Any]) -> Iterator[Any]:
        """As Django makes them of its own queries: converted, and those that were selected along set beside."""
        rows = self.rows(given)
        for row in self._compiler.apply_converters(rows, self._converters) if self._converters else rows:
            found = self._info["model"].from_db(connection.alias, self._names, row[self._own])
            for other in self._others:
                other.populate(row, found)
            yield found

    def change(self, given: Mapping[str, Any]) -> int:
        with transaction.mark_for_rollback_on_error(), connection.cursor() as cursor:
            cursor.execute(self._sql, self._filled(given))
            return int(cursor.rowcount)

    def _filled(self, given: Mapping[str, Any]) -> list[Any]:
        return [_fit(given[each.name]) if isinstance(each, Given) else each for each in self._values]

    @cached_property
    def _info(self) -> dict[str, Any]:
        return self._compiler.klass_info

    @cached_property
    def _own(self) -> slice:
        return slice(self._info["select_fields"][0], self._info["select_fields"][-1] + 1)

    @cached_property
    def _names(self) -> list[str]:
        return [column.target.attname for column, *_ in self._compiler.select[self._own]]

    @cached_property
    def _others(self) -> list[Any]:
        populators: Any = get_related_populators  # whose stubs are those of a later Django
        return list(populators(self._info, self._compiler.select, connection.alias))

    @cached_property
    def _converters(self) -> dict[int, Any]:
        return self._compiler.get_converters([column for column, *_ in self._compiler.select])


def insert(*rows: Model) -> None:
    """Write down new objects of one kind, which have made their primary keys themselves."""
    for start in range(0, len(rows), MOST_ROWS):
        some = rows[start : start + MOST_ROWS]
        sql, fields = _inserting(type(some[0]), len(some))
        values = [[f.get_db_prep_save(f.pre_save(row, add=True), connection) for f in fields] for row in some]
        with transaction.mark_for_rollback_on_error(), connection.cursor() as cursor:
            cursor.execute(sql, _in_line(sql, values))
        for row in some:
            row._state.adding, row._state.db = False, connection.alias


def _with_literals(sql: str, values: Sequence[Any]) -> tuple[str, list[Any]]:
    """The same with the words and numbers that never change in the SQL itself, as a plan for any value needs them."""
    left = iter(values)
    given: list[Any] = []

    def written(place: re.Match[str]) -> str:
        match next(left):
            case str(word):
                return "'{}'".format(word.replace("'", "''").replace("%", "%%"))
            case int(number) if not isinstance(number, bool):
                return str(number)
            case value:
                given.append(value)
                return place[0]

    return PREPARED + re.sub("(?<!%)%s", written, sql), given


def _in_line(sql: str, rows: list[list[Any]]) -> list[Any]:
    """Row after row; or the columns whole, where Django has written many rows as arrays, as it does for PostgreSQL."""
    return (
        [list(column) for column in zip(*rows, strict=True)]
        if sql.count("%s") < len(rows) * len(rows[0])
        else list(chain(*rows))
    )


@cache
def _inserting(model: type[Model], count: int) -> tuple[str, Sequence["Field[Any, Any]"]]:
    fields = model._meta.concrete_fields
    query = InsertQuery(model)
    query.insert_values(fields, [model() for _ in range(count)])
    ((sql, _),) = query.get_compiler(connection=connection).as_sql()
    return PREPARED + sql, fields


def _fit(value: Any) -> Any:
    """A value as this database takes it."""
    match value:
        case uuid.UUID():
            return value if connection.features.has_native_uuid_field else value.hex
        case datetime():
            return connection.ops.adapt_datetimefield_value(value)
        case dict() | list():
            return connection.ops.adapt_json_value(value, None)
        case Model():
            return _fit(value.pk)
    return value
