"""How the last hour went: of each image model for the members, of each provider for the operator."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Member
from generations.engine import close
from generations.faults import Kind
from generations.models import WELL, Attempt, Generation, ImageModel, Provider, Route
from generations.standing import Condition, Hour, Standing, provider_hours, standings
from tests.generations.books import delivered, failed, passed_on, sent, submitted
from tests.generations.factories import ProviderFactory, RouteFactory

NOON = "2026-03-02T12:00:00Z"


@pytest.fixture
def route(db: None) -> Route:
    return RouteFactory()


def told() -> list[Standing]:
    """What everybody is told from now on."""
    cache.clear()
    return standings()


def standing(route: Route) -> Standing:
    (found,) = [each for each in told() if each.image_model == route.image_model]
    return found


def begun(member: Member, route: Route) -> Attempt:
    return sent(submitted(member, image_model=route.image_model).generations.get(), route)


def made(member: Member, route: Route, *, seconds: int) -> None:
    """A picture that took so long from the press of Create, and the last second of it at the provider."""
    now = timezone.now()
    job = submitted(member, image_model=route.image_model)
    Generation.objects.filter(job=job).update(created=now - timedelta(seconds=seconds))
    attempt = sent(job.generations.get(), route)
    Attempt.objects.filter(pk=attempt.pk).update(sent=now - timedelta(seconds=1))
    with time_machine.travel(now, tick=False):
        delivered(attempt)


def shut(
    provider: Provider, *, seconds: int = 60, kind: Kind = Kind.NOT_STARTED, since: timedelta = timedelta()
) -> None:
    now = timezone.now()
    changes = {"shut_for": kind, "shut_since": now - since, "shut_until": now + timedelta(seconds=seconds)}
    Provider.objects.filter(pk=provider.pk).update(**changes)


def test_an_image_model_that_nobody_has_asked_for_stands_well(route: Route) -> None:
    assert standing(route) == Standing(route.image_model, Condition.WELL, 0, 0, None, 0)


def test_a_standing_names_no_provider(route: Route) -> None:
    assert route.provider.name not in repr(standing(route))


@pytest.mark.parametrize(
    ("times", "median"), [([40], 40), ([10, 20], 15), ([9, 10, 200], 10), ([50, 10, 20, 40], 30), ([7, 7, 7, 7, 1], 7)]
)
def test_the_median_is_the_time_in_the_middle(bob: Member, route: Route, times: list[int], median: int) -> None:
    with time_machine.travel(NOON, tick=False):
        for seconds in times:
            made(bob, route, seconds=seconds)
        shown = standing(route)
        hours = provider_hours()
    assert (shown.succeeded, shown.median) == (len(times), timedelta(seconds=median))
    assert hours == {route.provider_id: Hour(len(times), 0, timedelta(seconds=1))}


def test_each_image_model_and_each_provider_has_its_own_figures(bob: Member, route: Route) -> None:
    other = RouteFactory()
    with time_machine.travel(NOON, tick=False):
        made(bob, route, seconds=10)
        made(bob, other, seconds=30)
        failed(begun(bob, other), Kind.BROKEN)
        ours, theirs = standing(route), standing(other)
        assert (ours.succeeded, ours.failed, ours.median) == (1, 0, timedelta(seconds=10))
        assert (theirs.succeeded, theirs.failed, theirs.median) == (1, 1, timedelta(seconds=30))
        assert provider_hours()[other.provider_id].share == 0.5
        assert provider_hours()[route.provider_id].share == 1.0


@pytest.mark.parametrize("kind", [Kind.REFUSED, Kind.INVALID, Kind.UNSUPPORTED])
def test_what_was_asked_for_is_not_held_against_who_was_asked(bob: Member, route: Route, kind: Kind) -> None:
    failed(begun(bob, route), kind)
    assert (standing(route).failed, provider_hours()) == (0, {})


@pytest.mark.parametrize("kind", [Kind.DENIED, Kind.NOT_STARTED, Kind.BROKEN, Kind.UNKNOWN, Kind.GARBLED])
def test_what_went_wrong_there_is(bob: Member, route: Route, kind: Kind) -> None:
    failed(begun(bob, route), kind, lost=kind in (Kind.UNKNOWN, Kind.GARBLED))
    assert (standing(route).failed, provider_hours()[route.provider_id].share) == (1, 0.0)


def test_a_picture_that_found_another_way_went_well(bob: Member, route: Route) -> None:
    first = begun(bob, route)
    second = RouteFactory(image_model=route.image_model)
    passed_on(first)
    Attempt.objects.filter(pk=first.pk).update(fault=Kind.NOT_STARTED)
    delivered(sent(first.generation, second))
    assert (standing(route).succeeded, standing(route).failed) == (1, 0)
    assert {pk: hour.share for pk, hour in provider_hours().items()} == {route.provider_id: 0.0, second.provider_id: 1}


def test_a_generation_that_failed_twice_over_failed_once(bob: Member, route: Route) -> None:
    first = begun(bob, route)
    second = RouteFactory(image_model=route.image_model)
    passed_on(first)
    failed(sent(first.generation, second), Kind.BROKEN)
    assert standing(route).failed == 1


def test_being_told_to_come_back_says_nothing_of_a_provider(bob: Member, route: Route) -> None:
    passed_on(begun(bob, route))
    assert provider_hours() == {}


def test_a_picture_that_came_too_late_did_not_go_well(bob: Member, route: Route) -> None:
    attempt = begun(bob, route)
    failed(attempt, Kind.UNKNOWN, lost=True)
    Attempt.objects.filter(pk=attempt.pk).update(stage="kept")
    assert (standing(route).succeeded, standing(route).failed) == (0, 1)
    assert provider_hours() == {route.provider_id: Hour(0, 1, None)}


def test_an_hour_is_over_after_an_hour(bob: Member, route: Route) -> None:
    with time_machine.travel("2026-03-02T11:00:00Z", tick=False):
        made(bob, route, seconds=10)
        failed(begun(bob, route), Kind.BROKEN)
    with time_machine.travel("2026-03-02T12:00:01Z", tick=False):
        assert (standing(route).succeeded, standing(route).failed, provider_hours()) == (0, 0, {})


# --- in one word ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("good", "bad", "state"),
    [(4, 1, Condition.WELL), (3, 2, Condition.TROUBLE), (0, 4, Condition.WELL), (0, 5, Condition.TROUBLE)],
)
def test_a_few_failures_are_not_trouble_yet(bob: Member, route: Route, good: int, bad: int, state: Condition) -> None:
    for _ in range(good):
        delivered(begun(bob, route))
    for _ in range(bad):
        failed(begun(bob, route), Kind.BROKEN)
    assert standing(route).state is state


@pytest.mark.parametrize(("seconds", "state"), [(180, Condition.WELL), (181, Condition.SLOW)])
def test_slow_is_a_median_of_more_than_three_minutes(bob: Member, route: Route, seconds: int, state: Condition) -> None:
    with time_machine.travel(NOON, tick=False):
        made(bob, route, seconds=seconds)
        assert standing(route).state is state


@pytest.mark.parametrize(("seconds", "state"), [(60, Condition.WELL), (61, Condition.SLOW)])
def test_slow_is_a_line_that_does_not_move(bob: Member, route: Route, seconds: int, state: Condition) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        submitted(bob, count=2, image_model=route.image_model)
        clock.shift(seconds)
        shown = standing(route)
    assert (shown.state, shown.waiting) == (state, 2)


@pytest.mark.parametrize(
    ("kind", "minutes", "state"),
    [
        (Kind.BUSY, 0, Condition.SLOW),
        (Kind.NOT_STARTED, 0, Condition.TROUBLE),
        (Kind.NOT_STARTED, 11, Condition.UNAVAILABLE),
        (Kind.DENIED, 0, Condition.UNAVAILABLE),
    ],
)
def test_a_provider_that_is_shut_says_so_of_what_it_alone_makes(
    route: Route, kind: Kind, minutes: int, state: Condition
) -> None:
    shut(route.provider, kind=kind, since=timedelta(minutes=minutes))
    assert standing(route).state is state


def test_an_image_model_is_as_well_as_the_best_of_its_providers(route: Route) -> None:
    other = RouteFactory(image_model=route.image_model)
    shut(route.provider, kind=Kind.DENIED)
    assert standing(route).state is Condition.WELL
    shut(other.provider)
    assert standing(route).state is Condition.TROUBLE
    shut(other.provider, seconds=-1)
    assert standing(route).state is Condition.TROUBLE
    Provider.objects.filter(pk=other.provider.pk).update(**WELL)
    assert standing(route).state is Condition.WELL


def test_a_picture_that_failed_before_anybody_was_asked_for_it_counts(bob: Member, route: Route) -> None:
    job = submitted(bob, count=2, image_model=route.image_model)
    for generation in job.generations.all():
        close.fail(generation.pk, Kind.DENIED)
    assert (standing(route).succeeded, standing(route).failed) == (0, 2)


def test_what_nobody_is_offered_is_not_shown_unless_somebody_waits_for_it(bob: Member, route: Route) -> None:
    Provider.objects.update(is_enabled=False)
    assert told() == []
    submitted(bob, image_model=route.image_model)
    assert (standing(route).state, standing(route).waiting) == (Condition.UNAVAILABLE, 1)


def test_image_models_stand_in_the_order_of_the_picker(route: Route) -> None:
    ImageModel.objects.filter(pk=route.image_model_id).update(position=1)
    assert told()[0].image_model == route.image_model


def test_many_are_asked_after_as_quickly_as_one(bob: Member, route: Route) -> None:
    with CaptureQueriesContext(connection) as few:
        told()
        provider_hours()
    for _ in range(3):
        delivered(begun(bob, RouteFactory(provider=ProviderFactory())))
    with CaptureQueriesContext(connection) as many:
        told()
        provider_hours()
    assert (len(few), len(many)) == (9, 9)


def test_many_who_look_at_the_same_time_are_told_the_same(bob: Member, route: Route) -> None:
    before = told()
    delivered(begun(bob, route))
    with CaptureQueriesContext(connection) as asked:
        assert standings() == before
    assert len(asked) == 0
    assert told() != before
