"""What was told to whom is kept for thirty days after its last try, and what is on its way for as long as it is."""

from datetime import timedelta

import pytest
from django.utils import timezone

from generations import engine
from generations.hooks import clearing, keeping, switching
from generations.models import Delivery, Event, Off, Way, Webhook

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(alice):
    """A delivery of this state whose last try was so many days ago; None: it was never tried."""
    webhook = keeping.add(alice, "https://example.com/", [Event.FAILED])

    def write(state: Way, days: float | None, *, by_call_back: bool = False) -> Delivery:
        tried = None if days is None else timezone.now() - timedelta(days=days)
        hooked = None if by_call_back else webhook
        made = Delivery.objects.create(team=alice.team, webhook=hooked, event=Event.FAILED, state=state, tried=tried)
        Delivery.objects.filter(pk=made.pk).update(created=timezone.now() - timedelta(days=90))
        return made

    return write


def test_what_is_over_goes_thirty_days_after_its_last_try(told):
    stays = {told(state, 29.9).pk for state in (Way.TAKEN, Way.GIVEN_UP)}
    for state in (Way.TAKEN, Way.GIVEN_UP):
        told(state, 30.1)
        told(state, 30.1, by_call_back=True)
    engine.sweep()
    assert {*Delivery.objects.values_list("pk", flat=True)} == stays


def test_what_is_on_its_way_stays_however_old_it_is(told):
    stays = {told(Way.WAITING, 40).pk, told(Way.WAITING, None).pk}
    engine.sweep()
    assert {*Delivery.objects.values_list("pk", flat=True)} == stays


def test_what_is_sent_again_is_on_its_way_again(told):
    keeping.replay(told(Way.GIVEN_UP, 40))
    engine.sweep()
    assert Delivery.objects.exists()


def test_what_was_never_tried_is_over_when_its_webhook_is_switched_off(told):
    told(Way.WAITING, None)
    switching.switch_off(Webhook.objects.get(), Off.HAND)
    assert Delivery.objects.over_since(timezone.now()).exists()


def test_one_sweep_clears_no_more_than_a_batch_the_oldest_first(told, monkeypatch):
    monkeypatch.setattr(clearing, "AT_ONCE", 2)
    newest = told(Way.TAKEN, 31)
    for days in (33, 35, 32, 34):
        told(Way.TAKEN, days)
    engine.sweep()
    assert Delivery.objects.count() == 3
    engine.sweep()
    assert Delivery.objects.get() == newest
    engine.sweep()
    assert not Delivery.objects.exists()


def test_an_idle_sweep_asks_one_question_of_it(told, django_assert_num_queries):
    told(Way.TAKEN, 1)
    with django_assert_num_queries(1):
        clearing.clear()
