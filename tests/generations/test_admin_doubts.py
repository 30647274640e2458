"""The open unknowns at the desk: each with why it is in doubt and what to do about it, for those who may see them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Member
from generations.faults import Kind
from generations.models import Attempt, Route, Stage
from tests.generations.books import delivered, failed, sent, submitted
from tests.generations.factories import RouteFactory
from tests.generations.losing import PAGE, Lose, clerk, losing, say, shown


@pytest.fixture
def route(db: None) -> Route:
    return RouteFactory(provider__name="Upstream", cost=30_000)


@pytest.fixture
def lose(bob: Member, route: Route) -> Lose:
    return losing(bob, route)


def test_where_nothing_is_in_doubt_the_page_says_so(desk: Client) -> None:
    assert "Nothing is in doubt: every call has its verdict." in shown(desk)


def test_a_doubt_shows_what_a_person_needs_to_look_it_up(desk: Client, lose: Lose) -> None:
    attempt = lose(upstream_id="task-4711")
    text = shown(desk)
    job = attempt.generation.job
    for wanted in ("Upstream", "task-4711", job.prompt, str(job.team), "$0.03"):
        assert wanted in text
    assert reverse("admin:generations_job_change", args=(job.pk,)) in text
    assert reverse("admin:generations_attempt_change", args=(attempt.pk,)) in text


@pytest.mark.parametrize(
    ("kind", "changes", "why", "advice"),
    [
        (Kind.UNKNOWN, {}, "The line broke before an answer came", "Look in the bill of Upstream for a call sent at "),
        (Kind.UNKNOWN, {"upstream_id": "t"}, "Accepted, and no verdict before the deadline", "Look the id up at Upst"),
        (Kind.GARBLED, {}, "Its answer could not be read", "Look in the bill of Upstream"),
        (Kind.GARBLED, {"result": {"url": "x"}, "upstream_id": "t"}, "could not be brought home", "Look the id up at"),
        (Kind.UNKNOWN, {"result": {"staged": "x"}}, "could not be brought home", "Look in the bill of Upstream"),
        (Kind.UNKNOWN, {"stage": "delivered"}, "Its picture has come late", "Nothing: the studio is bringing it home."),
        (Kind.UNKNOWN, {"ended": None}, "No answer yet", "Nothing yet: the studio waits for a verdict until "),
    ],
)
def test_each_doubt_has_its_reason_and_one_thing_to_do(
    desk: Client, lose: Lose, kind: Kind, changes: dict[str, object], why: str, advice: str
) -> None:
    lose(kind, **changes)
    assert why in shown(desk)
    assert advice in shown(desk)


def test_one_that_is_watched_says_until_when(desk: Client, lose: Lose) -> None:
    lose(upstream_id="t")
    assert "Not watched" in shown(desk)
    Attempt.objects.update(watch_until=timezone.now() + timedelta(hours=24))
    assert "Wait: the studio asks Upstream for it until" in shown(desk)
    assert "Still watched" in shown(desk)


def test_the_newest_stands_first_and_the_totals_are_of_all(desk: Client, lose: Lose) -> None:
    old = lose(sent=timezone.now() - timedelta(days=2), cost=1_500_000)
    new = lose()
    text = shown(desk)
    assert text.index(new.generation.job.prompt) < text.index(old.generation.job.prompt)
    assert "<dd>2</dd>" in text
    assert "<dd>$1.53</dd>" in text


def test_what_is_known_is_not_listed(desk: Client, bob: Member, route: Route, lose: Lose) -> None:
    delivered(sent(submitted(bob, image_model=route.image_model).generations.get(), route))
    failed(sent(submitted(bob, image_model=route.image_model).generations.get(), route), Kind.BROKEN)
    sent(submitted(bob, image_model=route.image_model).generations.get(), route)
    lose(stage=Stage.KEPT)
    lose(checked=timezone.now())
    assert "Nothing is in doubt" in shown(desk)


def test_one_provider_can_be_looked_at_alone(desk: Client, lose: Lose) -> None:
    other = RouteFactory(provider__name="Elsewhere", cost=50_000)
    ours, theirs = lose(), lose(via=other)
    both = shown(desk)
    assert "All · 2 · $0.08" in both
    assert "Elsewhere · 1 · $0.05" in both
    alone = shown(desk, provider=other.provider_id)
    assert theirs.generation.job.prompt in alone
    assert ours.generation.job.prompt not in alone
    for nonsense in ("0", "x", "999999"):
        assert "<dd>2</dd>" in shown(desk, provider=nonsense)


def test_what_came_from_outside_is_shown_as_text(desk: Client, lose: Lose) -> None:
    attempt = lose(upstream_id="<script>alert(1)</script>")
    type(attempt.generation.job).objects.update(prompt="<b>bold</b>")
    assert "<script>alert" not in shown(desk)
    assert "<b>bold" not in shown(desk)


def test_thousands_are_listed_in_few_queries_and_a_hundred_at_a_time(desk: Client, lose: Lose) -> None:
    like = lose()
    fields = {
        field.attname: getattr(like, field.attname) for field in Attempt._meta.concrete_fields if field.name != "id"
    }
    Attempt.objects.bulk_create([Attempt(**fields) for _ in range(2_499)], batch_size=500)
    with CaptureQueriesContext(connection) as asked:
        text = shown(desk)
    assert len(asked) <= 12
    assert text.count('name="chosen"') == 100
    assert "<dd>2,500</dd>" in text
    assert {shown(desk, page=page).count('name="chosen"') for page in (2, 25, "beyond")} == {100}


# --- who may --------------------------------------------------------------------------------------


def test_who_may_look_may_not_settle(lose: Lose) -> None:
    attempt, client = lose(), clerk("view_attempt")
    assert "It was billed" not in shown(client)
    assert client.post(PAGE, {"billed": str(attempt.pk)}).status_code == 403
    assert Attempt.objects.unresolved().count() == 1


def test_who_may_change_settles(lose: Lose) -> None:
    attempt = lose()
    assert "1 call was billed" in say(clerk("view_attempt", "change_attempt"), "billed", attempt)


def test_others_see_neither_page_nor_link(client: Client, bob: Member, browser_of, lose: Lose) -> None:
    lose()
    assert clerk("change_attempt").get(PAGE).status_code == 403
    assert PAGE not in clerk("view_provider").get("/admin/").content.decode()
    assert client.get(PAGE).status_code == 302
    assert browser_of(bob).get(PAGE).status_code == 302


def test_the_desk_counts_them_and_is_silent_where_there_are_none(desk: Client, lose: Lose) -> None:
    assert 'class="badge"' not in desk.get("/admin/").content.decode()
    lose(), lose()
    text = desk.get("/admin/").content.decode()
    assert f'href="{PAGE}"' in text
    assert '<span class="badge">2</span>' in text
