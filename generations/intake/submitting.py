"""What would a wish cost, may it be asked for, and is it one that was taken on before? What passes is written down."""

import uuid
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import IntegrityError
from django.utils import timezone

from accounts import credits
from accounts.models import Member, Wallet
from generations import dialects, engine, pricing
from generations.brief import Brief, Picture
from generations.catalog import Objection, objections
from generations.intake.objected import Objected
from generations.intake.writing import MEMBER, Sender, Submission, ring_again, take_on, told_apart
from generations.models import Asset, Generation, ImageModel, Job
from generations.pricing import Tariff

REMEMBERED = timedelta(hours=24)
"""How long the submission key of a script leads back to its job."""
TRIED_AGAIN = timedelta(minutes=40)
"""How long its body alone does: a call waits for half an hour at most, and a library tries again within minutes. What
runs every hour with the same words means a new picture each time."""


class OtherWish(Exception):
    """The submission key belongs to another wish. Nothing was held."""


@dataclass(frozen=True, slots=True)
class Quote:
    """The upper price of a job, in credits, beside what the pool holds now."""

    each: int
    count: int
    balance: int

    @property
    def total(self) -> int:
        return self.each * self.count

    @property
    def after(self) -> int:
        return self.balance - self.total


def quote(member: Member, image_model: ImageModel, brief: Brief, count: int) -> Quote:
    """What `count` pictures of `brief` would cost at most. Raises Objected where the tariff has no such line."""
    balance = Wallet.objects.values_list("balance", flat=True).get(team_id=member.team_id)
    return Quote(_price(image_model.tariff, brief), count, balance)


def _price(tariff: Tariff, brief: Brief) -> int:
    try:
        return pricing.price(tariff, brief.tier, brief.quality)
    except pricing.Unpriced as wrong:
        raise Objected(Objection("size", "unpriced", (("value", str(wrong)),))) from wrong


def submit(
    member: Member,
    image_model: ImageModel,
    brief: Brief,
    pictures: list[Asset],
    count: int,
    key: str,
    sender: Sender = MEMBER,
) -> Job:
    """Take a wish on: check it, hold its credits, queue its generations, and ring.

    `pictures` are its references in their order, and its mask among them where there is one. The same `key` from the
    same member gives the same job, however often it is sent; a wish without one is always new. Raises Objected with
    everything that is wrong, and OtherWish where the key came with another body; then nothing was held.
    """
    if key and (taken := repeated(member, key, sender)):
        return taken
    check(image_model, _with_pictures(brief, pictures), count)
    tariff = image_model.tariff
    each = _price(tariff, brief)
    submission = Submission(member, image_model, brief, pictures, count, tariff, each, key or new_key(), sender)
    try:
        return take_on(submission)
    except IntegrityError:
        if taken := repeated(member, key, sender):
            return taken
        raise
    except credits.NotEnough as wrong:
        short = (("wanted", wrong.wanted), ("balance", wrong.balance))
        raise Objected(Objection("", "credits", short)) from wrong
    except credits.OverCap as wrong:
        raise Objected(_over(wrong)) from wrong


def unaffordable(member: Member, wished: Quote) -> list[Objection]:
    """What a press would be told of its price: that the pool has not as much, or that the member may not spend it."""
    if wished.after < 0:
        return [Objection("", "credits", (("wanted", wished.total), ("balance", wished.balance)))]
    try:
        credits.keep_caps(member, wished.total)
    except credits.OverCap as wrong:
        return [_over(wrong)]
    return []


def retry(member: Member, generation: Generation) -> Job:
    """Ask anew for a picture that did not come: a job of its own, with a hold of its own at today's price.

    Pressed twice it is one job. Raises Objected as `submit` does.
    """
    job = generation.job
    pictures = [place.asset for place in job.jobreference_set.select_related("asset")]
    return submit(
        member, job.image_model, job.brief(), [*pictures, *filter(None, [job.mask])], 1, retry_key(generation)
    )


def retry_key(generation: Generation) -> str:
    """The submission key of the one job that asks anew for this picture."""
    return f"retry {generation.pk}"


def cancel(member: Member, generation: Generation) -> bool:
    """Call off a picture of the member's team. True where it ended at once, with its credits back.

    One that is sent already finishes as its provider decides, and costs what it costs.
    """
    return generation.job.team_id == member.team_id and engine.cancel(generation.pk)


def repeated(member: Member, key: str, sender: Sender = MEMBER) -> Job | None:
    """The job that was begun with this submission key, rung for again. Raises OtherWish where its body was another.

    A script's key is remembered for a day, and as long as its job is under way; after that it is a new one
    (Stripe's idempotent requests, and the IETF draft on the Idempotency-Key header).
    """
    job = Job.objects.filter(member=member, origin=sender.origin, key=key).first()
    if job is None:
        return None
    if sender.api_key is not None:
        if timezone.now() - job.created > REMEMBERED and not job.generations.under_way().exists():
            Job.objects.filter(pk=job.pk, key=key).update(key=f"{key} until {job.pk}")
            return None
        if job.fingerprint != sender.fingerprint:
            raise OtherWish(key)
    ring_again(job)
    return job


def sent_before(sender: Sender) -> Job | None:
    """The newest job of this API key with this very body, begun lately: what a library that tries again means.

    It is rung for again.
    """
    since = timezone.now() - TRIED_AGAIN
    same = Job.objects.filter(api_key=sender.api_key, fingerprint=sender.fingerprint, origin=sender.origin)
    if job := same.filter(created__gt=since).newest().first():
        ring_again(job)
    return job


def check(image_model: ImageModel, brief: Brief, count: int) -> None:
    """Whether this can be asked for today, whatever it costs. Raises Objected with everything that is wrong."""
    if not image_model.is_enabled:
        raise Objected(Objection("image_model", "no_provider"))
    if wrong := objections(brief, image_model.capabilities, count) or _unserved(image_model, brief):
        raise Objected(*wrong)


def _with_pictures(brief: Brief, pictures: list[Asset]) -> Brief:
    """The brief with its pictures by their kind alone: as much as a check needs."""
    references, mask = told_apart(pictures)
    return replace(
        brief,
        references=tuple(Picture(media_type=asset.media_type) for asset in references),
        mask=Picture(media_type=mask.media_type) if mask else None,
    )


def _unserved(image_model: ImageModel, brief: Brief) -> list[Objection]:
    """What none of the open routes can say of this brief; nothing where one of them can say all of it."""
    lacks = [dialects.lacking(dialect, brief) for dialect in image_model.spoken]
    if not lacks:
        return [Objection("image_model", "no_provider")]
    return [Objection(fault.code, "unserved") for fault in lacks[:1] if fault] if all(lacks) else []


def _over(wrong: credits.OverCap) -> Objection:
    said = (("wanted", wrong.wanted), ("cap", wrong.cap), ("spent", wrong.spent))
    return Objection("", f"cap_{wrong.who}_{wrong.period}", said)


def new_key() -> str:
    """A submission key for a form that is about to be shown."""
    return str(uuid.uuid4())
