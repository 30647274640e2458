"""Tells stories of credits and pictures by the pipeline's own verbs, with no provider in them."""

import uuid
from datetime import timedelta

from django.utils import timezone

from accounts import credits
from accounts.models import Member
from generations.engine.close import Kept, give_up, succeed
from generations.faults import Fault, Kind
from generations.models import Attempt, Generation, Job, Route, State
from generations.sizes import TABLE
from tests.generations.factories import AttemptFactory, GenerationFactory, JobFactory


def submitted(member: Member, *, count: int = 1, held: int = 4, **job: object) -> Job:
    """A job of `count` queued generations, `held` credits set aside for each."""
    made = JobFactory(member=member, count=count, **job)
    generations = [GenerationFactory(job=made, held=held) for _ in range(count)]
    credits.hold(member, {generation.pk: held for generation in generations})
    return made


def sent(generation: Generation, route: Route) -> Attempt:
    """The one call that is under way for a generation."""
    assert Generation.objects.move(generation.pk, State.RUNNING, started=timezone.now())
    lease = uuid.uuid4().hex
    end = timezone.now() + timedelta(seconds=30)
    return AttemptFactory(generation=generation, route=route, lease=lease, lease_until=end)


def delivered(attempt: Attempt, tier: str = "1K", sha256: str = "", size: int = 4096) -> None:
    """The picture came, of this tier, and was kept: its price is taken."""
    pixels = TABLE["1:1", tier]
    kept = Kept(sha256 or uuid.uuid4().hex * 2, "image/png", pixels.width, pixels.height, size)
    succeed(attempt, attempt.lease, kept)


def failed(attempt: Attempt, kind: Kind, *, lost: bool = False) -> None:
    """No picture came, and the generation ended with it: the hold is given back."""
    give_up(attempt, attempt.lease, Fault(kind), lost=lost)


def passed_on(attempt: Attempt) -> None:
    """The provider was busy, and the generation waits for another."""
    Attempt.objects.filter(pk=attempt.pk).update(
        stage="failed", fault=Kind.BUSY, cost=0, lease="", ended=timezone.now()
    )
    assert Generation.objects.move(attempt.generation_id, State.QUEUED)
