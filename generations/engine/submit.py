"""Make one paid call for the generation whose turn it is: the intent is written first, and no call is made twice."""

import random
import tempfile
import time
from datetime import timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import Error, InterfaceError, OperationalError, transaction
from django.utils import timezone

from generations import client, media, vault
from generations.brief import Brief, Picture
from generations.dialects.wire import URL, Accepted, Outcome
from generations.engine import health, late, routing, turns
from generations.engine.bells import SUBMIT, Bell
from generations.engine.close import Fenced, fail, give_up, put_down, requeue
from generations.engine.collect import bring_home
from generations.engine.deliver import deliver
from generations.engine.leases import holding, lease_end, new_lease
from generations.engine.routing import Later, Never
from generations.failpoints import reach
from generations.faults import COMES_BACK, IN_DOUBT, MOVES_ON, Fault, Kind
from generations.models import Asset, Attempt, Generation, Route, Stage, State
from gptstudio.statements import insert
from gptstudio.turnstile import outside

log = structlog.get_logger(__name__)

MOST_PASSED = 64
"""Pictures that one bell may put off or end before it falls silent; a sweep rings for the rest."""
LONGEST_PAUSE = 300.0
"""Seconds for which a picture waits on the word of a busy provider; one that names more has said no."""
FIRST_POLL = (2.0, 3.0)
"""Seconds until an accepted attempt is first asked about (seeds: 建议轮询间隔 2~5 秒)."""
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 60.0, 60.0, 60.0)
"""Seconds between the tries to write an answer down, five minutes in all. The lease runs out meanwhile, as nobody can
renew it either; what comes after that is taken back or kept late."""


def submit() -> list[Bell]:
    """Send the generation whose turn it is to the best route it has left.

    Returns what to ring next: itself for a provider that takes so many at once, as it may have room again. Does nothing
    where nobody waits who could be served, so a doubled ring is harmless, and one that was lost is rung again by a
    sweep. Raises nothing for what a provider does; its answer is written down.
    """
    with tempfile.TemporaryDirectory(dir=settings.SCRATCH) as folder:
        reach("intent.before")
        attempt = intend()
        if attempt is None:
            return []
        reach("intent.after")
        with holding(attempt):
            answer = _call(attempt, Path(folder))
            reach("stored.before")
            bells = _insist_on_taking_down(attempt, answer)
            reach("stored.after")
            if attempt.stage == Stage.DELIVERED:
                # This thread was kept for the picture all the while: a bell would cost a way through the broker.
                return bring_home(attempt, Path(folder), next(iter(answer.inline.values()), None))
    return [*bells, *([Bell(SUBMIT)] if attempt.provider.concurrency else [])]


def _call(attempt: Attempt, folder: Path) -> client.Answer:
    try:
        brief = _brief(attempt)
    except (OSError, Error) as wrong:  # our storage, or our database: no byte has left
        return client.Answer(Fault(Kind.NOT_STARTED, f"the brief could not be read: {wrong}", health.OURS))
    with outside(for_long=True):  # all of it: the provider's time runs, and what it says must wait for nobody here
        return client.submit(attempt.provider, brief, attempt.upstream_name, str(attempt.pk), folder)


def intend() -> Attempt | None:
    """Take the next generation and write down the call that is about to be made, in one transaction.

    None where nobody waits who could be served now. Whose picture has to wait is passed over, and so are the member's
    others until the next bell: a batch that nobody has room for must not keep the next team from its turn.
    """
    passed: set[int] = set()
    for _ in range(MOST_PASSED):
        with transaction.atomic():
            generation = turns.next_up(passed)
            if generation is None:
                return None
            match routing.choose(generation):
                case Never(kind, code):
                    fail(generation.pk, kind, code)
                case Later(when):
                    Generation.objects.filter(pk=generation.pk, state=State.QUEUED).update(due_at=when, ring_at=when)
                    passed.add(generation.member_id)
                case route if attempt := _begin(generation, route):
                    return attempt
    return None


def _begin(generation: Generation, route: Route) -> Attempt | None:
    """Move a locked generation to running and write its intent."""
    if not Generation.objects.move(generation.pk, State.RUNNING, started=generation.started or timezone.now()):
        return None
    turns.take(generation)
    return _write_intent(generation, route)


def _write_intent(generation: Generation, route: Route) -> Attempt:
    now = timezone.now()
    attempt = Attempt(
        generation=generation,
        provider=route.provider,
        route=route,
        upstream_name=route.upstream_name,
        cost=route.cost,
        lease=new_lease(),
        lease_until=lease_end(),
        sent=now,
        deadline=now + timedelta(seconds=client.patience(route.provider, generation.job.outline)),
    )
    insert(attempt)
    return attempt


def _brief(attempt: Attempt) -> Brief:
    """The brief with its references in the form that this wire takes. Storage may be as slow as a provider."""
    job = attempt.generation.job
    if not job.outline.references:
        return job.outline
    assets, mask = [place.asset for place in job.jobreference_set.select_related("asset")], job.mask
    form = client.reference_form(attempt.provider)
    with outside():
        return job.brief(tuple(_picture(asset, form) for asset in assets), _picture(mask, form) if mask else None)


def _picture(asset: Asset, form: str) -> Picture:
    if form == URL:
        return Picture(url=media.public_link(asset), media_type=asset.media_type)
    return Picture(content=vault.read(asset), media_type=asset.media_type)


def _insist_on_taking_down(attempt: Attempt, answer: client.Answer) -> list[Bell]:
    """What may have been paid for is not lost because the database or the storage is away for a moment."""
    for pause in PAUSES:
        try:
            return _take_down(attempt, answer)
        except (OperationalError, InterfaceError, OSError) as wrong:
            log.warning("answer_not_taken_down", attempt=str(attempt.pk), error=type(wrong).__name__)
            with outside():
                time.sleep(pause)
    return _take_down(attempt, answer)


def _take_down(attempt: Attempt, answer: client.Answer) -> list[Bell]:
    """Write the provider's answer down. Where the lease was lost meanwhile, it is a late one."""
    try:
        return _write_down(attempt, answer)
    except Fenced:
        if late.take_back(attempt):
            return _write_down(attempt, answer)
        return late.keep(attempt, answer)


def _write_down(attempt: Attempt, answer: client.Answer) -> list[Bell]:
    """The answer, and what comes next. Raises Fenced."""
    match answer.meaning:
        case Accepted(upstream_id=upstream_id):
            _accept(attempt, upstream_id, answer.raw)
            _note_life(attempt)
            return []
        case Outcome() as outcome:
            # Where there is a limit, somebody waits for the room: the next call comes first.
            bells = deliver(attempt, attempt.lease, outcome, answer, goes_on=not attempt.provider.concurrency)
            _note_life(attempt)
            return bells
        case Fault() as fault:
            with transaction.atomic():
                health.note(attempt, fault)
                return _fall_back(attempt, fault, answer.raw)
        case _:
            raise TypeError(f"{type(answer.meaning).__name__} is no answer to a submission")


def _note_life(attempt: Attempt) -> None:
    """Nothing hangs on it, and an answer that is written down must not be written down again for its sake."""
    try:
        health.note_life(attempt)
    except (OperationalError, InterfaceError) as wrong:
        log.warning("life_not_noted", attempt=str(attempt.pk), error=type(wrong).__name__)


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
        raise Fenced(attempt.pk)


def _fall_back(attempt: Attempt, fault: Fault, raw: str) -> list[Bell]:
    """End the attempt, and its generation with it unless another call may be made."""
    log.info("attempt_failed", attempt=str(attempt.pk), kind=fault.kind, status=fault.status, code=fault.code)
    pause = _pause(attempt, fault)
    if fault.kind not in MOVES_ON or pause > LONGEST_PAUSE:
        if not give_up(attempt, attempt.lease, fault, lost=fault.kind in IN_DOUBT, raw=raw):
            raise Fenced(attempt.pk)
        return []
    if not put_down(attempt, attempt.lease, fault, lost=False, raw=raw):
        raise Fenced(attempt.pk)
    requeue(attempt.generation_id, pause)
    return [] if pause else [Bell(SUBMIT)]


def _pause(attempt: Attempt, fault: Fault) -> float:
    """Seconds before the next attempt: as asked, else growing with each try; less where another route is sooner."""
    if fault.kind not in COMES_BACK:
        return 0.0
    tries = attempt.generation.attempts.filter(provider=attempt.provider_id).count()
    own = fault.retry_after if fault.retry_after is not None else 2.0**tries * random.uniform(0.8, 1.2)  # noqa: S311
    fresh = routing.until_fresh(attempt.generation)
    return own if fresh is None else min(own, fresh)
