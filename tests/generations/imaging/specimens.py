"""Pictures made for the claims about imaging: how they are built, looked at and refused."""

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from generations.imaging import Unreadable, check


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, *more: bytes, colour: int = 0, depth: int = 8) -> bytes:
    """A whole PNG of black pixels, made without ever holding them."""
    channels = {0: 1, 2: 3, 6: 4}[colour]
    row = bytes(1 + (width * channels * depth + 7) // 8)
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def picture(width: int = 60, height: int = 40, mode: str = "RGB") -> Image.Image:
    """Four corners of four colours, so that a turn can be seen."""
    made = Image.new("RGB", (width, height), "white")
    for corner, colour in zip(((0, 0), (1, 0), (0, 1), (1, 1)), ("red", "lime", "blue", "black"), strict=True):
        x, y = corner[0] * width // 2, corner[1] * height // 2
        made.paste(colour, (x, y, x + width // 2, y + height // 2))
    return made.convert(mode)


def opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image.load()
    return image


def encoded(image: Image.Image, kind: str, **how) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def refusal(path: Path, **how) -> str:
    with pytest.raises(Unreadable) as caught:
        check(path, **how)
    return caught.value.reason
