"""The call of one served wire that asks for a brief, or why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from generations.brief import Brief, Picture
from generations.catalog import Capabilities, objections
from generations.dialects import AT_ONCE, JOBS, VIDEOS, answering, named
from generations.dialects.images import NATIVE, OFFICIAL
from generations.dialects.serving import AS_URL, Form, Refused, Said, Served, Wish
from generations.dialects.wire import FILE, ReferenceForm, Request
from generations.faults import Fault
from generations.sizes import AUTO

SERVED: dict[str, Served] = {VIDEOS.name: VIDEOS, JOBS.name: JOBS, **AT_ONCE}
"""The wires towards callers, by their names."""

_COUNTING = (OFFICIAL, NATIVE)
"""Those that make several pictures of one call."""
_NUMBERS = ("n", "output_compression")
_SOFT = ("size", "tier", "quality", "background", "format", "compression", "moderation")
"""What of a brief a script may ask for otherwise, if it is told so."""
_FIELD_OF = {
    "model": "image_model",
    "urls": "references",
    "image_urls": "references",
    "image": "references",
    "images": "references",
    "output_format": "format",
    "aspect_ratio": "size",
    "resolution": "size",
}
"""A wire's names for the fields of a brief, where they differ."""


@dataclass(frozen=True, slots=True)
class Call:
    """What is sent, in a wire's words. With files it is a form, else JSON."""

    dialect: str
    path: str
    fields: Mapping[str, Any]
    files: tuple[tuple[str, str], ...] = ()
    """The name of each part, and of the file that stands in it."""
    form: Form = AS_URL
    """How the pictures come back."""
    count: int = 1
    """How many pictures this one call asks for."""
    ending: str = "png"
    unheard: tuple[str, ...] = ()
    """The fields of the brief that this wire asks for otherwise, or not at all."""


@dataclass(frozen=True, slots=True)
class Unsayable:
    """The wire cannot ask for this; `field` is what of the brief it has no words for."""

    dialect: str
    field: str


def call_of(dialect: str, brief: Brief, count: int, can: Capabilities) -> Call | Unsayable:
    """The call that asks for `count` pictures of `brief` on a served wire. `can` is what the image model takes.

    The pictures of the brief are addresses. A wire that takes files finds them as `reference-1.png` and so on.
    """
    if objected := objections(brief, can, count):
        return Unsayable(dialect, objected[0].field)
    if dialect in AT_ONCE and answering(brief.image_model).name != dialect:
        return Unsayable(dialect, "image_model")
    wire = named(dialect)
    request = wire.write(_handed_over(brief, wire.references_as), brief.image_model, "")
    if isinstance(request, Fault):
        return Unsayable(dialect, request.code)
    call = _call(dialect, request, brief, count)
    try:
        wish = SERVED[dialect].listen(said(call))
    except Refused as wrong:
        field = wrong.refusal.field.rpartition(".")[2]
        return Unsayable(dialect, _FIELD_OF.get(field, field))
    if lost := _lost(brief, wish, can):
        return Unsayable(dialect, lost)
    return replace(call, form=wish.form, count=wish.count, unheard=_unheard(brief, wish.brief))


def said(call: Call) -> Said:
    """The call as it is heard on the other side."""
    if not call.files:
        return Said(call.fields, is_edit=_is_edit(call))
    files: dict[str, tuple[str, ...]] = {}
    for name, file in call.files:
        files[name] = (*files.get(name, ()), file)
    texts = {name: str(value) for name, value in call.fields.items()}
    return Said(texts, files, is_form=True, is_edit=_is_edit(call))


def _is_edit(call: Call) -> bool:
    return call.path.endswith("/edits")


def _handed_over(brief: Brief, form: ReferenceForm) -> Brief:
    """The brief with its pictures in the form that the wire takes. Of a file only the name will be written."""
    if form != FILE:
        return brief
    references = tuple(_file(picture) for picture in brief.references)
    return replace(brief, references=references, mask=brief.mask and _file(brief.mask))


def _file(picture: Picture) -> Picture:
    return Picture(content=b"-", media_type=picture.media_type)


def _call(dialect: str, request: Request, brief: Brief, count: int) -> Call:
    fields = dict(request.form) if request.form else dict(request.json)
    fields = {name: int(value) if name in _NUMBERS else value for name, value in fields.items()}
    if dialect in _COUNTING and count > 1:
        fields["n"] = count
    files = tuple((part.name, part.filename.replace("image-", "reference-", 1)) for part in request.parts)
    return Call(dialect, request.path, fields, files, ending=brief.format or "png")


def _lost(brief: Brief, wish: Wish, can: Capabilities) -> str:
    """What of the brief would be lost, or refused by its image model, though the wire has words for it."""
    heard = replace(wish.brief, references=brief.references, mask=brief.mask)
    if (heard.prompt, heard.image_model) != (brief.prompt, brief.image_model):
        return "image_model"
    if len(wish.references) != len(brief.references) or bool(wish.mask) != bool(brief.mask):
        return "references"
    return next((wrong.field for wrong in objections(heard, can, wish.count)), "")


def _unheard(brief: Brief, heard: Brief) -> tuple[str, ...]:
    differing = [name for name in _SOFT if _meant(getattr(brief, name)) != _meant(getattr(heard, name))]
    return tuple(name for name in differing if name != "tier" or "size" not in differing)


def _meant(value: Any) -> Any:
    """What may be anything was not asked for."""
    return None if value in ("", AUTO) else value
