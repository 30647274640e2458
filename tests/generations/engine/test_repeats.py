"""Each message may come three times, to three workers at once, and its work is done once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from generations import tasks
from generations.engine import Bell
from generations.models import Attempt, State
from tests.generations.driving import hurry


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.parametrize(("dialect", "image_model"), [("videos", "gpt-image-2"), ("images-vip", "gpt-image-2-vip")])
def test_every_door_knocked_at_three_times_at_once_does_its_work_once(
    dialect, image_model, provider, ask, alice, upstream, monkeypatch
) -> None:
    provider(dialect)
    generation = ask(image_model, "a lamp", shape=("1:1", "1K")).generations.get()
    rung: list[Bell] = []
    monkeypatch.setattr(tasks, "ring", rung.extend)
    thrice(tasks.submit)
    for _ in range(20):
        hurry()
        thrice(tasks.poll)
        thrice(tasks.sweep)
        for attempt in Attempt.objects.values_list("pk", flat=True):
            thrice(tasks.collect, str(attempt))
        generation.refresh_from_db()
        if generation.state != State.RUNNING:
            break
    assert generation.state == State.SUCCEEDED
    assert len(upstream.log()) == Attempt.objects.count() == 1
    kinds = alice.team.wallet.entries.filter(generation=generation.pk).values_list("kind", flat=True)
    assert sorted(kinds) == ["capture", "hold", "release"]
    assert bool(rung) == (dialect == "videos"), "what came on a held line is brought home without a bell"


def thrice(door: Callable[..., None], *about: str) -> None:
    """As a broker that delivers each message three times, to three workers that take it up together."""
    together = threading.Barrier(3)

    def one() -> None:
        try:
            together.wait(10)
            door(*about)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as workers:
        for done in [workers.submit(one) for _ in range(3)]:
            done.result()
