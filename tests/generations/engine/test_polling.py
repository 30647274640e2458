"""Whom a poll asks: whoever has waited longest, and nobody so often that others wait for it."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib import import_module

import pytest
from django.db import connection, connections
from django.utils import timezone

from generations import engine
from generations.engine import Bell
from generations.engine.leases import new_lease
from generations.engine.poll import MOST_BATCHES
from generations.models import Attempt, Route, Stage
from gptstudio.queues import THREADS
from tests.generations.factories import AttemptFactory, RouteFactory

pytestmark = pytest.mark.django_db(transaction=True)

POLL = import_module("generations.engine.poll")
WORKERS = 6
MINUTE = timedelta(minutes=1)


@pytest.fixture
def silent(talker) -> Route:
    """A provider of which it is seen whether it is asked."""
    return RouteFactory(provider__base_url=talker.url)


@pytest.fixture
def lively(talker) -> Route:
    """Another one."""
    return RouteFactory(provider__base_url=talker.url)


def waiting(route: Route, since: timedelta, **changes: object) -> Attempt:
    return AttemptFactory(
        route=route, stage=Stage.ACCEPTED, upstream_id=uuid.uuid4().hex, due_at=timezone.now() - since, **changes
    )


def under_way(route: Route, **changes: object) -> Attempt:
    """As another worker has it that asks for it at this moment."""
    return waiting(route, MINUTE, lease=new_lease(), lease_until=timezone.now() + MINUTE, **changes)


def watch(attempt: Attempt) -> None:
    now = timezone.now()
    Attempt.objects.filter(pk=attempt.pk).update(stage=Stage.UNKNOWN, ended=now, watch_until=now + MINUTE)


def was_asked(attempt: Attempt) -> bool:
    """Whether its next question has been put off, as it is after one."""
    return Attempt.objects.get(pk=attempt.pk).due_at > timezone.now()


def test_a_provider_that_does_not_answer_leaves_a_thread_of_the_worker_to_the_others():
    assert 1 <= MOST_BATCHES < THREADS["poll"]


@pytest.mark.parametrize("watched", [0, 1, MOST_BATCHES])
def test_where_as_many_batches_are_under_way_as_may_be_the_next_asks_somebody_else(silent, lively, watched):
    batches = [under_way(silent) for _ in range(MOST_BATCHES)]
    for attempt in batches[:watched]:
        watch(attempt)
    longer, shorter = waiting(silent, 2 * MINUTE), waiting(lively, MINUTE)
    engine.poll()
    assert (was_asked(longer), was_asked(shorter)) == (False, True)
    assert engine.poll() == []
    Attempt.objects.filter(pk=batches[0].pk).update(lease_until=timezone.now() - MINUTE)
    assert Bell("poll") in engine.sweep()
    engine.poll()
    assert was_asked(longer)


def test_workers_that_look_at_once_take_no_more_than_may_be_under_way(silent, monkeypatch):
    monkeypatch.setattr(POLL, "BATCH", 1)
    for _ in range(2 * WORKERS):
        waiting(silent, MINUTE)
    together = threading.Barrier(WORKERS)

    def claim(_: int) -> None:
        try:
            connection.ensure_connection()
            together.wait(10)
            POLL._claim(new_lease())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(claim, range(WORKERS)))
    assert Attempt.objects.exclude(lease="").count() == MOST_BATCHES


def test_one_batch_under_way_keeps_no_second_from_a_provider_with_many_pictures(silent):
    lease, until = new_lease(), timezone.now() + MINUTE
    for _ in range(3):
        waiting(silent, MINUTE, lease=lease, lease_until=until)
    due = waiting(silent, MINUTE)
    engine.poll()
    assert was_asked(due)


def test_a_picture_that_is_only_watched_for_has_its_turn_though_others_are_awaited(silent, lively):
    watched, awaited = waiting(silent, 2 * MINUTE), waiting(lively, MINUTE)
    watch(watched)
    assert engine.poll() == [Bell("poll")]
    assert (was_asked(watched), was_asked(awaited)) == (True, False)
    assert engine.poll() == []
    assert was_asked(awaited)


def test_who_is_awaited_for_longer_comes_before_a_picture_that_is_only_watched_for(silent, lively):
    watched, awaited = waiting(silent, MINUTE), waiting(lively, 2 * MINUTE)
    watch(watched)
    engine.poll()
    assert (was_asked(watched), was_asked(awaited)) == (False, True)
