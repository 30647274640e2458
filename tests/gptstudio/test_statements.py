"""What is written once says the same as the ORM does each time, on either database."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from generations.models import Attempt, Generation, Job, State
from gptstudio.statements import MOST_ROWS, Given, Statement, insert
from tests.generations.factories import AttemptFactory, JobFactory

pytestmark = pytest.mark.django_db

WHOLE = Statement(
    lambda: Attempt.objects.filter(pk=Given("pk"), sent__lte=Given("now")).select_related("provider", "generation__job")
)
STAGES = Statement(lambda: Attempt.objects.filter(stage__in=("sending", "accepted")).values_list("stage"))
ONE = Statement(lambda: Attempt.objects.filter(pk=Given("pk"), lease=Given("lease")))


@pytest.fixture
def attempt() -> Attempt:
    return AttemptFactory(result={"url": "https://example.com/a.png", "came": {"size": "1x1"}}, lease="a lease")


def plain(row) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_a_row_comes_as_the_orm_would_bring_it_and_so_does_what_is_selected_along(attempt):
    orm = Attempt.objects.select_related("provider", "generation__job").get()
    with CaptureQueriesContext(connection) as asked:
        found = WHOLE.first(pk=attempt.pk, now=timezone.now())
        assert found
        beside = (found.provider, found.generation, found.generation.job)
    assert len(asked) == 1
    assert plain(found) == plain(orm)
    assert [plain(row) for row in beside] == [plain(row) for row in (orm.provider, orm.generation, orm.generation.job)]


def test_other_values_find_other_rows(attempt):
    assert WHOLE.all(pk=attempt.pk, now=attempt.sent - timedelta(seconds=1)) == []
    assert WHOLE.first(pk=uuid.uuid4(), now=timezone.now()) is None
    assert [row.pk for row in WHOLE.all(pk=attempt.pk, now=timezone.now())] == [attempt.pk]
    assert STAGES.rows() == [("sending",)]


def test_its_sql_is_written_once(attempt):
    written: list[int] = []

    def queryset():
        written.append(1)
        return Attempt.objects.filter(pk=Given("pk"))

    statement = Statement(queryset)
    for _ in range(3):
        assert statement.first(pk=attempt.pk) == attempt
    assert written == [1]


def test_a_change_writes_every_kind_of_value(attempt):
    now = timezone.now()
    changes = {
        "lease": "",
        "lease_until": None,
        "result": {"url": "…", "asked_again": True},
        "due_at": now,
        "is_lost": True,
        "tries": F("tries") + 1,
        "provider": attempt.provider,
    }
    assert ONE.update(changes, pk=attempt.pk, lease="a lease") == 1
    assert ONE.update(changes, pk=attempt.pk, lease="a lease") == 0, "the lease is gone"
    row = Attempt.objects.get()
    assert (row.lease, row.lease_until, row.result, row.due_at) == ("", None, changes["result"], now)
    assert (row.is_lost, row.tries, row.provider) == (True, attempt.tries + 1, attempt.provider)


def test_the_same_columns_may_take_other_values_next_time(attempt):
    now = timezone.now()
    for until, tries in ((now, 1), (None, F("tries") + 4), (now, 2)):
        assert ONE.update({"lease_until": until, "tries": tries}, pk=attempt.pk, lease="a lease") == 1
        attempt.refresh_from_db()
        assert attempt.lease_until == until
    assert attempt.tries == 2


def test_what_is_inserted_is_what_the_orm_reads():
    like = JobFactory()
    job = Job(**{**plain(like), "id": uuid.uuid4(), "key": "another", "brief_json": {"prompt": "a “lamp”"}})
    insert(job)
    assert not job._state.adding
    assert plain(Job.objects.get(pk=job.pk)) == plain(job)


def test_what_may_not_stand_there_twice_is_refused_and_its_transaction_is_over():
    job = JobFactory()
    with transaction.atomic():
        with pytest.raises(IntegrityError):
            insert(Job(**plain(job)))
        assert connection.needs_rollback
        transaction.set_rollback(True)
    assert Job.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_locks_is_asked_in_a_transaction_or_not_at_all(attempt):
    locked = Statement(lambda: Attempt.objects.filter(pk=Given("pk")).select_for_update())
    with transaction.atomic():
        assert locked.first(pk=attempt.pk) == attempt
    with pytest.raises(transaction.TransactionManagementError):
        locked.first(pk=attempt.pk)


def test_a_move_drops_no_filter_without_a_word(attempt):
    with pytest.raises(TypeError):
        Generation.objects.filter(position=2).move(attempt.generation_id, State.FAILED)


def test_what_never_changes_stands_in_the_sql_as_it_is(attempt):
    """Quotation marks and per cents are words like any other, and a number or a truth keeps its kind."""
    odd = "100 % 'sure' %s {x} \\ 灯笼"
    Attempt.objects.update(upstream_name=odd)
    found = Statement(lambda: Attempt.objects.filter(upstream_name=odd, tries=0, is_lost=False, pk=Given("pk")))
    other = Statement(lambda: Attempt.objects.filter(upstream_name=f"{odd} ", pk=Given("pk")))
    assert found.first(pk=attempt.pk) == attempt
    assert other.first(pk=attempt.pk) is None


def test_many_are_inserted_as_one_is(attempt):
    """More than one statement takes."""
    job = attempt.generation.job
    made = [Generation(job=job, member=job.member, position=place, held=place) for place in range(2, 2 + MOST_ROWS + 3)]
    insert(*made)
    kept = {row.pk: row for row in Generation.objects.exclude(pk=attempt.generation_id)}
    assert {pk: plain(row) for pk, row in kept.items()} == {row.pk: plain(row) for row in made}
