"""How are values read that a wire states loosely: numbers in strings, states in synonyms, pictures in odd places?"""

import math
import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

from generations.dialects.wire import Image, Progress


class Stage(Enum):
    """How far a task is, in the words of no wire."""

    QUEUED = auto()
    RUNNING = auto()
    SUCCEEDED = auto()
    FAILED = auto()


_STAGES = {
    Stage.QUEUED: "queued waiting queuing queueing pending submitted not_start created preparing starting unknown",
    Stage.SUCCEEDED: "completed success complete succeeded finished done",
    Stage.FAILED: "failed fail failure error expired cancelled canceled",
}
_UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")
_STAGE_OF = {word: stage for stage, words in _STAGES.items() for word in words.split()}


def stage_of(word: Any) -> Stage | None:
    """The stage that a state's name means; None where there is no name.

    The documented words of each wire, the synonyms seen in relays, in any case. A word that nobody knows means
    running: a task is not ended by a word, and the deadline decides.
    """
    if not isinstance(word, str) or not word.strip():
        return None
    return _STAGE_OF.get(word.strip().lower().replace("-", "_"), Stage.RUNNING)


def progress(stage: Stage, stated: Any) -> Progress:
    """What a task under way says of itself; `percent` only where it is a number, whole and within 0 to 100."""
    share = number(stated)
    percent = None if share is None else int(min(max(share, 0.0), 100.0))
    return Progress(percent, started=stage is not Stage.QUEUED)


def dig(value: Any, *path: str) -> Any:
    """What stands at `path` in nested objects; None as soon as a step is missing."""
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def number(value: Any) -> float | None:
    """A number, also when it is written `"10"` or `"10%"`; None for anything else, infinity and NaN included."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value.strip().removesuffix("%") if isinstance(value, str) else value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def text(value: Any) -> str:
    """A string or a whole number as text, else the empty string."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return storable(str(value).strip())


def storable(said: str) -> str:
    """Words as any database takes them: JSON can spell a zero and halves of letters, which PostgreSQL refuses."""
    return _UNSTORABLE.sub("\ufffd", said)


def image_at(place: Any) -> Image | None:
    """The image that a URL field leads to. It may hold a data URL, or the client's token for the bytes of one."""
    place = text(place)
    if not place:
        return None
    if place.startswith("data:") or not ("/" in place or "." in place):
        return Image(inline=place)
    return Image(url=place)


def images_in(data: Any) -> tuple[Image, ...]:
    """The images of an Images API `data` list: base64 wherever there is any, else the URL.

    Gateways pass on empty strings for what is absent, so a field counts only when it says something.
    """
    items = data if isinstance(data, list) else [data]
    return tuple(image for item in items if (image := _image_of(item)))


def _image_of(item: Any) -> Image | None:
    if inline := text(dig(item, "b64_json")):
        return Image(inline=inline)
    return image_at(dig(item, "url")) if isinstance(item, Mapping) else image_at(item)
