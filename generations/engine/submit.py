"""Make one paid call for a queued generation: the intent is written first, and the call is never made twice."""

import random
import tempfile
import time
import uuid
from datetime import timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from generations import client, media, vault
from generations.brief import Brief, Picture
from generations.dialects.wire import URL, Accepted, Outcome
from generations.engine.bells import COLLECT, SUBMIT, Bell
from generations.engine.close import fail, give_up, put_down
from generations.engine.leases import holding, lease_end, new_lease
from generations.faults import COMES_BACK, IN_DOUBT, MOVES_ON, Fault, Kind
from generations.models import Asset, Attempt, Generation, Route, Stage, State

log = structlog.get_logger(__name__)

TRIES = 4
"""How often one route may answer Busy or not be reached before it counts as closed for this generation."""
LONGEST_PAUSE = 300.0
"""Seconds for which a picture waits on the word of a busy provider; one that names more has said no."""
FIRST_POLL = (2.0, 3.0)
"""Seconds until an accepted attempt is first asked about (seeds: 建议轮询间隔 2~5 秒)."""
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between the tries to write an answer down: within one lease, as nobody can renew it meanwhile."""


def submit(generation_id: uuid.UUID) -> list[Bell]:
    """Send a queued generation to the best route it has left.

    Returns what to ring next. Does nothing where the generation is not queued or not due, so a doubled ring is
    harmless. Raises nothing for what a provider does; its answer is written down.
    """
    with tempfile.TemporaryDirectory(dir=settings.SCRATCH) as folder:
        attempt = intend(generation_id)
        if attempt is None:
            return []
        with holding(attempt.lease):
            return _insist_on_taking_down(attempt, _call(attempt, Path(folder)))


def _call(attempt: Attempt, folder: Path) -> client.Answer:
    try:
        brief = _brief(attempt)
    except OSError as wrong:
        return client.Answer(Fault(Kind.NOT_STARTED, f"a reference could not be read: {wrong}"))
    return client.submit(attempt.provider, brief, attempt.upstream_name, str(attempt.pk), folder)


def intend(generation_id: uuid.UUID) -> Attempt | None:
    """Move the generation to running and write down the call that is about to be made, in one transaction."""
    with transaction.atomic():
        waiting = Generation.objects.filter(pk=generation_id, state=State.QUEUED, due_at__lte=timezone.now())
        generation = waiting.select_related("job__image_model").select_for_update(of=("self",)).first()
        if generation is None:
            return None
        route = _next_route(generation)
        if route is None:
            _close_unserved(generation)
            return None
        if not Generation.objects.move(generation.pk, State.RUNNING, started=generation.started or timezone.now()):
            return None
        return _write_intent(generation, route)


def _write_intent(generation: Generation, route: Route) -> Attempt:
    now = timezone.now()
    return Attempt.objects.create(
        generation=generation,
        provider=route.provider,
        route=route,
        upstream_name=route.upstream_name,
        cost=route.cost,
        lease=new_lease(),
        lease_until=lease_end(),
        sent=now,
        deadline=now + timedelta(seconds=client.patience(route.provider)),
    )


def _next_route(generation: Generation) -> Route | None:
    """The preferred route that has not ruled itself out; one that was busy goes behind those not asked yet."""
    tries: dict[int | None, int] = {}
    for attempt in generation.attempts.all():
        tries[attempt.route_id] = tries.get(attempt.route_id, 0) + (1 if attempt.fault in COMES_BACK else TRIES)
    routes = Route.objects.serving(generation.job.image_model)
    left = [route for route in routes if tries.get(route.pk, 0) < TRIES]
    return min(left, key=lambda route: tries.get(route.pk, 0), default=None)


def _close_unserved(generation: Generation) -> None:
    last = generation.attempts.order_by("-sent").first()
    fail(generation.pk, Kind(last.fault) if last and last.fault else Kind.NOT_STARTED, "" if last else "no_provider")


def _brief(attempt: Attempt) -> Brief:
    """The brief with its references in the form that this wire takes.

    From here until the answer no database connection is held: storage may be as slow as a provider.
    """
    job = attempt.generation.job
    assets = [place.asset for place in job.jobreference_set.select_related("asset")]
    connection.close()
    form = client.reference_form(attempt.provider)
    return job.brief(tuple(_picture(asset, form) for asset in assets))


def _picture(asset: Asset, form: str) -> Picture:
    if form == URL:
        return Picture(url=media.public_link(asset), media_type=asset.media_type)
    return Picture(content=vault.read(asset), media_type=asset.media_type)


def _insist_on_taking_down(attempt: Attempt, answer: client.Answer) -> list[Bell]:
    """What may have been paid for is not lost because the database is away for a moment."""
    for pause in PAUSES:
        try:
            return _take_down(attempt, answer)
        except (OperationalError, InterfaceError) as wrong:
            log.warning("answer_not_taken_down", attempt=str(attempt.pk), error=type(wrong).__name__)
            connection.close()
            time.sleep(pause)
    return _take_down(attempt, answer)


def _take_down(attempt: Attempt, answer: client.Answer) -> list[Bell]:
    """Write the provider's answer down in one small transaction and say what comes next."""
    match answer.meaning:
        case Accepted(upstream_id=upstream_id):
            _accept(attempt, upstream_id, answer.raw)
            return []
        case Outcome() as outcome:
            return deliver(attempt, attempt.lease, outcome, answer)
        case Fault() as fault:
            return _fall_back(attempt, fault, answer.raw)
        case _:
            raise TypeError(f"{type(answer.meaning).__name__} is no answer to a submission")


def _accept(attempt: Attempt, upstream_id: str, raw: str) -> None:
    now = timezone.now()
    written = Attempt.objects.held(attempt.pk, attempt.lease).update(
        stage=Stage.ACCEPTED,
        upstream_id=upstream_id,
        raw=raw,
        lease="",
        lease_until=None,
        due_at=now + timedelta(seconds=random.uniform(*FIRST_POLL)),  # noqa: S311
        deadline=now + timedelta(seconds=attempt.provider.deadline),
    )
    if not written:
        log.error("late_answer_refused", attempt=str(attempt.pk), upstream_id=upstream_id)


def deliver(attempt: Attempt, lease: str, outcome: Outcome, answer: client.Answer) -> list[Bell]:
    """Note where the finished picture is; bytes that came inside the answer are staged before the note is written."""
    image = outcome.images[0]
    inline = answer.inline.get(image.inline)
    result = {"staged": vault.stage(inline)} if inline else {"url": image.url}
    written = Attempt.objects.held(attempt.pk, lease).update(
        stage=Stage.DELIVERED,
        result={
            **result,
            "revised_prompt": outcome.revised_prompt,
            "quality": outcome.quality,
            "asked_again": attempt.result.get("asked_again", False),
        },
        raw=answer.raw,
        stumbles=0,
        lease="",
        lease_until=None,
        due_at=timezone.now() + timedelta(seconds=15),
        deadline=timezone.now() + timedelta(seconds=attempt.provider.deadline),
    )
    if not written:
        log.error("late_answer_refused", attempt=str(attempt.pk))
        if inline:
            vault.drop_staged(result["staged"])
        return []
    return [Bell(COLLECT, attempt.pk)]


def _fall_back(attempt: Attempt, fault: Fault, raw: str) -> list[Bell]:
    log.info("attempt_failed", attempt=str(attempt.pk), kind=fault.kind, status=fault.status, code=fault.code)
    Attempt.objects.held(attempt.pk, attempt.lease).update(raw=raw)
    pause = _pause(attempt, fault)
    if fault.kind not in MOVES_ON or pause > LONGEST_PAUSE:
        give_up(attempt, attempt.lease, fault, lost=fault.kind in IN_DOUBT)
        return []
    with transaction.atomic():
        if not put_down(attempt, attempt.lease, fault, lost=False):
            return []
        due = timezone.now() + timedelta(seconds=pause)
        Generation.objects.move(attempt.generation_id, State.QUEUED, due_at=due, ring_at=due, rings=0)
    return [] if pause else [Bell(SUBMIT, attempt.generation_id)]


def _pause(attempt: Attempt, fault: Fault) -> float:
    """Seconds before the next attempt: none towards another route, else as asked, else growing with each try."""
    if fault.kind not in COMES_BACK:
        return 0.0
    tries = attempt.generation.attempts.filter(provider=attempt.provider_id).count()
    others = Route.objects.serving(attempt.generation.job.image_model).exclude(
        attempts__generation=attempt.generation_id
    )
    if others.exists():
        return 0.0
    return fault.retry_after if fault.retry_after is not None else 2.0**tries * random.uniform(0.8, 1.2)  # noqa: S311
