"""How is a wish written down? {job, generations, holds} in one transaction; only then is the doorbell rung.

Wishes of one team that come at once are written down together: its wallet, which all of them wait for, is locked and
committed once for many.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone

from accounts import credits
from accounts.models import ApiKey, Member
from generations import tasks
from generations.brief import Brief
from generations.catalog import Objection
from generations.engine import Bell, turns
from generations.engine.bells import SUBMIT
from generations.engine.sweep import RING_AGAIN
from generations.intake.objected import Objected
from generations.models import Asset, Generation, ImageModel, Job, JobReference, State, Use
from generations.pricing import Tariff
from gptstudio.statements import Given, Statement, insert
from gptstudio.together import Together

STUDIO = "studio"


@dataclass(frozen=True, slots=True)
class Sender:
    """By whose hand a wish comes, beside its member. What comes from the studio's own pages has none of it."""

    origin: str = STUDIO
    api_key: ApiKey | None = None
    fingerprint: str = ""
    """The sha256 of the call's body: what makes two calls one wish."""
    said: str = ""
    """The call's body, for the wire that gives it back."""
    call_back: str = ""


MEMBER = Sender()


@dataclass(frozen=True, slots=True)
class Submission:
    """A wish that has been checked."""

    member: Member
    image_model: ImageModel
    brief: Brief
    pictures: Sequence[Asset]
    count: int
    tariff: Tariff
    each: int
    """The credits of one picture."""
    key: str
    sender: Sender


REFUSALS = (Objected, credits.NotEnough, credits.OverCap, IntegrityError)
"""What is wrong with one wish, and not with those beside it."""


def take_on(submission: Submission) -> Job:
    """Its job, with its credits held and its generations queued. Raises one of REFUSALS; then nothing was held."""
    return _together(submission.member.team_id, submission)


def _all(submissions: list[Submission]) -> list[Job | Exception]:
    """All in one transaction; where one of them cannot be, each in its own."""
    if len(submissions) > 1:
        with suppress(*REFUSALS):
            return list(_write(submissions))
    return [_alone(submission) for submission in submissions]


def _alone(submission: Submission) -> Job | Exception:
    try:
        return _write([submission])[0]
    except Exception as wrong:  # whatever it is, it is this one's: what has been written before it stays
        return wrong


def _ring(jobs: Sequence[Job | BaseException]) -> None:
    """A broker that keeps silent must not keep the next wishes waiting, so this comes when these are answered."""
    tasks.ring([Bell(SUBMIT)] * sum(job.count for job in jobs if isinstance(job, Job)))


def ring_again(job: Job) -> None:
    """A database that goes away with the commit may have kept the job, and whoever was to ring was told that it had
    not. They ask again, and find it: whatever of it still waits is rung for once more."""
    waiting = [Bell(SUBMIT)] * job.generations.filter(state=State.QUEUED).count()
    transaction.on_commit(lambda: tasks.ring(waiting), robust=True)


_together: Together[Submission, Job] = Together(_all, _ring)


def _write(submissions: Sequence[Submission]) -> list[Job]:
    """The jobs of these wishes of one team. Raises one of REFUSALS where one of them cannot be."""
    with transaction.atomic():
        jobs = [_job(submission) for submission in submissions]
        insert(*sorted(jobs, key=lambda job: (job.member_id, job.origin, job.key)))  # as any other process does
        for job, submission in zip(jobs, submissions, strict=True):
            _attach(job, submission.pictures)
        queued = [_generations(*each) for each in zip(jobs, submissions, strict=True)]
        generations = [generation for of_job in queued for generation in of_job]
        insert(*generations)
        credits.hold_together([_hold(*each) for each in zip(submissions, queued, strict=True)])
        _check_room(submissions[0].member, len(generations))
    return jobs


def _job(submission: Submission) -> Job:
    sender = submission.sender
    return Job(
        team_id=submission.member.team_id,
        member=submission.member,
        image_model=submission.image_model,
        brief_json=submission.brief.to_json(),
        prompt=submission.brief.prompt,
        count=submission.count,
        tariff=submission.tariff,
        origin=sender.origin,
        key=submission.key,
        api_key=sender.api_key,
        fingerprint=sender.fingerprint,
        said=sender.said,
        call_back=sender.call_back,
    )


def _attach(job: Job, pictures: Sequence[Asset]) -> None:
    references, mask = told_apart(pictures)
    if references:
        JobReference.objects.bulk_create(
            JobReference(job=job, asset=asset, position=position) for position, asset in enumerate(references, 1)
        )
    if mask:
        Job.objects.filter(pk=job.pk).update(mask=mask)


def told_apart(pictures: Sequence[Asset]) -> tuple[list[Asset], Asset | None]:
    """The references, and the mask that says where the first of them is to change."""
    masks = [asset for asset in pictures if asset.use == Use.MASK]
    return [asset for asset in pictures if asset.use != Use.MASK], masks[0] if masks else None


def _generations(job: Job, submission: Submission) -> list[Generation]:
    """One a picture, queued."""
    said: dict[str, Any] = {
        "job": job,
        "member": submission.member,
        "held": submission.each,
        "due_at": turns.at_once(),
        "ring_at": timezone.now() + timedelta(seconds=RING_AGAIN),
    }
    return [Generation(position=position, **said) for position in range(1, submission.count + 1)]


def _hold(submission: Submission, generations: Sequence[Generation]) -> credits.Hold:
    prices = {generation.pk: submission.each for generation in generations}
    return credits.Hold(submission.member, prices, api_key=submission.sender.api_key)


UNDER_WAY = Statement(
    lambda: (
        Generation.objects.under_way()
        .filter(member__team=Given("team"))
        .order_by()
        .values("member__team")
        .annotate(count=Count("pk"))
        .values_list("count")
    )
)


def _check_room(member: Member, count: int) -> None:
    """Raises Objected where the team has too much under way. Behind its wallet's lock, so that no two count at once."""
    most = member.team.most_active or settings.MOST_ACTIVE
    ((under_way,),) = UNDER_WAY.rows(team=member.team_id)
    if under_way > most:
        said = (("most", most), ("under_way", under_way - count), ("wanted", count))
        raise Objected(Objection("", "active", said))
