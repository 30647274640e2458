"""Kept pictures: handed in to work from, and looked up."""

from typing import Annotated, TypeAlias

from django.http import HttpRequest
from django.utils.translation import gettext_noop as _
from ninja import Router, Status
from ninja.params.models import Path
from pydantic import ValidationError

from accounts.models import Scope
from generations.api import bodies
from generations.api.finding import undressed
from generations.api.native import telling, told
from generations.api.native.asked import AssetsAsked, Link
from generations.api.native.documenting import UPLOAD, answers, documented
from generations.api.native.entering import Bearer, CallRequest, Known
from generations.api.native.paging import part
from generations.api.native.wire import LONGEST_NAME, first_wrong
from generations.api.taking import keep_given
from generations.dialects.serving import Given, Refused, Said, Why
from generations.models import Asset, Use

router = Router(tags=[_("Assets")])
LIST = "assets"
Name: TypeAlias = Annotated[str, Path(..., description=_("The id of an asset."))]
FILE = "file"


@router.post(
    "/assets",
    auth=Bearer(Scope.CREATE),
    response=answers(201, told.Asset, 400, 413),
    summary=_("Keep a picture"),
    description=_(
        "A PNG, JPEG or WebP picture of at most 20 MB and 40 megapixels, as a file of a form or by its address. "
        "Kept are its pixels alone. Its id then stands for it in any brief."
    ),
    openapi_extra=documented("asset", Scope.CREATE, UPLOAD),
)
def keep_asset(request: CallRequest) -> Status[told.Asset]:
    """Keep one picture."""
    given, use = _handed(request)
    return Status(201, telling.asset(keep_given(request.auth, given, use)))


@router.get(
    "/assets",
    auth=Bearer(Scope.READ),
    response=answers(200, told.Assets),
    summary=_("List assets"),
    description=_("The team's kept pictures, the newest first: what was made, references and masks."),
    openapi_extra=documented("assets", Scope.READ),
)
def list_assets(request: CallRequest, asked: Annotated[AssetsAsked, Known()]) -> told.Assets:
    """The team's kept pictures."""
    rows = Asset.objects.for_team(request.auth.member.team).select_related("generation")
    if asked.use:
        rows = rows.filter(use=asked.use)
    found, after = part(rows, LIST, asked.cursor, asked.limit)
    return told.Assets(data=[telling.asset(each) for each in found], next=after)


@router.get(
    "/assets/{id}",
    auth=Bearer(Scope.READ),
    response=answers(200, told.Asset, 404),
    summary=_("Read an asset"),
    description=_("One kept picture, with a fresh address of its original."),
    openapi_extra=documented("asset", Scope.READ),
)
def read_asset(request: CallRequest, id: Name) -> told.Asset:  # noqa: A002 the word that callers read
    """One kept picture."""
    pk = undressed(id)
    rows = Asset.objects.for_team(request.auth.member.team).select_related("generation")
    found = rows.filter(pk=pk).first() if pk else None
    if found is None:
        raise Refused(Why.NO_TASK, "There is no such asset.")
    return telling.asset(found)


def _handed(request: HttpRequest) -> tuple[Given, Use]:
    """The picture that a call hands in, and what for. Raises Refused."""
    said = bodies.read(request).said
    if said.is_form:
        return _of_form(said)
    try:
        link = Link.model_validate(said.fields)
    except ValidationError as wrong:
        raise Refused.by(first_wrong(wrong.errors())) from wrong
    return Given(link.url, field="url"), Use(link.use)


def _of_form(said: Said) -> tuple[Given, Use]:
    for name in (*said.fields, *said.files):
        if name not in (FILE, "use"):
            raise Refused(Why.INVALID, f"'{name[:LONGEST_NAME]}' is not known here.", name[:LONGEST_NAME])
    files = said.files.get(FILE, ())
    if not files:
        raise Refused(Why.MISSING, "'file' is missing: a part with the bytes of a picture.", FILE)
    if len(files) > 1:
        raise Refused(Why.INVALID, "One call keeps one picture.", FILE)
    use = said.fields.get("use", Use.REFERENCE)
    if use not in (Use.REFERENCE, Use.MASK):
        raise Refused(Why.INVALID, "'use' can be reference or mask.", "use")
    return Given(file=files[0], field=FILE), Use(use)
