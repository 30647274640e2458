"""Turns the pieces of one HTTP answer into a Response that a dialect can read."""

import json
import secrets
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import pybase64

from generations.client.spill import Spill, Unreadable
from generations.dialects.loose import storable
from generations.dialects.wire import Response

__all__ = ["Heard", "Reader", "Unreadable", "write_down"]

MOST_RAW = 4000
_GZIP = 16 + zlib.MAX_WBITS
_ROOM = 256 * 1024


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer, whole: as dialects read it, as the admin may see it, and the pictures that came inside it."""

    response: Response
    raw: str
    inline: dict[str, Path]
    key: str = field(repr=False)

    def without_key(self, said: str) -> str:
        """Words of the provider's, which may quote the key they were sent with, as they may be kept."""
        return said.replace(self.key, "…") if self.key else said


class Reader:
    """Reads one answer in pieces, unpacked and spilled as it comes, and never more than a picture's worth."""

    def __init__(self, status: int, headers: Iterable[tuple[bytes, bytes]], folder: Path, key: str) -> None:
        self._status = status
        self._headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}
        self._spill = Spill(folder)
        self._key = key
        self._unpack = _unpacker(self._headers.get("content-encoding", ""))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._spill.__exit__()

    def feed(self, piece: bytes) -> None:
        """Read on. Raises Unreadable."""
        if self._unpack is None:
            self._spill.feed(piece)
            return
        try:
            while piece:
                self._spill.feed(self._unpack.decompress(piece, _ROOM))
                piece = self._unpack.unconsumed_tail
        except zlib.error as wrong:
            raise Unreadable("not the gzip that it says it is") from wrong

    def close(self) -> Heard:
        """The whole answer. Raises Unreadable for one that broke off inside a picture."""
        text = storable(self._spill.close().decode(errors="replace"))
        shown = text.replace(self._key, "…") if self._key else text
        response = Response(self._status, self._headers, _parsed(text), shown[:500])
        return Heard(response, shown[:MOST_RAW], self._spill.pictures, self._key)


def write_down(inline: str, folder: Path) -> Path:
    """A picture that was too short to be spilled, or stood in a string within a string. Raises Unreadable."""
    path = folder / secrets.token_hex(8)
    bare = (inline.partition("base64,")[2] or inline).rstrip("=")
    try:
        path.write_bytes(pybase64.b64decode(bare + "=" * (-len(bare) % 4), validate=True))
    except ValueError as wrong:
        raise Unreadable("a picture in it is not base64") from wrong
    return path


def _unpacker(encoding: str) -> Any:
    """We ask for none, yet some gateways compress all the same; unpacked in bounded steps a bomb stays small."""
    if encoding in ("", "identity"):
        return None
    if encoding == "gzip":
        return zlib.decompressobj(_GZIP)
    raise Unreadable("an encoding that nobody asked for")


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
