"""How do rows become answers?"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch, QuerySet

from accounts.models import Kind
from accounts.statement import Line
from generations import intake, media, sentences
from generations.api.native import told
from generations.catalog import Capabilities
from generations.models import (
    Asset,
    Delivery,
    Event,
    Generation,
    ImageModel,
    Job,
    JobReference,
    Off,
    Price,
    State,
    Use,
    Way,
    Webhook,
)
from generations.reports import state_of
from generations.sizes import Size


def whole(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """The jobs with all that is told of them, in as many questions for many as for one."""
    generations = Generation.objects.select_related("asset").order_by("position")
    return jobs.select_related("image_model").prefetch_related(
        Prefetch("generations", generations), Prefetch("jobreference_set", JobReference.objects.order_by("position"))
    )


def job(row: Job) -> told.Job:
    """A job that came out of `whole`."""
    generations = list(row.generations.all())
    state = state_of([State(each.state) for each in generations])
    ended = [each.ended for each in generations if each.ended]
    is_over = state not in (State.QUEUED, State.RUNNING)
    return told.Job(
        id=row.pk,
        state=state,
        created=row.created,
        ended=max(ended) if ended and is_over else None,
        image_model=row.image_model.name,
        origin=row.origin,
        brief=_brief(row),
        count=row.count,
        generations=[_generation(row, each) for each in generations],
    )


def quote(price: intake.Quote) -> told.Quote:
    return told.Quote(each=price.each, count=price.count, total=price.total, balance=price.balance)


def asset(row: Asset) -> told.Asset:
    """An asset that was asked for together with its generation."""
    made = getattr(row, "generation", None)
    return told.Asset(
        id=row.pk,
        use=Use(row.use),
        created=row.created,
        media_type=row.media_type,
        width=row.width,
        height=row.height,
        bytes=row.size,
        name=row.name,
        url=media.lasting_link(row),
        job=made.job_id if made else None,
    )


def entry(line: Line) -> told.Entry:
    row = line.entry
    return told.Entry(
        id=row.pk,
        kind=Kind(row.kind),
        amount=row.amount,
        balance=line.balance,
        generation=row.generation,
        member=str(row.member) if row.member else None,
        api_key=str(row.api_key) if row.api_key else None,
        note=row.note,
        created=row.created,
    )


def image_model(row: ImageModel, can: Capabilities) -> told.ImageModel:
    return told.ImageModel(
        name=row.name,
        title=row.title,
        capabilities=told.Capabilities.model_validate(can.to_json()),
        tariff=_tariff(row.prices.all()),
    )


def webhook(row: Webhook) -> told.Webhook:
    """A webhook that was asked for together with its maker."""
    return told.Webhook(**_webhook(row))


def new_webhook(row: Webhook, secret: str) -> told.NewWebhook:
    return told.NewWebhook(**_webhook(row), secret=secret)


def delivery(row: Delivery) -> told.Delivery:
    return told.Delivery(
        id=row.event_id,
        event=Event(row.event),
        job=row.job_id,
        state=Way(row.state),
        tries=row.tries,
        due=row.due_at if row.state == Way.WAITING else None,
        log=row.log,
        created=row.created,
    )


def _webhook(row: Webhook) -> dict[str, Any]:
    return {
        "id": row.pk,
        "url": row.url,
        "events": row.events,
        "is_on": row.is_on,
        "off_since": row.disabled,
        "off_because": Off(row.disabled_for) if row.disabled_for else None,
        "failing_since": row.failing_since,
        "former_until": row.former_until,
        "member": str(row.member),
        "created": row.created,
    }


def _tariff(prices: Iterable[Price]) -> list[told.Price]:
    return [told.Price(tier=each.tier, quality=each.quality or None, credits=each.credits) for each in prices]


def _brief(row: Job) -> told.Brief:
    said = row.brief()
    return told.Brief(
        prompt=said.prompt,
        size=said.size,
        ratio=said.ratio,
        tier=said.tier,
        quality=said.quality or None,
        background=said.background or None,
        format=said.format or None,
        compression=said.compression,
        moderation=said.moderation or None,
        references=[place.asset_id for place in row.jobreference_set.all()],
        mask=row.mask_id,
    )


def _generation(row: Job, made: Generation) -> told.Generation:
    return told.Generation(
        id=made.pk,
        position=made.position,
        state=State(made.state),
        held=made.held,
        charged=made.charged,
        fault=_fault(made),
        picture=_picture(made.asset) if made.asset else None,
        receipt=_receipt(row, made.asset) if made.asset else None,
    )


def _fault(made: Generation) -> told.Fault | None:
    """Of one that failed. A picture may still be there: it came late, and at no charge."""
    if made.state != State.FAILED:
        return None
    return told.Fault(code=made.fault, message=sentences.fault(made.fault, made.fault_code))


def _picture(kept: Asset) -> told.Picture:
    return told.Picture(
        asset=kept.pk,
        url=media.lasting_link(kept),
        media_type=kept.media_type,
        width=kept.width,
        height=kept.height,
        bytes=kept.size,
    )


def _receipt(row: Job, kept: Asset) -> told.Receipt:
    return told.Receipt(asked_size=row.brief().size, delivered_size=str(Size(kept.width, kept.height)))
