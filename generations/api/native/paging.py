"""Which part of a list comes next? A cursor names the last row that was told, so what is added moves nothing.

It is signed for one list: what somebody has made up, or brings from another list, is no cursor.
"""

from datetime import datetime
from typing import Any, TypeVar

from django.core import signing
from django.db.models import Model, Q, QuerySet

from generations.dialects.serving import Refused, Why

Row = TypeVar("Row", bound=Model)
SALT = "generations.api.native."


def part(rows: QuerySet[Row], of: str, cursor: str | None, limit: int) -> tuple[list[Row], str | None]:
    """At most `limit` of the rows, the newest first, and the cursor of the next part. Raises Refused."""
    if cursor is not None:
        stamp, pk = open_cursor(of, cursor)
        created = datetime.fromisoformat(stamp)
        # The bound says nothing more: it is where an index begins, so that no part is slower than the first.
        rows = rows.filter(Q(created__lt=created) | Q(pk__lt=pk), created__lte=created)
    found = list(rows.order_by("-created", "-pk")[: limit + 1])
    shown = found[:limit]
    return shown, _after(of, shown[-1]) if len(found) > limit else None


def cursor_of(of: str, place: Any) -> str:
    """An opaque name for a place in a list."""
    return signing.dumps(place, salt=SALT + of)


def open_cursor(of: str, cursor: str) -> Any:
    """The place that a cursor names. Raises Refused."""
    try:
        return signing.loads(cursor, salt=SALT + of)
    except signing.BadSignature as wrong:
        raise Refused(Why.INVALID, "This is no cursor of this list.", "cursor") from wrong


def _after(of: str, row: Any) -> str:
    return cursor_of(of, [row.created.isoformat(), str(row.pk)])
