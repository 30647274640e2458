"""A receiver on this machine, webhooks that lead there, and jobs that end."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Member
from generations import hooks
from generations.hooks import keeping
from generations.models import CHOSEN, Delivery, Job, Way, Webhook
from tests.generations.books import delivered, sent, submitted
from tests.generations.factories import RouteFactory
from tests.generations.hooks.receiver import Receiver, receiving


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    """It stands on this machine, where nothing is sent unless it is allowed."""
    with receiving() as listening:
        settings.FETCH_ALLOW = (listening.origin,)
        yield listening


@pytest.fixture
def webhook(alice: Member, receiver: Receiver) -> Webhook:
    return keeping.add(alice, receiver.url, [value for value, _label in CHOSEN])


@pytest.fixture
def ended() -> Callable[..., Job]:
    """A job of this member's whose one picture came."""

    def end(member: Member, **job: Any) -> Job:
        made = submitted(member, **job)
        for generation in made.generations.all():
            delivered(sent(generation, RouteFactory(image_model=made.image_model)))
        return made

    return end


def hurry() -> None:
    """Make everything that waits for its next try due now."""
    Delivery.objects.filter(state=Way.WAITING).update(due_at=timezone.now())


def deliver_all() -> int:
    """Send whatever is due now. How many were."""
    number = 0
    while hooks.deliver():
        number += 1
    return number
