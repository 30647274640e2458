"""What picture is this, and how does it look small or clean? This is the only way to decode bytes.

This side never decodes. It hands a path to a limited child process and believes only a short answer. PNG, JPEG and
WebP are taken, known by their bytes; of an animation the first frame.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generations.imaging.pool import Lost, Pool

MOST_UPLOAD = 20 * 1024 * 1024
MOST_OUTPUT = 64 * 1024 * 1024
MEDIA_TYPES = ("image/png", "image/jpeg", "image/webp")

_PROCESSOR_SECONDS = 15
_pool = Pool(Path(__file__).with_name("child.py"))


@dataclass(frozen=True, slots=True)
class Facts:
    """What decoding found. Width and height are as the picture is shown, turned upright."""

    media_type: str
    width: int
    height: int
    is_animated: bool = False
    """More frames follow the first, which is the only one that was looked at."""
    is_clear: bool = False
    """Some of it is transparent. Only what also draws a thumbnail looks for that."""


class Unreadable(Exception):
    """The bytes are no picture for us.

    `reason` is one of: type (not PNG, JPEG or WebP), pixels (over 40 megapixels, or a side over 16384), bytes,
    broken, slow.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def check(path: Path, most_bytes: int = MOST_UPLOAD) -> Facts:
    """Decode every pixel of the picture at `path` and say what it is. Raises Unreadable."""
    return _ask("check", path, most_bytes)


def derive(source: Path, thumbnail: Path, edge: int = 512, most_bytes: int = MOST_OUTPUT) -> Facts:
    """The full check, and in the same decoding a WebP at `thumbnail` that fits a square of `edge` pixels.

    A smaller picture keeps its size. Raises Unreadable, and then nothing is left at `thumbnail`.
    """
    return _write("derive", source, thumbnail, most_bytes, edge=edge)


def remake(
    source: Path, target: Path, thumbnail: Path, media_type: str, size: tuple[int, int], quality: int, edge: int = 512
) -> Facts:
    """Write the picture's bare pixels to `target` as another type, or no larger, or both; and its WebP at `thumbnail`.

    What is too much of its shape is cut off evenly. `quality` is 1 to 100, and means nothing for PNG. The facts are
    those of `target`. Raises Unreadable, and then nothing is left at either place.
    """
    kind = media_type.rpartition("/")[2].upper()
    try:
        return _write(
            "remake",
            source,
            target,
            MOST_OUTPUT,
            small=str(thumbnail.absolute()),
            edge=edge,
            kind=kind,
            size=size,
            quality=quality,
        )
    except Unreadable:
        thumbnail.unlink(missing_ok=True)
        raise


def clean(source: Path, target: Path, most_bytes: int = MOST_UPLOAD) -> Facts:
    """Write the picture's bare pixels to `target`: upright, in sRGB, in its own format, without any metadata.

    The facts are those of `target`, apart from `is_animated`. Raises Unreadable, and then nothing is left there.
    """
    return _write("clean", source, target, most_bytes)


def _write(task: str, source: Path, target: Path, most_bytes: int, **more: Any) -> Facts:
    try:
        return _ask(task, source, most_bytes, target=str(target.absolute()), **more)
    except Unreadable:
        target.unlink(missing_ok=True)
        raise


def _ask(task: str, source: Path, most_bytes: int, **more: Any) -> Facts:
    if source.stat().st_size > most_bytes:
        raise Unreadable("bytes")
    question = {"task": task, "source": str(source.absolute()), "seconds": _PROCESSOR_SECONDS, **more}
    try:
        answer = _pool.ask(question)
    except Lost as lost:
        raise Unreadable(lost.reason) from lost
    if fault := answer.get("fault"):
        raise Unreadable(fault)
    return _believe(answer)


def _believe(answer: dict[str, Any]) -> Facts:
    """A child that was taken over could say anything; these five values are all that is heard."""
    media_type, width, height = answer.get("media_type"), answer.get("width"), answer.get("height")
    if media_type not in MEDIA_TYPES or not isinstance(width, int) or not isinstance(height, int):
        raise Unreadable("broken")
    return Facts(media_type, width, height, bool(answer.get("is_animated")), bool(answer.get("is_clear")))
