"""How a generation ends. Each ending settles its hold in the same transaction; there is no other way to end."""

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts import credits
from generations import pricing
from generations.brief import Brief
from generations.faults import Fault, Kind
from generations.models import Asset, Attempt, Generation, Job, Stage, State, Use
from generations.sizes import Size, tier_of


class Fenced(Exception):
    """Another worker has taken this attempt over. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A picture whose bytes are checked and stored here."""

    sha256: str
    media_type: str
    width: int
    height: int
    size: int
    """Bytes."""


def succeed(attempt: Attempt, lease: str, kept: Kept) -> None:
    """Take a kept picture as the generation's, and its price out of the hold. Raises Fenced."""
    generation, job = attempt.generation, attempt.generation.job
    brief = job.brief()
    delivered = tier_of(Size(kept.width, kept.height))
    owed = pricing.due(job.tariff, generation.held, delivered, _quality(attempt, brief))
    now = timezone.now()
    with transaction.atomic():
        asset = _asset(job, kept)
        if not Attempt.objects.held(attempt.pk, lease).update(stage=Stage.KEPT, lease="", ended=now):
            raise Fenced(attempt.pk)
        if not Generation.objects.move(generation.pk, State.SUCCEEDED, asset=asset, charged=owed, ended=now):
            raise Fenced(attempt.pk)
        credits.capture(generation.pk, owed)


def _asset(job: Job, kept: Kept) -> Asset:
    return Asset.objects.create(
        team_id=job.team_id,
        member_id=job.member_id,
        use=Use.OUTPUT,
        sha256=kept.sha256,
        media_type=kept.media_type,
        width=kept.width,
        height=kept.height,
        size=kept.size,
    )


def _quality(attempt: Attempt, brief: Brief) -> str:
    return attempt.result.get("quality") or brief.quality


def fail(generation: uuid.UUID, kind: Kind, code: str = "") -> bool:
    """End without a picture and give the hold back. False where it had ended already."""
    with transaction.atomic():
        now = timezone.now()
        moved = Generation.objects.move(generation, State.FAILED, fault=kind, fault_code=code, charged=0, ended=now)
        if moved:
            credits.release(generation)
        return moved


def give_up(attempt: Attempt, lease: str, fault: Fault, code: str = "", *, lost: bool) -> None:
    """End an attempt and its generation with it. `lost` books the upstream's cost as paid for nothing."""
    with transaction.atomic():
        if put_down(attempt, lease, fault, lost=lost):
            fail(attempt.generation_id, fault.kind, code)


def put_down(attempt: Attempt, lease: str, fault: Fault, *, lost: bool) -> bool:
    """End an attempt alone, keeping what the provider said for the admin. False where the lease is gone."""
    stage = Stage.UNKNOWN if fault.kind is Kind.UNKNOWN else Stage.FAILED
    return bool(
        Attempt.objects.held(attempt.pk, lease).update(
            stage=stage,
            fault=fault.kind,
            fault_text=fault.message[:2000],
            status=fault.status,
            is_lost=lost,
            cost=attempt.cost if lost else 0,
            lease="",
            ended=timezone.now(),
        )
    )
