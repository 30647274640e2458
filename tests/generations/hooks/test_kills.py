"""Workers that are killed while a receiver holds their line lose no event, and what comes twice has one id.

`make chaos SCENE=W3-hook-kills` shows it of a whole studio, with 200 events and 50 kills.
"""

import os
import signal
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Entry, Kind
from generations import hooks
from generations.failpoints import arm
from generations.models import Delivery, State, Way
from gptstudio.processes import disconnect
from tests.generations.books import delivered, sent, submitted
from tests.generations.factories import RouteFactory
from tests.generations.hooks.receiver import Says
from tests.live.studio import wait_for

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

EVENTS, KILLS = 30, 10


at_work: list[int] = []
"""The process that delivers now."""


def deliver_all() -> None:
    while hooks.deliver():
        pass


def work(verb: Callable[[], object] = deliver_all) -> int:
    """Let a process of its own do this. Gives the signal that ended it, or 0."""
    disconnect()
    at_work.clear()
    pid = os.fork()
    if pid == 0:
        try:
            verb()
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


@pytest.mark.usefixtures("webhook")
@pytest.mark.parametrize(
    ("point", "is_settled"),
    [("told.before", False), ("told.after", False), ("settle.before", False), ("settle.after", True)],
)
def test_whoever_dies_while_it_settles_leaves_both_the_end_and_its_event_or_neither(
    point, is_settled, alice, tmp_path, settings
):
    job = submitted(alice)
    attempt = sent(job.generations.get(), RouteFactory(image_model=job.image_model))
    settings.FAILPOINTS = tmp_path
    arm(tmp_path, point, "kill")
    assert work(lambda: delivered(attempt)) == signal.SIGKILL
    assert job.generations.get().state == (State.SUCCEEDED if is_settled else State.RUNNING)
    assert Entry.objects.filter(kind=Kind.CAPTURE).exists() == is_settled
    assert Delivery.objects.filter(job=job).exists() == is_settled
