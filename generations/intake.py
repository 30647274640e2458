"""Before the queue: what a wish would cost, and how it becomes a job that is held and waiting.

One transaction writes {job, generations, holds}; only then is the doorbell rung.
"""

import tempfile
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import credits
from accounts.models import Member, Wallet
from generations import dialects, engine, imaging, pricing, tasks, vault
from generations.brief import Brief, Picture
from generations.catalog import Objection, objections
from generations.engine import Bell
from generations.engine.bells import SUBMIT
from generations.engine.sweep import RING_AGAIN
from generations.fetch import NotFetched, fetch
from generations.imaging import Facts, Unreadable
from generations.models import Asset, Generation, ImageModel, Job, JobReference, Route, Use

STUDIO = "studio"
MOST_UPLOAD = 20 * 1024 * 1024
FETCH_WITHIN = 20.0


class Objected(Exception):
    """The wish cannot be taken as it stands. Nothing was held and nothing was kept of it."""

    def __init__(self, *wrong: Objection) -> None:
        super().__init__(", ".join(f"{each.field}: {each.code}" for each in wrong))
        self.objections = list(wrong)


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
    try:
        each = pricing.price(image_model.tariff, brief.tier, brief.quality)
    except pricing.Unpriced as wrong:
        raise Objected(Objection("size", "unpriced", (("value", str(wrong)),))) from wrong
    balance = Wallet.objects.values_list("balance", flat=True).get(team_id=member.team_id)
    return Quote(each, count, balance)


def submit(
    member: Member,
    image_model: ImageModel,
    brief: Brief,
    references: list[Asset],
    count: int,
    key: str,
    origin: str = STUDIO,
) -> Job:
    """Take a wish on: check it, hold its credits, queue its generations, and ring.

    The same `key` from the same member gives the same job, however often it is sent. Raises Objected with
    everything that is wrong; then nothing was held.
    """
    if taken := _taken(member, origin, key):
        return taken
    _check(image_model, brief, references, count)
    each = quote(member, image_model, brief, count).each
    try:
        with transaction.atomic():
            job = _write(member, image_model, brief, count, key, origin)
            _attach(job, references)
            _hold(job, each)
            _check_room(member, count)
    except IntegrityError:
        if taken := _taken(member, origin, key):
            return taken
        raise
    except credits.NotEnough as wrong:
        short = (("wanted", wrong.wanted), ("balance", wrong.balance))
        raise Objected(Objection("", "credits", short)) from wrong
    except credits.OverCap as wrong:
        raise Objected(_over(wrong)) from wrong
    return job


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
    references = [place.asset for place in job.jobreference_set.select_related("asset")]
    return submit(member, job.image_model, job.brief(), references, 1, retry_key(generation))


def retry_key(generation: Generation) -> str:
    """The submission key of the one job that asks anew for this picture."""
    return f"retry {generation.pk}"


def cancel(member: Member, generation: Generation) -> bool:
    """Call off a picture of the member's team. True where it ended at once, with its credits back.

    One that is sent already finishes as its provider decides, and costs what it costs.
    """
    return generation.job.team_id == member.team_id and engine.cancel(generation.pk)


def _taken(member: Member, origin: str, key: str) -> Job | None:
    return Job.objects.filter(member=member, origin=origin, key=key).first()


def _check(image_model: ImageModel, brief: Brief, references: list[Asset], count: int) -> None:
    if not image_model.is_enabled:
        raise Objected(Objection("image_model", "no_provider"))
    wished = replace(brief, references=tuple(Picture(media_type=asset.media_type) for asset in references))
    if wrong := objections(wished, image_model.capabilities, count) or _unserved(image_model, wished):
        raise Objected(*wrong)


def _unserved(image_model: ImageModel, brief: Brief) -> list[Objection]:
    """What none of the open routes can say of this brief; nothing where one of them can say all of it."""
    lacks = [dialects.lacking(route.provider.dialect, brief) for route in Route.objects.serving(image_model.pk)]
    if not lacks:
        return [Objection("image_model", "no_provider")]
    return [Objection(fault.code, "unserved") for fault in lacks[:1] if fault] if all(lacks) else []


def _write(member: Member, image_model: ImageModel, brief: Brief, count: int, key: str, origin: str) -> Job:
    return Job.objects.create(
        team_id=member.team_id,
        member=member,
        image_model=image_model,
        brief_json=brief.to_json(),
        prompt=brief.prompt,
        count=count,
        tariff=image_model.tariff,
        origin=origin,
        key=key,
    )


def _attach(job: Job, references: list[Asset]) -> None:
    JobReference.objects.bulk_create(
        JobReference(job=job, asset=asset, position=position) for position, asset in enumerate(references, 1)
    )


def _hold(job: Job, each: int) -> None:
    """Queue one generation a picture and hold the price of each, in the transaction that wrote the job."""
    now = timezone.now()
    ring_at = now + timedelta(seconds=RING_AGAIN)
    generations = Generation.objects.bulk_create(
        Generation(job=job, member=job.member, position=position, held=each, due_at=now, ring_at=ring_at)
        for position in range(1, job.count + 1)
    )
    credits.hold(job.member, {generation.pk: each for generation in generations})
    transaction.on_commit(partial(tasks.ring, [Bell(SUBMIT)] * len(generations)))


def _check_room(member: Member, count: int) -> None:
    """Raises Objected where the team has too much under way. Behind its wallet's lock, so that no two count at once."""
    most = member.team.most_active or settings.MOST_ACTIVE
    under_way = Generation.objects.under_way().filter(member__team=member.team_id).count()
    if under_way > most:
        said = (("most", most), ("under_way", under_way - count), ("wanted", count))
        raise Objected(Objection("", "active", said))


def _over(wrong: credits.OverCap) -> Objection:
    said = (("wanted", wrong.wanted), ("cap", wrong.cap), ("spent", wrong.spent))
    return Objection("", f"cap_{wrong.who}_{wrong.period}", said)


def keep_upload(member: Member, upload: UploadedFile) -> Asset:
    """Keep a picture that a member handed in as a reference, without its metadata. Raises Objected."""
    if (upload.size or 0) > MOST_UPLOAD:
        raise Objected(Objection("references", "bytes", (("name", upload.name or ""),)))

    def bring(path: Path) -> None:
        with path.open("wb") as file:
            for piece in upload.chunks():
                file.write(piece)

    return _keep(member, upload.name or "", bring)


def keep_link(member: Member, url: str) -> Asset:
    """Fetch a picture from a public address and keep it as a reference. Raises Objected."""
    return _keep(member, url, lambda path: fetch(url, path, most_bytes=MOST_UPLOAD, within=FETCH_WITHIN))


def _keep(member: Member, name: str, bring: Callable[[Path], object]) -> Asset:
    with tempfile.TemporaryDirectory(dir=settings.SCRATCH) as folder:
        given, cleaned, thumbnail = (Path(folder) / part for part in ("given", "cleaned", "thumbnail"))
        try:
            bring(given)
            facts = imaging.clean(given, cleaned)
            imaging.derive(cleaned, thumbnail)
        except (NotFetched, Unreadable) as wrong:
            raise Objected(Objection("references", wrong.reason, (("name", name[:200]),))) from wrong
        return _keep_asset(member, name, facts, cleaned, thumbnail)


def _keep_asset(member: Member, name: str, facts: Facts, cleaned: Path, thumbnail: Path) -> Asset:
    sha256 = vault.digest(cleaned)
    vault.keep(cleaned, sha256, facts.media_type)
    vault.keep_thumbnail(thumbnail, sha256)
    return Asset.objects.create(
        team_id=member.team_id,
        member=member,
        use=Use.REFERENCE,
        sha256=sha256,
        media_type=facts.media_type,
        width=facts.width,
        height=facts.height,
        size=cleaned.stat().st_size,
        name=name[:200],
    )


def new_key() -> str:
    """A submission key for a form that is about to be shown."""
    return str(uuid.uuid4())
