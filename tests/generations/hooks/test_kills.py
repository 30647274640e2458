"""Workers that are killed while a receiver holds their line lose no event, and what comes twice has one id."""

import os
import signal
from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from generations import hooks
from generations.models import Delivery, Way
from gptstudio.processes import disconnect
from tests.generations.hooks.receiver import Says
from tests.live.studio import wait_for

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

EVENTS, KILLS = 30, 10


at_work: list[int] = []
"""The process that delivers now."""


def work() -> int:
    """Let a worker of its own process deliver what is due. Gives the signal that ended it, or 0."""
    disconnect()
    at_work.clear()
    pid = os.fork()
    if pid == 0:
        try:
            while hooks.deliver():
                pass
        finally:
            os._exit(0)
    at_work.append(pid)
    _, status = os.waitpid(pid, 0)
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0


def lapse() -> None:
    Delivery.objects.filter(lease_until__isnull=False).update(lease_until=timezone.now() - timedelta(seconds=1))


def test_no_event_is_lost_however_often_its_worker_is_killed(alice, webhook, ended, receiver):
    for _ in range(EVENTS):
        ended(alice)
    killed: list[int] = []

    def strike(_parcel: object) -> Says:
        if len(receiver.came) % 3 == 1 and len(killed) < KILLS:
            wait_for(lambda: at_work, what="its number")
            killed.append(at_work[0])
            os.kill(at_work[0], signal.SIGKILL)
        return Says()

    receiver.says = strike
    endings = []
    while Delivery.objects.filter(state=Way.WAITING).exists():
        assert len(endings) <= KILLS, "one kill is one worker more, and none else ends early"
        lapse()
        endings.append(work())
    assert endings.count(signal.SIGKILL) == KILLS
    came = Counter(parcel.id for parcel in receiver.came)
    assert {*came} == {delivery.event_id for delivery in Delivery.objects.all()}
    assert (len(came), came.total()) == (EVENTS, EVENTS + KILLS)
    assert {*Delivery.objects.values_list("state", "tries")} == {(Way.TAKEN, 1)}
