"""Whose turn it is: teams take turns, and so do the members of a team."""

from datetime import UTC, datetime, timedelta
from threading import Thread
from types import SimpleNamespace

import pytest
import time_machine
from django.db import connections, transaction
from django.utils import timezone

from accounts import credits
from generations import engine, intake
from generations.brief import Brief
from generations.engine import turns
from generations.engine.close import requeue
from generations.engine.submit import intend
from generations.faults import Kind
from generations.models import Generation, ImageModel, Job, State
from tests.factories import MemberFactory
from tests.generations.driving import answer
from tests.generations.factories import AssetFactory, ProviderFactory, RouteFactory

pytestmark = pytest.mark.django_db(transaction=True)

VIP = "gpt-image-2-vip"
NOON = datetime(2126, 3, 2, 12, tzinfo=UTC)
DENIED = {"shut_for": Kind.DENIED, "shut_since": NOON, "shut_until": NOON}


@pytest.fixture
def wish(wallet):
    """Somebody's press of Create, for some sketches."""

    def submit(member, count: int = 1) -> Job:
        brief = Brief("a lamp", "sketch").shaped("1:1", "1K")
        return intake.submit(member, ImageModel.objects.get(name="sketch"), brief, [], count, intake.new_key())

    return submit


@pytest.fixture
def other_team():
    """Somebody of another team with credits of its own."""
    member = MemberFactory()
    credits.grant(member.team.wallet, 1000, "to begin with")
    return member


def served(count: int) -> list:
    """Who is served by the next `count` workers that look."""
    return [intend().generation.member for _ in range(count)]


def test_a_batch_of_one_team_does_not_hold_up_the_next_team(wish, alice, other_team):
    for _ in range(5):
        wish(alice, 10)
    assert served(2) == [alice, alice]
    wish(other_team)
    assert served(3) == [other_team, alice, alice]


def test_a_batch_of_one_member_does_not_hold_up_the_next_member(wish, alice, bob):
    wish(alice, 10)
    assert served(1) == [alice]
    wish(bob, 2)
    assert served(4) == [bob, alice, bob, alice]


def test_a_team_of_many_has_no_more_turns_than_a_team_of_one(wish, alice, bob, other_team):
    for member in (alice, bob, other_team):
        wish(member, 4)
    teams = [member.team_id for member in served(8)]
    assert teams.count(other_team.team_id) == teams.count(alice.team_id) == 4


def test_of_one_member_the_oldest_is_first(wish, alice):
    first, second = wish(alice, 2), wish(alice, 1)
    assert [intend().generation.job for _ in range(3)] == [first, first, second]


def test_what_must_wait_for_a_provider_lets_the_others_pass(wish, ask, alice, bob, provider):
    provider("images-vip", shut_until=timezone.now() + timedelta(seconds=60), shut_since=timezone.now())
    ask("gpt-image-2-vip", "a lamp", shape=("1:1", "1K"))
    job = wish(alice)
    assert intend().generation.job == job
    assert intend() is None


def test_as_many_workers_as_pictures_take_one_each(wish, alice):
    job = wish(alice, 6)
    taken = []

    def work() -> None:
        attempt = intend()
        taken.append(attempt and attempt.generation_id)
        connections.close_all()

    workers = [Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    begun = [pk for pk in taken if pk]
    assert len(begun) == len(set(begun))
    while attempt := intend():
        begun.append(attempt.generation_id)
    assert set(begun) == set(job.generations.values_list("pk", flat=True))


def test_each_that_waits_has_a_bell_of_its_own_and_one_that_was_lost_is_rung_again(wish, alice):
    wish(alice, 3)
    engine.submit()
    assert Generation.objects.filter(state=State.QUEUED).count() == 2
    Generation.objects.update(ring_at=timezone.now())
    answer(*engine.sweep())
    assert not Generation.objects.filter(state=State.QUEUED).exists()


def test_a_team_has_no_more_under_way_than_it_may(wish, alice, settings):
    settings.MOST_ACTIVE = 5
    wish(alice, 5)
    alice.team.wallet.refresh_from_db()
    before = alice.team.wallet.balance
    with pytest.raises(intake.Objected) as refused:
        wish(alice)
    assert [wrong.code for wrong in refused.value.objections] == ["active"]
    alice.team.wallet.refresh_from_db()
    assert alice.team.wallet.balance == before
    assert Job.objects.count() == 1


def test_a_team_may_have_a_limit_of_its_own(wish, alice, settings):
    alice.team.most_active = 2
    alice.team.save()
    wish(alice, 2)
    with pytest.raises(intake.Objected):
        wish(alice)


def test_a_batch_that_only_a_full_provider_could_make_lets_the_next_team_pass(wish, ask, alice, other_team, provider):
    provider("images-vip", concurrency=1)
    RouteFactory(
        image_model=ImageModel.objects.get(name=VIP), provider=ProviderFactory(dialect="images-official", **DENIED)
    )
    ask(VIP, "a lamp", count=9, shape=("1:1", "1K"))
    assert served(1) == [alice]
    wish(other_team)
    assert served(1) == [other_team]
    assert intend() is None
    assert Generation.objects.filter(state=State.FAILED).count() == 0


def test_a_batch_that_its_open_route_cannot_make_lets_the_next_team_pass(wish, ask, alice, other_team, provider):
    provider("images-vip", concurrency=1)
    RouteFactory(image_model=ImageModel.objects.get(name=VIP), provider=ProviderFactory(dialect="images-official"))
    shoe = AssetFactory(member=alice, use="reference")
    ask(VIP, "the shoe on a beach", count=9, references=[shoe], shape=("1:1", "1K"))
    assert served(1) == [alice]
    wish(other_team)
    put_off = Generation.objects.filter(state=State.QUEUED, due_at__gt=timezone.now())
    assert served(1) == [other_team]
    assert put_off.count() <= 1


def test_who_finds_all_that_it_saw_taken_looks_again(wish, alice, monkeypatch):
    """Workers who came a moment later saw more, and left what this one had not seen. They need a moment for it."""
    job, looked, paused = wish(alice), [], []

    def taken_by_others(**given):
        looked.append(given)
        return None if sum(paused) < 0.01 else turns.OLDEST.all(**given)[0]

    monkeypatch.setattr(turns, "OLDEST", SimpleNamespace(first=taken_by_others, all=turns.OLDEST.all))
    monkeypatch.setattr(turns.time, "sleep", paused.append)
    assert intend().generation.job == job
    assert len(looked) == 5
    assert intend() is None
    assert len(looked) == 5, "nobody waits any more"


@pytest.mark.parametrize("begin", ["a wish", "a try that made way for the next"])
def test_whoever_hears_the_bell_finds_its_picture_though_that_clock_is_behind(begin, wish, alice):
    """Of two machines, or of one who was kept waiting after looking at the clock: nobody else would come for it."""
    job = wish(alice)
    if begin != "a wish":
        requeue(intend().generation_id)
    behind = timezone.now() - timedelta(seconds=1)
    with time_machine.travel(behind, tick=False), transaction.atomic():
        assert turns.next_up().job == job


def test_where_there_is_room_for_one_at_once_the_next_begins_when_it_ends(provider, ask):
    provider("images-vip", concurrency=1)
    for _ in range(3):
        ask(VIP, "a lamp", shape=("1:1", "1K"))
    answer(engine.Bell("submit"))
    assert set(Generation.objects.values_list("state", flat=True)) == {State.SUCCEEDED}
