"""Real pictures to answer with: drawn once a size, then marked so that no two are alike."""

import functools
import hashlib
import io
import random
import struct
import zlib

from PIL import Image, ImageDraw, ImageFont, ImageOps

_HUES = (("#1b2a49", "#f2b880"), ("#14342b", "#b8f2d0"), ("#3a1c3f", "#f2c6de"), ("#3b2a1a", "#f4e3b2"))
_LEVELS = bytes(value % 7 * 42 for value in range(256))
"""Seven levels a channel: noise that shrinks to some 11 MB at 3840x2160, as a real picture of that size does."""
_BOMB_EDGE = 60_000


def draw(width: int, height: int, mark: str, form: str = "png", *, noise: bool = False, clear: bool = False) -> bytes:
    """A picture in PNG, JPEG or WebP that no other mark shares; `clear` leaves its background transparent."""
    hue = hashlib.blake2b(mark.encode()).digest()[0] % len(_HUES)
    return _MARKED[form](_canvas(width, height, 0 if noise else hue, form, noise, clear and form != "jpeg"), mark)


def bomb() -> bytes:
    """A small PNG that says it is 60,000 pixels wide and high."""
    head = struct.pack(">IIBBBBB", _BOMB_EDGE, _BOMB_EDGE, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(bytes(4096)))
        + _chunk(b"IEND", b"")
    )


def media_type(content: bytes) -> str:
    """What the first bytes say it is; empty for no picture."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else ""


@functools.lru_cache(maxsize=64)
def _canvas(width: int, height: int, hue: int, form: str, noise: bool, clear: bool) -> bytes:
    image = _static(width, height) if noise else _gradient(width, height, hue)
    if clear:
        image.putalpha(Image.linear_gradient("L").resize((width, height)))
    kept = io.BytesIO()
    image.save(kept, form, **({"compress_level": 1} if noise and form == "png" else {}))
    return kept.getvalue()


def _static(width: int, height: int) -> Image.Image:
    grain = random.Random(width * height).randbytes(width * height * 3)
    return Image.frombytes("RGB", (width, height), grain.translate(_LEVELS))


def _gradient(width: int, height: int, hue: int) -> Image.Image:
    image = ImageOps.colorize(Image.linear_gradient("L").resize((width, height)), *_HUES[hue])
    text, font = f"scripted upstream\n{width} x {height}", ImageFont.load_default(max(min(width, height) / 16, 6))
    ImageDraw.Draw(image).text((width / 2, height / 2), text, "white", font, anchor="mm", align="center")
    return image


def _mark_png(content: bytes, mark: str) -> bytes:
    return content[:-12] + _chunk(b"tEXt", b"Comment\0" + mark.encode("latin-1", "replace")) + content[-12:]


def _mark_jpeg(content: bytes, mark: str) -> bytes:
    comment = mark.encode()
    return content[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + content[2:]


def _mark_webp(content: bytes, mark: str) -> bytes:
    note = mark.encode() + b"\0" * (len(mark.encode()) % 2)
    content += b"MARK" + struct.pack("<I", len(note)) + note
    return b"RIFF" + struct.pack("<I", len(content) - 8) + content[8:]


_MARKED = {"png": _mark_png, "jpeg": _mark_jpeg, "webp": _mark_webp}


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
