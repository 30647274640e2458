"""An event is written if and only if the transaction that ends the job commits, and it says ids and states alone."""

import json
import threading

import pytest
from django.db import connection, transaction

from accounts.models import Wallet
from generations.engine import cancel
from generations.faults import Kind
from generations.hooks import keeping, switching, telling
from generations.models import Delivery, Event, Generation, Off, State
from tests.generations.books import delivered, failed, sent, submitted
from tests.generations.factories import RouteFactory

pytestmark = pytest.mark.django_db(transaction=True)


def of(job) -> list[dict]:
    return [json.loads(delivery.body) for delivery in Delivery.objects.filter(job=job)]


@pytest.fixture
def route():
    return RouteFactory()


def test_a_job_that_ends_with_a_picture_is_told(alice, webhook, ended):
    job = ended(alice, prompt="a secret garden")
    (body,) = of(job)
    assert body["type"] == "job.succeeded"
    (generation,) = job.generations.all()
    assert body["data"] == {
        "id": str(job.pk),
        "state": "succeeded",
        "generations": [{"id": str(generation.pk), "state": "succeeded"}],
    }
    assert "secret garden" not in json.dumps(body)
    assert "http" not in json.dumps(body)


def test_only_the_last_of_a_jobs_generations_makes_an_event(alice, webhook, route):
    job = submitted(alice, count=3, image_model=route.image_model)
    first, second, third = job.generations.all()
    failed(sent(first, route), Kind.REFUSED)
    delivered(sent(second, route))
    assert of(job) == []
    assert cancel(third.pk)
    (body,) = of(job)
    assert body["type"] == "job.succeeded"
    assert [each["state"] for each in body["data"]["generations"]] == ["failed", "succeeded", "cancelled"]


def test_a_failure_and_a_cancellation_have_types_of_their_own(alice, webhook, route):
    refused, called_off = (submitted(alice, image_model=route.image_model) for _ in range(2))
    failed(sent(refused.generations.get(), route), Kind.REFUSED)
    cancel(called_off.generations.get().pk)
    assert [of(job)[0]["type"] for job in (refused, called_off)] == ["job.failed", "job.cancelled"]


def test_two_endings_at_the_same_time_make_one_event(alice, webhook, route):
    job = submitted(alice, count=2, image_model=route.image_model)
    attempts = [sent(generation, route) for generation in job.generations.all()]
    together = threading.Barrier(2)

    def end(attempt) -> None:
        together.wait(10)
        delivered(attempt)
        connection.close()

    threads = [threading.Thread(target=end, args=(attempt,)) for attempt in attempts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(of(job)) == 1


@pytest.mark.services
def test_each_of_two_endings_waits_for_the_other(alice, webhook, route):
    """The one that comes second must see the first, or neither would tell. On SQLite all writers wait anyway."""
    job = submitted(alice, count=2, image_model=route.image_model)
    first, second = [sent(generation, route) for generation in job.generations.all()]

    def end() -> None:
        delivered(second)
        connection.close()

    other = threading.Thread(target=end)
    with transaction.atomic():
        delivered(first)
        other.start()
        other.join(1)
        assert other.is_alive()
    other.join(10)
    assert len(of(job)) == 1


def test_a_settlement_that_does_not_commit_leaves_no_event(alice, webhook, route, monkeypatch):
    job = submitted(alice, image_model=route.image_model)
    attempt = sent(job.generations.get(), route)
    balance = Wallet.objects.get(team=alice.team).balance

    def fail(*_) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr("generations.engine.close.credits.capture", fail)
    with pytest.raises(RuntimeError):
        delivered(attempt)
    assert Generation.objects.get().state == State.RUNNING
    assert Wallet.objects.get(team=alice.team).balance == balance
    assert of(job) == []
    monkeypatch.undo()
    delivered(attempt)
    assert len(of(job)) == 1


def test_an_event_that_cannot_be_written_settles_nothing(alice, webhook, route, monkeypatch):
    job = submitted(alice, image_model=route.image_model)
    attempt = sent(job.generations.get(), route)

    def fail(*_) -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr(telling.Delivery.objects, "bulk_create", fail)
    with pytest.raises(RuntimeError):
        delivered(attempt)
    assert Generation.objects.get().state == State.RUNNING


def test_a_second_ending_of_the_same_generation_makes_no_second_event(alice, webhook, ended):
    job = ended(alice)
    assert not cancel(job.generations.get().pk)
    assert len(of(job)) == 1


def test_every_webhook_gets_an_event_of_its_own_and_only_what_it_asked_for(alice, webhook, ended, receiver):
    other = keeping.add(alice, receiver.url, [Event.SUCCEEDED])
    keeping.add(alice, receiver.url, [Event.FAILED])
    job = ended(alice)
    told = Delivery.objects.filter(job=job)
    assert {delivery.webhook_id for delivery in told} == {webhook.pk, other.pk}
    assert len({delivery.event_id for delivery in told}) == 2


def test_a_webhook_that_is_off_gets_nothing(alice, webhook, ended):
    switching.switch_off(webhook, Off.HAND)
    assert of(ended(alice)) == []


def test_another_teams_webhook_hears_nothing(charlie, webhook, ended):
    assert of(ended(charlie)) == []


def test_where_nobody_listens_an_ending_costs_one_question(alice, route, django_assert_num_queries):
    generation = submitted(alice, image_model=route.image_model).generations.get()
    with transaction.atomic(), django_assert_num_queries(1):
        telling.tell(generation.pk)


def test_the_largest_event_stays_thin(alice, webhook, route):
    job = submitted(alice, count=10, image_model=route.image_model)
    for generation in job.generations.all():
        failed(sent(generation, route), Kind.UNKNOWN)
    (delivery,) = Delivery.objects.filter(job=job)
    assert len(delivery.body) < 2_000
