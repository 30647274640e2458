"""What the usage page says, against a month that was worked out by hand."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Entry, Kind, Member
from generations.doubts import settle
from generations.models import Attempt
from generations.usage import Figures, Grouping, Report, Scope, report
from tests.factories import UserFactory
from tests.generations.books import delivered, submitted
from tests.generations.factories import AttemptFactory
from tests.generations.month import Month, live_through

FIRST, SECOND = date(2026, 3, 2), date(2026, 3, 3)
BOTH = Scope(FIRST, SECOND)


@pytest.fixture
def month(alice: Member, bob: Member, charlie: Member) -> Month:
    return live_through(alice, bob, charlie)


def figures(answer: Report) -> dict[object, Figures]:
    return {row.key: row.figures for row in answer.rows}


LANTERNS = Figures(
    jobs=4,
    pictures=4,
    captured=30,
    refunded=7,
    released=56,
    held_now=4,
    calls=8,
    cost=200_000,
    lost=30_000,
    doubted=30_000,
    faults=Counter(refused=1, unknown=1),
)
STRANGERS = Figures(jobs=2, pictures=1, captured=6, released=6, held_now=6, calls=1, cost=50_000)


def test_each_team_has_spent_what_its_pictures_cost_less_what_was_refunded(
    month: Month, alice: Member, charlie: Member
) -> None:
    by_team = figures(report(BOTH, Grouping.TEAM))
    assert by_team == {alice.team_id: LANTERNS, charlie.team_id: STRANGERS}
    assert by_team[alice.team_id].spent == 23


def test_a_refund_belongs_to_whose_picture_it_was_and_not_to_who_gave_it(
    month: Month, alice: Member, bob: Member
) -> None:
    by_member = figures(report(replace(BOTH, team=alice.team_id), Grouping.MEMBER))
    assert (by_member[bob.pk].captured, by_member[bob.pk].refunded, by_member[bob.pk].spent) == (24, 7, 17)
    assert (by_member[alice.pk].captured, by_member[alice.pk].refunded) == (6, 0)
    assert (by_member[bob.pk].jobs, by_member[bob.pk].pictures, by_member[bob.pk].failed) == (3, 3, 2)


def test_an_image_model_carries_the_pictures_made_with_it(month: Month) -> None:
    by_model = figures(report(BOTH, Grouping.IMAGE_MODEL))
    assert (by_model[month.a.pk].pictures, by_model[month.a.pk].spent, by_model[month.a.pk].cost) == (3, 17, 150_000)
    assert (by_model[month.b.pk].pictures, by_model[month.b.pk].spent, by_model[month.b.pk].cost) == (2, 12, 100_000)


def test_a_picture_belongs_to_the_provider_that_made_it_and_a_call_to_the_one_called(month: Month) -> None:
    by_provider = figures(report(BOTH, Grouping.PROVIDER))
    p, q, none = by_provider[month.p.pk], by_provider[month.q.pk], by_provider[None]
    assert (p.jobs, p.pictures, p.captured, p.refunded, p.calls, p.cost, p.lost) == (3, 3, 24, 7, 7, 150_000, 30_000)
    assert (q.jobs, q.pictures, q.captured, q.refunded, q.calls, q.cost, q.lost) == (2, 2, 12, 0, 2, 100_000, 0)
    assert (none.jobs, none.held_now, none.calls) == (1, 6, 0)


def test_a_refund_counts_on_the_day_it_was_given(month: Month) -> None:
    by_day = figures(report(BOTH, Grouping.DAY))
    assert (by_day[FIRST].jobs, by_day[FIRST].captured, by_day[FIRST].spent) == (2, 30, 30)
    assert (by_day[SECOND].jobs, by_day[SECOND].captured, by_day[SECOND].refunded, by_day[SECOND].spent) == (
        4,
        6,
        7,
        -1,
    )
    assert figures(report(Scope(SECOND, SECOND), Grouping.DAY)) == {SECOND: by_day[SECOND]}


@pytest.mark.parametrize("grouping", Grouping)
def test_the_total_is_what_the_ledger_adds_up_to_however_it_is_grouped(month: Month, grouping: Grouping) -> None:
    total = report(BOTH, grouping).total
    booked = dict(Entry.objects.values_list("kind").annotate(Sum("amount")).order_by())
    assert total.captured == -booked[Kind.CAPTURE]
    assert total.refunded == booked[Kind.REFUND]
    assert total.released == booked[Kind.RELEASE]
    assert total.held_now == -booked[Kind.HOLD] - booked[Kind.RELEASE]
    assert (total.jobs, total.pictures, total.failed, total.calls, total.cost, total.lost) == (
        6,
        5,
        2,
        9,
        250_000,
        30_000,
    )


@pytest.mark.parametrize("grouping", Grouping)
def test_rows_and_days_both_add_up_to_the_total(month: Month, grouping: Grouping) -> None:
    answer = report(BOTH, grouping)
    money = ("captured", "refunded", "released", "held_now", "cost", "lost", "doubted")
    for name in ("pictures", "calls", "failed", "jobs", *money):
        for rows in (answer.rows, answer.days):
            assert sum(getattr(row.figures, name) for row in rows) == getattr(answer.total, name), name


def test_what_a_person_found_out_corrects_the_books_of_the_day_it_was_sent(month: Month) -> None:
    (doubted,) = Attempt.objects.unresolved()
    other = AttemptFactory(generation=doubted.generation, route=doubted.route, sent=doubted.sent)
    Attempt.objects.filter(pk=other.pk).update(stage="unknown", is_lost=True, ended=doubted.ended)
    by = UserFactory()
    assert losses() == (280_000, 60_000, 60_000)
    settle([doubted.pk], by, billed=True)
    assert losses() == (280_000, 60_000, 30_000)
    settle([other.pk], by, billed=False)
    assert losses() == (250_000, 30_000, 0)


def test_a_picture_that_came_late_was_paid_for_by_the_house(month: Month) -> None:
    before = report(BOTH, Grouping.TEAM).total
    (doubted,) = Attempt.objects.unresolved()
    delivered(doubted)
    assert losses() == (250_000, 30_000, 0)
    assert replace(report(BOTH, Grouping.TEAM).total, doubted=before.doubted) == before


def losses() -> tuple[int, int, int]:
    total = report(BOTH, Grouping.TEAM).total
    return total.cost, total.lost, total.doubted


def test_a_scope_leaves_out_all_others(month: Month, alice: Member, bob: Member) -> None:
    for scope in (replace(BOTH, team=alice.team_id), replace(BOTH, provider=month.p.pk), replace(BOTH, member=bob.pk)):
        answer = report(scope, Grouping.MEMBER)
        assert answer.total.refunded == 7
        assert answer.total.captured == (30 if scope.team else 24)
    assert report(replace(BOTH, image_model=month.b.pk), Grouping.TEAM).total.captured == 12


def test_days_without_anything_are_still_drawn_and_not_tabled(month: Month) -> None:
    answer = report(Scope(FIRST, SECOND + timedelta(days=3)), Grouping.DAY)
    assert [row.key for row in answer.rows] == [SECOND, FIRST]
    assert len(answer.days) == 5


def test_a_day_begins_at_midnight_of_the_active_zone(bob: Member) -> None:
    with time_machine.travel("2026-03-02T23:30:00Z", tick=False):
        submitted(bob)
    with timezone.override("Asia/Shanghai"):
        assert report(Scope(FIRST, FIRST), Grouping.TEAM).total.jobs == 0
        answer = report(Scope(SECOND, SECOND), Grouping.DAY)
    assert (answer.total.jobs, answer.total.held_now) == (1, 4)
    assert [row.key for row in answer.rows] == [SECOND]


def test_faults_stand_in_the_order_of_the_vocabulary(month: Month) -> None:
    assert report(BOTH, Grouping.TEAM).faults == ["refused", "unknown"]


def test_names_are_read_from_the_rows_they_stand_for(month: Month, bob: Member) -> None:
    assert [row.name for row in report(BOTH, Grouping.TEAM).rows] == ["Lanterns", "Strangers"]
    assert {row.name for row in report(BOTH, Grouping.PROVIDER).rows} == {"P", "Q", ""}
    assert "bob@example.com (Lanterns)" in {row.name for row in report(BOTH, Grouping.MEMBER).rows}


@pytest.mark.parametrize("grouping", Grouping)
def test_a_report_asks_six_questions_at_most(month: Month, grouping: Grouping) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        report(BOTH, grouping)
    assert len(asked) <= 6


def test_an_empty_studio_has_an_empty_report(db: None) -> None:
    answer = report(BOTH, Grouping.TEAM)
    assert (answer.rows, answer.total, len(answer.days)) == ([], Figures(), 2)


def test_midnight_is_the_zones_own_even_where_the_clock_changes() -> None:
    with timezone.override("Europe/Berlin"):
        lookups = Scope(date(2026, 3, 29), date(2026, 3, 29)).lookups()
    assert lookups["at__lt"].timestamp() - lookups["at__gte"].timestamp() == 23 * 3600
