"""Is a picture that came what was wished for? If it is not, and can honestly become it, it is made so here.

Another format is written in the wished one; more pixels of the same shape are brought down to the wished ones. Nothing
is ever enlarged, and what fits already keeps every byte.
"""

from dataclasses import dataclass
from pathlib import Path

from generations.brief import Brief
from generations.imaging import Facts, Unreadable, derive, remake
from generations.sizes import Size, can_become

FORMATS = {"image/png": "png", "image/jpeg": "jpeg", "image/webp": "webp"}
FINEST = 95
"""The quality at which a picture is written again where nobody wished for a compression."""

_TYPES = {name: media_type for media_type, name in FORMATS.items()}


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be made of a picture."""

    media_type: str
    size: Size
    quality: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """A picture as it is kept, with its thumbnail, and what came before anything was changed."""

    path: Path
    thumbnail: Path
    facts: Facts
    came: Facts


def fit(path: Path, brief: Brief) -> Fitted:
    """Check every pixel of what came and make of it what was wished, in files beside it. Raises Unreadable.

    Where a change fails, what came is kept as it is: it was paid for, and a wish for its form is no reason to lose it.
    """
    thumbnail, changed, small = (path.with_name(name) for name in ("small", "changed", "changed-small"))
    came = derive(path, thumbnail)
    if change := wanted(brief, came):
        try:
            facts = remake(path, changed, small, change.media_type, change.size, change.quality)
        except Unreadable:
            return Fitted(path, thumbnail, came, came)
        return Fitted(changed, small, facts, came)
    return Fitted(path, thumbnail, came, came)


def wanted(brief: Brief, came: Facts) -> Change | None:
    """What would make `came` the picture that `brief` wishes for; None where nothing has to be or can be done."""
    size = Size(came.width, came.height)
    exact = brief.pixels if brief.pixels and can_become(size, brief.pixels) else size
    media_type = _TYPES.get(brief.format, came.media_type)
    if (media_type, exact) == (came.media_type, size):
        return None
    return Change(media_type, exact, FINEST if brief.compression is None else max(1, brief.compression))
