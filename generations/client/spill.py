"""Reads a JSON answer as it streams in and puts its pictures on disk, so that none is ever whole in memory.

A base64 string of more than a few hundred characters is decoded into a file as its pieces arrive; a token stands in
its place in the text that remains, which is small.
"""

import binascii
import re
import secrets
from pathlib import Path
from typing import BinaryIO, Self

import pybase64

MOST_TEXT = 2 * 1024 * 1024
MOST_BYTES = 96 * 1024 * 1024
LONG = 512
"""A string longer than this may be a picture."""

_BASE64 = re.compile(rb"(?:data:[\w/+.;=-]*,)?[A-Za-z0-9+/_=\r\n\t-]*")
"""Encoders break lines and never put spaces in, which is how a picture is told from a long sentence."""
_PREFIX = re.compile(rb"data:[\w/+.;=-]*,")
_CODE_POINT = re.compile(rb"\\u[0-9a-fA-F]{4}")
_SPACE = b" \t\r\n"
_STANDARD = bytes.maketrans(b"-_", b"+/")
_ESCAPES = {b"/": b"/", b"n": b"\n", b"r": b"\r", b"t": b"\t", b'"': b'"', b"\\": b"\\", b"b": b"", b"f": b""}


class Unreadable(Exception):
    """The answer is larger than any picture, or a picture in it is not base64."""


class Spill:
    """Takes an answer in pieces; keeps its text in `text` and its pictures in `pictures`, by token.

    A context manager: leaving it closes a file that an answer broken off has left open.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.text = bytearray()
        self.pictures: dict[str, Path] = {}
        self._taken = 0
        self._rest = b""
        self._quote = -1
        """Where the next quotation mark is in the piece at hand; its length where there is none."""
        self._string: bytearray | None = None
        self._is_text = False
        self._picture: _Picture | None = None

    def feed(self, piece: bytes) -> None:
        """Read on. Raises Unreadable."""
        self._taken += len(piece)
        if self._taken > MOST_BYTES:
            raise Unreadable("larger than any picture")
        if self._taken <= LONG:  # no picture fits in so little, and most answers to a poll are no longer
            self._rest += piece
            return
        piece, self._rest = self._rest + piece, b""
        self._quote = -1
        position = 0
        while position < len(piece):
            position = self._inside(piece, position) if self._string is not None else self._outside(piece, position)
        if len(self.text) > MOST_TEXT:
            raise Unreadable("too much text")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._picture:
            self._picture.close()

    def close(self) -> bytes:
        """The text that remains, with a token for each picture. Raises Unreadable for one that broke off."""
        if self._picture:
            raise Unreadable("broke off inside a picture")
        self.text += self._string or b""
        self.text += self._rest
        return bytes(self.text)

    def _outside(self, piece: bytes, start: int) -> int:
        end = piece.find(b'"', start)
        if end < 0:
            self.text += piece[start:]
            return len(piece)
        self.text += piece[start : end + 1]
        self._string = bytearray()
        return end + 1

    def _inside(self, piece: bytes, start: int) -> int:
        if self._quote < start:  # looked for once, however many escapes come before it
            found = piece.find(b'"', start)
            self._quote = found if found >= 0 else len(piece)
        escape = piece.find(b"\\", start, self._quote)
        end = escape if escape >= 0 else self._quote
        self._take(piece[start:end])
        if escape >= 0:
            return self._escape(piece, end)
        return self._finish(end) if end < len(piece) else end

    def _escape(self, piece: bytes, start: int) -> int:
        """One escape sequence, which may be cut by the end of the piece."""
        length = 6 if piece[start + 1 : start + 2] == b"u" else 2
        sequence = piece[start : start + length]
        if len(sequence) < length:
            self._rest = sequence
        elif self._picture:
            self._picture.write(_unescaped(sequence))
        else:
            self._take(sequence)
        return start + length

    def _take(self, run: bytes) -> None:
        if self._picture:
            self._picture.write(run)
            return
        if self._is_text:
            self.text += run
            return
        assert self._string is not None  # noqa: S101
        self._string += run
        if len(self._string) > LONG:
            self._decide()

    def _decide(self) -> None:
        """A long string is a picture if it is base64 so far; any other is text, to its end, and passes through."""
        assert self._string is not None  # noqa: S101
        plain = re.sub(rb"\\(?:u[0-9a-fA-F]{4}|.)", lambda found: _unescaped(found[0]), bytes(self._string))
        if _BASE64.fullmatch(plain):
            self._picture = _Picture(self.folder / secrets.token_hex(8))
            self._picture.write(_PREFIX.sub(b"", plain, count=1))
        else:
            self._is_text = True
            self.text += self._string
        self._string.clear()

    def _finish(self, end: int) -> int:
        assert self._string is not None  # noqa: S101
        if self._picture:
            self._picture.finish()
            self.pictures[self._picture.path.name] = self._picture.path
            self.text += self._picture.path.name.encode()
        self.text += self._string + b'"'
        self._string, self._is_text, self._picture = None, False, None
        return end + 1


class _Picture:
    """One base64 string on its way to a file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: BinaryIO = path.open("wb")
        self._carry = b""

    def write(self, run: bytes) -> None:
        run = self._carry + run
        try:
            self._carry = self._decode(run)
        except binascii.Error:
            self._carry = self._decode_any(run)

    def finish(self) -> None:
        tail = self._carry.translate(_STANDARD, _SPACE).rstrip(b"=")
        self._decode_any(tail + b"=" * (-len(tail) % 4))
        self.close()

    def close(self) -> None:
        self._file.close()

    def _decode_any(self, run: bytes) -> bytes:
        """In lines, or in the alphabet for addresses; few encoders use either."""
        try:
            return self._decode(run.translate(_STANDARD, _SPACE))
        except binascii.Error as wrong:
            raise Unreadable("a picture in it is not base64") from wrong

    def _decode(self, run: bytes) -> bytes:
        """Write down what stands in whole groups of four, and give what is left. Raises binascii.Error."""
        whole = len(run) - len(run) % 4
        self._file.write(pybase64.b64decode(run[:whole], validate=True))
        return run[whole:]


def _unescaped(sequence: bytes) -> bytes:
    if _CODE_POINT.fullmatch(sequence):
        return chr(int(b"0x" + sequence[2:], 16)).encode(errors="replace")
    return _ESCAPES.get(sequence[1:2], b"")
