"""Which wishes of a brief can a wire say? Hard ones it must, and in which form pictures go out."""

from collections.abc import Callable

import pybase64

from generations.brief import Brief, Picture
from generations.dialects.wire import DATA_URL, FILE, URL, Part, Reach, ReferenceForm
from generations.faults import Fault, Kind
from generations.sizes import AUTO, TABLE, Size, ratio_of, tier_of

TRANSPARENT = "transparent"


def unsayable(brief: Brief, reach: Reach) -> Fault | None:
    """The first hard wish that a wire of this reach cannot write; None where it can write all of them."""
    return beyond(brief, reach) or _out_of_form(brief, reach.form)


def beyond(brief: Brief, reach: Reach) -> Fault | None:
    """The first hard wish that lies beyond `reach`, whatever form its pictures are in: they are only counted."""
    given = len(brief.references)
    if reach.prompt is not None and len(brief.prompt) > reach.prompt:
        return _unsupported("prompt", f"the wire takes {reach.prompt} characters, not {len(brief.prompt)}")
    if brief.mask and not reach.mask:
        return _unsupported("mask", "the wire has no mask")
    if brief.mask and not given:
        return _unsupported("mask", "a mask needs a picture that it lies on")
    if reach.references is not None and given > reach.references:
        return _unsupported("references", f"the wire takes {reach.references} reference pictures, not {given}")
    if brief.background == TRANSPARENT and not reach.transparent:
        return _unsupported("background", "the wire has no transparent background")
    return None


def spoken(brief: Brief) -> frozenset[str]:
    """The soft wishes that the brief holds, by their fields. What may be anything is no wish."""
    said = {
        "quality": brief.quality,
        "background": brief.background,
        "format": brief.format,
        "compression": "" if brief.compression is None else str(brief.compression),
        "moderation": brief.moderation,
    }
    return frozenset(field for field, wish in said.items() if wish not in ("", AUTO))


def _out_of_form(brief: Brief, form: ReferenceForm) -> Fault | None:
    pictures = (*brief.references, *([brief.mask] if brief.mask else []))
    if all(_FORMS[form](picture) for picture in pictures):
        return None
    return _unsupported("references", f"a picture cannot be written as {form}")


def _unsupported(code: str, message: str) -> Fault:
    return Fault(Kind.UNSUPPORTED, message, code)


def _has_address(picture: Picture) -> bool:
    return picture.url.startswith(("http://", "https://"))


_FORMS: dict[str, Callable[[Picture], bool]] = {
    URL: _has_address,
    DATA_URL: lambda picture: bool(picture.content) or _has_address(picture) or picture.url.startswith("data:"),
    FILE: lambda picture: bool(picture.content),
}


def data_url(picture: Picture) -> str:
    """The picture's bytes as a data URL, or its address where it has no bytes."""
    if not picture.content:
        return picture.url
    return f"data:{_media_type(picture)};base64,{pybase64.b64encode_as_string(picture.content)}"


def part(name: str, picture: Picture, stem: str) -> Part:
    """The picture as one file of a multipart body."""
    media_type = _media_type(picture)
    return Part(name, f"{stem}.{media_type.rpartition('/')[2]}", picture.content, media_type)


def _media_type(picture: Picture) -> str:
    return picture.media_type or "image/png"


def pixels(brief: Brief) -> Size | None:
    """The size in pixels: the one asked for, else the one that ratio and tier stand for, else None."""
    return brief.pixels or TABLE.get((brief.ratio, brief.tier))


def shape(brief: Brief) -> tuple[str, str]:
    """Ratio and tier, for a wire that knows no pixels."""
    size = brief.pixels
    return (ratio_of(size), tier_of(size)) if size else (brief.ratio, brief.tier)
