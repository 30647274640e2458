"""Which provider is asked: by priority, then weight, of those that can say the brief and have room."""

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from generations import engine
from generations.client import Answer
from generations.engine.close import put_down
from generations.engine.routing import ordered
from generations.engine.submit import _write_down, intend
from generations.faults import Fault, Kind
from generations.models import Attempt, Generation, ImageModel, Provider, Route, Stage, State
from tests.generations.driving import answer, finish, hurry
from tests.generations.factories import AssetFactory, ProviderFactory, RouteFactory

pytestmark = pytest.mark.django_db(transaction=True)

VIP, VIDEOS, OFFICIAL, SQUARE = "gpt-image-2-vip", "gpt-image-2", "gpt-image-2-official", ("1:1", "1K")


@pytest.fixture
def second(upstream):
    """Another provider of an image model, which speaks what it is told to."""

    def serve(name: str, dialect: str, **route) -> Provider:
        chosen = ProviderFactory(dialect=dialect, base_url=upstream.url, api_key="good-key")
        RouteFactory(image_model=ImageModel.objects.get(name=name), provider=chosen, upstream_name=name, **route)
        return chosen

    return serve


def test_a_lower_priority_is_asked_first_whatever_its_weight(alice):
    heavy, first = RouteFactory.build(priority=2, weight=100, pk=1), RouteFactory.build(priority=1, weight=1, pk=2)
    assert all(ordered([heavy, first], str(draw)) == [first, heavy] for draw in range(50))


def test_among_equals_weight_is_the_share_of_who_is_asked_first(alice):
    light, heavy = RouteFactory.build(weight=1, pk=1), RouteFactory.build(weight=3, pk=2)
    firsts = Counter(ordered([light, heavy], str(draw))[0].pk for draw in range(2000))
    assert 0.70 < firsts[2] / 2000 < 0.80


def test_a_generation_finds_its_routes_in_the_same_order_each_time(alice):
    routes = [RouteFactory.build(weight=weight, pk=weight) for weight in range(1, 6)]
    assert ordered(routes, "one draw") == ordered(reversed(routes), "one draw")


def test_a_provider_whose_wire_cannot_say_the_wish_is_passed_over(provider, second, ask, alice, upstream):
    provider("images-vip")
    second(VIP, "images-official", priority=1)
    shoe = AssetFactory(member=alice, use="reference")
    ask(VIP, "the shoe on a beach", references=[shoe], shape=SQUARE)
    assert intend().provider.dialect == "images-vip"


def test_when_the_first_cannot_be_reached_the_second_delivers(provider, second, ask, upstream):
    provider("images-vip", base_url="http://127.0.0.1:9")
    second(VIP, "images-vip", priority=200)
    (generation,) = finish(ask(VIP, "a lamp", shape=SQUARE))
    assert generation.state == State.SUCCEEDED
    assert [attempt.fault for attempt in generation.attempts.order_by("sent")] == [Kind.NOT_STARTED, ""]
    assert len(upstream.log()) == 1


@pytest.mark.parametrize("directive", ["[fail=500]", "[fail=reset]", "[fail=524html]"])
def test_an_answer_that_leaves_open_whether_it_was_made_is_sent_nowhere_else(
    directive, provider, second, ask, upstream
):
    provider("images-vip")
    second(VIP, "images-vip", priority=200)
    (generation,) = finish(ask(VIP, f"a lamp {directive}", shape=SQUARE))
    assert (generation.state, generation.fault) == (State.FAILED, Kind.UNKNOWN)
    assert len(upstream.log()) == len(upstream.submissions()) == 1


def test_a_provider_is_never_asked_for_more_at_once_than_it_may(provider, ask):
    provider("videos", concurrency=2)
    job = ask(VIDEOS, "a lamp", count=5, shape=SQUARE)
    assert [attempt.stage for attempt in (intend(), intend())] == [Stage.SENDING] * 2
    assert intend() is None
    assert Generation.objects.filter(state=State.QUEUED).count() == 3
    assert job.generations.filter(state=State.RUNNING).count() == 2


def test_a_full_provider_is_passed_over_for_one_with_room(provider, second, ask):
    full = provider("videos", concurrency=1)
    roomy = second(VIDEOS, "videos", priority=200)
    ask(VIDEOS, "a lamp", count=2, shape=SQUARE)
    assert [intend().provider, intend().provider] == [full, roomy]


def test_room_that_is_given_back_is_taken_by_the_next(provider, ask, upstream):
    provider("videos", concurrency=1)
    generations = finish(ask(VIDEOS, "a lamp", count=3, shape=SQUARE), within=60)
    assert [generation.state for generation in generations] == [State.SUCCEEDED] * 3
    assert len(upstream.log()) == 3


def test_the_place_of_a_dead_worker_is_given_back_when_its_lease_runs_out(provider, ask):
    provider("videos", concurrency=1)
    ask(VIDEOS, "a lamp", count=2, shape=SQUARE)
    first = intend()
    assert intend() is None
    Attempt.objects.filter(pk=first.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    engine.sweep()
    hurry()
    assert intend().provider == first.provider


def test_a_poll_that_ends_a_picture_rings_for_whoever_waits_for_the_room(provider, ask):
    provider("videos", concurrency=1)
    ask(VIDEOS, "a lamp", count=2, shape=SQUARE)
    answer(engine.Bell("submit"))
    hurry()
    assert engine.Bell("submit") in engine.poll()


def test_routes_that_were_closed_after_the_submission_end_it(provider, ask, alice):
    provider("images-vip")
    job = ask(VIP, "a lamp", shape=SQUARE)
    Route.objects.update(is_enabled=False)
    (generation,) = finish(job)
    assert (generation.fault, generation.fault_code) == (Kind.NOT_STARTED, "no_provider")
    alice.team.wallet.refresh_from_db()
    assert alice.team.wallet.balance == 1000


def test_when_none_that_is_left_can_say_the_wish_it_ends_and_says_so(provider, second, ask, alice):
    provider("images-vip")
    shoe = AssetFactory(member=alice, use="reference")
    job = ask(VIP, "the shoe on a beach", references=[shoe], shape=SQUARE)
    second(VIP, "images-official")
    Route.objects.filter(provider__dialect="images-vip").update(is_enabled=False)
    (generation,) = finish(job)
    assert (generation.state, generation.fault) == (State.FAILED, Kind.UNSUPPORTED)


def test_a_busy_first_is_not_the_end_while_a_second_is_merely_full(openai, provider, ask):
    official = provider("images-official", concurrency=1)
    Provider.objects.filter(pk=openai.pk).update(is_enabled=False)
    ask(OFFICIAL, "a lamp that takes the only place")
    taken = intend()
    Provider.objects.filter(pk=openai.pk).update(is_enabled=True)
    generation = ask(OFFICIAL, "a lamp").generations.get()
    _write_down(intend(), Answer(Fault(Kind.BUSY, "come back later", status=429, retry_after=600.0)))
    generation.refresh_from_db()
    assert generation.state == State.QUEUED
    assert generation.due_at < timezone.now() + timedelta(seconds=30)
    put_down(taken, taken.lease, Fault(Kind.REFUSED), lost=False)
    hurry()
    assert intend().provider == official
