"""How does a brief become a wish, and a wish a job? Its pictures may be assets that are here already."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from generations import intake
from generations.api.callers import Caller
from generations.api.native.asked import Wished
from generations.api.native.entering import CallRequest
from generations.api.native.wire import WIRE
from generations.api.taking import Taken, image_model_of, keep_given, outline, refused_by, take
from generations.catalog import Capabilities
from generations.dialects import narrowed
from generations.dialects.serving import Given, Refused, Why, Wish
from generations.models import Asset, ImageModel, Route, Use
from generations.models.asset import AssetQuerySet

FIELDS = {"model": "image_model", "image": "references", "n": "count"}
"""What the other wires call a field, and what it is called here."""
ADDRESSES = ("http://", "https://", "data:")


def begin(request: CallRequest, wished: Wished) -> Taken:
    """The job of this brief. Raises Refused; then nothing was held."""
    with own_words():
        return take(request, request.auth, WIRE.name, _wish(wished), request.heard, keep)


def priced(caller: Caller, wished: Wished) -> intake.Quote:
    """What the job of this brief would cost at most. Nothing is fetched, kept or held. Raises Refused."""
    with own_words():
        wish = _wish(wished)
        image_model = image_model_of(caller, wish)
        try:
            intake.check(image_model, outline(wish), wish.count)
            return intake.quote(caller.member, image_model, wish.brief, wish.count)
        except intake.Objected as wrong:
            raise refused_by(wrong.objections[0]) from wrong


def capabilities_of(image_model: ImageModel) -> Capabilities:
    """What the image model can do today: no more than an open route has words for."""
    routes = Route.objects.serving(image_model.pk)
    return narrowed(image_model.capabilities, set(routes.values_list("provider__dialect", flat=True)))


def keep(caller: Caller, given: Given, use: Use) -> Asset:
    """The asset that an id names, or a picture of the call as `keep_given` keeps it. Raises Refused."""
    if given.file is not None or given.text.lower().startswith(ADDRESSES):
        return keep_given(caller, given, use)
    found = _assets(caller, use).filter(pk=_id(given)).first()
    if found is None:
        what = "mask" if use == Use.MASK else "picture"
        raise Refused(Why.INVALID, f"Your team has no {what} with this id.", given.field)
    return found


@contextmanager
def own_words() -> Iterator[None]:
    """A refusal names the field as it is called here."""
    try:
        yield
    except Refused as wrong:
        field = wrong.refusal.field
        raise Refused.by(replace(wrong.refusal, field=FIELDS.get(field, field))) from wrong


def _wish(wished: Wished) -> Wish:
    """With the image model's own size for a ratio and a tier, where it has one."""
    image_model = ImageModel.objects.filter(name=wished.image_model).first() if wished.ratio else None
    return wished.wish(image_model.capabilities.shapes) if image_model else wished.wish()


def _assets(caller: Caller, use: Use) -> AssetQuerySet:
    """What may be used so: a mask is no reference, and nothing else is a mask."""
    of_the_team = Asset.objects.for_team(caller.member.team)
    return of_the_team.filter(use=Use.MASK) if use == Use.MASK else of_the_team.exclude(use=Use.MASK)


def _id(given: Given) -> uuid.UUID:
    try:
        return uuid.UUID(given.text)
    except ValueError as wrong:
        said = "This is neither an asset's id nor a public address nor a data URL."
        raise Refused(Why.INVALID, said, given.field) from wrong
