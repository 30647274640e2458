"""Lists are read from an index, the newest first, and no part of one takes longer than the first."""

import re
import uuid

import pytest
from django.db import connection
from django.utils import timezone

from generations.api.native.paging import cursor_of, part
from generations.hooks import clearing, keeping
from generations.models import Asset, Delivery, Event, Use
from tests.generations.factories import AssetFactory

pytestmark = pytest.mark.django_db
LIBRARY = "library" if connection.vendor == "sqlite" else "(library|asset_list)"
"""Of two indexes over an empty table PostgreSQL takes either."""
EXPLAIN = {"sqlite": "EXPLAIN QUERY PLAN", "postgresql": "EXPLAIN"}


@pytest.fixture
def plan():
    """How the database goes about what a verb asks it first. PostgreSQL is made to think that its tables are long."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for way in ("seqscan", "bitmapscan", "sort", "incremental_sort"):
                cursor.execute(f"SET LOCAL enable_{way} = off")

    def explained(verb) -> str:
        asked = []

        def note(execute, sql, params, *more):
            asked.append((sql, params))
            return execute(sql, params, *more)

        with connection.execute_wrapper(note):
            verb()
        with connection.cursor() as cursor:
            cursor.execute(f"{EXPLAIN[connection.vendor]} {asked[0][0]}", asked[0][1])
            return "\n".join(str(line[-1]) for line in cursor.fetchall())

    return explained


def is_read_from(index: str, plan: str, bound: str = "") -> bool:
    """Whether the rows come in the order of the index, from `bound` on, and none is sorted."""
    begins = rf"{index} \(.*\b{bound}<|Index Cond: .*\b{bound} <=" if bound else index
    return bool(re.search(index, plan) and re.search(begins, plan)) and not re.search("TEMP B-TREE|Sort", plan)


def the_rest(rows) -> None:
    """The part that comes behind a cursor."""
    part(rows, "list", cursor_of("list", [timezone.now().isoformat(), str(uuid.uuid4())]), 20)


def test_each_page_of_the_library_begins_in_its_index(alice, plan):
    library = Asset.objects.library(alice.team)
    assert is_read_from(LIBRARY, plan(lambda: list(library[:20])))
    before = library.before(AssetFactory(member=alice))
    assert is_read_from(LIBRARY, plan(lambda: list(before[:20])), "created")


def test_each_part_of_the_list_of_assets_begins_in_its_index(alice, plan):
    rows = Asset.objects.for_team(alice.team).select_related("generation")
    assert is_read_from("asset_list", plan(lambda: part(rows, "list", None, 20)))
    assert is_read_from("asset_list", plan(lambda: the_rest(rows)), "created")
    assert is_read_from(LIBRARY, plan(lambda: the_rest(rows.filter(use=Use.REFERENCE))), "created")


def test_each_part_of_a_webhooks_deliveries_begins_in_its_index(alice, plan):
    webhook = keeping.add(alice, "https://example.com/", [Event.FAILED])
    assert is_read_from("delivery_list", plan(lambda: the_rest(Delivery.objects.filter(webhook=webhook))), "created")


def test_a_sweep_looks_for_old_deliveries_in_their_index(plan):
    assert is_read_from("delivery_over", plan(clearing.clear))
