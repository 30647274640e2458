"""How a generation ends. Each ending settles its hold in the same transaction; there is no other way to end.

Whoever wants to know of it is told by that transaction too, before the wallet: its row is the one that all wait for.
"""

import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import credits
from generations import hooks, pricing
from generations.brief import Brief
from generations.engine import turns
from generations.failpoints import reach
from generations.faults import Fault, Kind
from generations.models import ENDED, Asset, Attempt, Generation, Job, Stage, State, Use
from generations.sizes import Size, tier_of
from gptstudio import chimes
from gptstudio.statements import insert

WATCH = timedelta(hours=24)
"""How long an attempt that was given up is still asked for: the addresses of upstreams die within days."""


FIRST_LOOK = 30.0
"""Seconds until an attempt that was given up is asked for again."""


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
    came: Size | None = None
    """The pixels that the provider made, before anything was made of them here: they are what is owed for."""
    notes: dict[str, Any] = field(default_factory=dict)
    """What the receipt has to say of it."""


def succeed(attempt: Attempt, lease: str, kept: Kept) -> None:
    """Take a kept picture as the generation's, and its price out of the hold. Raises Fenced.

    One that comes when the generation has ended without it is kept at no charge: its credits are back already.
    """
    if attempt.ended:
        _keep_late(attempt, lease, kept)
        return
    generation, job = attempt.generation, attempt.generation.job
    brief = job.brief()
    delivered = tier_of(kept.came or Size(kept.width, kept.height))
    owed = pricing.due(job.tariff, generation.held, delivered, _quality(attempt, brief))
    now = timezone.now()
    with transaction.atomic():
        asset = _asset(job, kept)
        _set_kept(attempt, lease, kept, ended=now)
        if not Generation.objects.move(generation.pk, State.SUCCEEDED, asset=asset, charged=owed, ended=now):
            raise Fenced(attempt.pk)
        hooks.tell(generation.pk)
        reach("settle.before")
        credits.capture(generation.pk, owed)
        _chime(job.pk)
    reach("settle.after")


def _keep_late(attempt: Attempt, lease: str, kept: Kept) -> None:
    with transaction.atomic():
        asset = _asset(attempt.generation.job, kept)
        _set_kept(attempt, lease, kept, watch_until=None, **billed_after_all(attempt))
        without = Generation.objects.filter(pk=attempt.generation_id, state__in=ENDED, asset__isnull=True)
        if not without.update(asset=asset, changed=timezone.now()):
            raise Fenced(attempt.pk)


def billed_after_all(attempt: Attempt) -> dict[str, Any]:
    """What is known of an ended attempt when its picture comes. Where a person had found that the call was not billed,
    the picture speaks against it: its cost is booked again, and somebody has to look into it again."""
    if attempt.is_lost:
        return {"is_lost": True}
    cost = attempt.route.cost if attempt.route else attempt.cost
    return {"is_lost": True, "cost": cost, "checked": None, "checked_by": None}


def _set_kept(attempt: Attempt, lease: str, kept: Kept, **changes: Any) -> None:
    result = {**attempt.result, **kept.notes}
    if not Attempt.objects.held(attempt.pk, lease).update(stage=Stage.KEPT, lease="", result=result, **changes):
        raise Fenced(attempt.pk)


def _asset(job: Job, kept: Kept) -> Asset:
    asset = Asset(
        team_id=job.team_id,
        member_id=job.member_id,
        use=Use.OUTPUT,
        sha256=kept.sha256,
        media_type=kept.media_type,
        width=kept.width,
        height=kept.height,
        size=kept.size,
    )
    insert(asset)
    return asset


def _quality(attempt: Attempt, brief: Brief) -> str:
    return attempt.result.get("quality") or brief.quality


def fail(generation: uuid.UUID, kind: Kind, code: str = "") -> bool:
    """End without a picture and give the hold back. False where it had ended already."""
    with transaction.atomic():
        now = timezone.now()
        moved = Generation.objects.move(generation, State.FAILED, fault=kind, fault_code=code, charged=0, ended=now)
        if moved:
            hooks.tell(generation)
            credits.release(generation)
            _chime(_job_of(generation))
        return moved


def _chime(job: uuid.UUID) -> None:
    """Whoever waits for the job looks when this is committed."""
    transaction.on_commit(lambda: chimes.ring(job), robust=True)


def _job_of(generation: uuid.UUID) -> uuid.UUID:
    return Generation.objects.values_list("job_id", flat=True).get(pk=generation)


def requeue(generation: uuid.UUID, pause: float = 0.0) -> None:
    """Let another attempt be made after `pause` seconds; where its person asked to cancel, it ends instead."""
    due = timezone.now() + timedelta(seconds=pause) if pause else turns.at_once()
    with transaction.atomic():
        if not Generation.objects.move(generation, State.QUEUED, due_at=due, ring_at=due, rings=0):
            _call_off(generation)


def cancel(generation: uuid.UUID) -> bool:
    """End a queued generation and give its hold back; of one that is sent, note the wish. True where it ended now.

    A picture that is sent finishes as its provider decides, and costs what it costs: credits are never given back
    before a verdict.
    """
    with transaction.atomic():
        found = Generation.objects.select_for_update().filter(pk=generation).first()
        if found is None or found.is_over:
            return False
        if found.state == State.QUEUED:
            return _call_off(generation)
        now = timezone.now()
        Generation.objects.filter(pk=generation, cancel_asked__isnull=True).update(cancel_asked=now, changed=now)
        return False


def _call_off(generation: uuid.UUID) -> bool:
    moved = Generation.objects.move(generation, State.CANCELLED, charged=0, ended=timezone.now())
    if moved:
        hooks.tell(generation)
        credits.release(generation)
        _chime(_job_of(generation))
    return moved


def give_up(attempt: Attempt, lease: str, fault: Fault, code: str = "", *, lost: bool, raw: str = "") -> bool:
    """End an attempt and its generation with it. `lost` books the upstream's cost as paid for nothing.

    False where the lease is gone; then nothing was written.
    """
    with transaction.atomic():
        written = put_down(attempt, lease, fault, lost=lost, raw=raw)
        if written:
            fail(attempt.generation_id, fault.kind, code)
        return written


def wait_no_longer(attempt: Attempt, lease: str, why: str) -> bool:
    """End a generation whose picture came and is not home by its deadline. The attempt goes on: it may be kept late.

    False where the lease is gone; then nothing was written.
    """
    now = timezone.now()
    with transaction.atomic():
        written = Attempt.objects.held(attempt.pk, lease).update(
            fault=Kind.UNKNOWN,
            fault_text=why[:2000],
            is_lost=True,
            due_at=now + timedelta(seconds=FIRST_LOOK),
            lease="",
            lease_until=None,
            ended=now,
        )
        if written:
            fail(attempt.generation_id, Kind.UNKNOWN, "deadline")
        return bool(written)


def put_down(attempt: Attempt, lease: str, fault: Fault, *, lost: bool, raw: str = "") -> bool:
    """End an attempt alone, keeping what the provider said for the admin. False where the lease is gone.

    One that has an id and no verdict is still asked for now and then: its picture may come late. One that was late
    already is not asked for all over again, and what a person has found out about its cost stays.
    """
    now = timezone.now()
    is_open = fault.kind is Kind.UNKNOWN
    return bool(
        Attempt.objects.held(attempt.pk, lease).update(
            stage=Stage.UNKNOWN if is_open else Stage.FAILED,
            fault=fault.kind,
            fault_text=fault.message[:2000],
            status=fault.status,
            **({} if attempt.checked else {"is_lost": lost, "cost": attempt.cost if lost else 0}),
            watch_until=now + WATCH if is_open and attempt.upstream_id and not attempt.ended else None,
            due_at=now + timedelta(seconds=FIRST_LOOK),
            lease="",
            lease_until=None,
            ended=attempt.ended or now,
            **({"raw": raw} if raw else {}),
        )
    )
