"""Which bytes are refused, how soon, and at what cost?"""

import contextlib
import random
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from generations.imaging import Facts, Unreadable, check, clean, derive
from tests.generations.imaging.specimens import chunk, encoded, picture, png, refusal
from tests.generations.imaging.work import children_seconds


def gif() -> bytes:
    return encoded(picture(), "GIF")


def text() -> bytes:
    return b"<!doctype html><title>502</title>" * 40


def svg() -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def foreign(kind: str) -> Callable[[], bytes]:
    def made() -> bytes:
        return encoded(picture(), kind)

    made.__name__ = kind
    return made


@pytest.mark.parametrize(
    "content",
    [gif, text, svg, bytes, *map(foreign, ("TIFF", "BMP", "JPEG2000", "PDF", "EPS", "ICO", "PPM", "AVIF", "TGA"))],
)
def test_other_formats_are_refused_whatever_they_are_called(content, save):
    assert refusal(save(content())) == "type"


def wide_webp() -> bytes:
    """An extended WebP whose header promises the largest canvas there is."""
    inner = encoded(picture(), "WEBP", lossless=True)[12:]
    side = (16_382).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + side + side + inner
    return b"RIFF" + struct.pack("<I", len(body)) + body


BOMBS = {
    "13000 squared": lambda: png(13_000, 13_000, depth=1),
    "88 megapixels in some kilobytes": lambda: png(9_400, 9_400, depth=1),
    "just over 40 megapixels": lambda: png(6_325, 6_325, depth=1),
    "a header of 300 megapixels": lambda: png(1, 1).replace(
        chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        chunk(b"IHDR", struct.pack(">IIBBBBB", 20_000, 15_000, 8, 2, 0, 0, 0)),
    ),
    "a long thin line": lambda: png(16_385, 1),
    "a WebP of 16383 squared": wide_webp,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_by_its_header(bomb, save):
    path = save(BOMBS[bomb]())
    check(save(picture()))
    before = children_seconds()
    assert refusal(path) == "pixels"
    assert children_seconds() - before < 0.5


def test_forty_megapixels_are_taken(save, tmp_path):
    assert derive(save(png(6_400, 6_250)), tmp_path / "small") == Facts("image/png", 6_400, 6_250)


def test_too_many_bytes_are_refused_unopened(save):
    path = save(png(1, 1) + bytes(2_000))
    assert refusal(path, most_bytes=1_000) == "bytes"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("share", [0.02, 0.5, 0.95])
def test_a_picture_that_breaks_off_is_broken_and_leaves_nothing(kind, share, save, tmp_path):
    noise = Image.effect_noise((900, 700), 90).convert("RGB")
    whole = encoded(noise, kind)
    path = save(whole[: max(16, int(len(whole) * share))])
    assert refusal(path) == "broken"
    for write in (derive, clean):
        with pytest.raises(Unreadable, match="broken"):
            write(path, tmp_path / "written")
        assert not (tmp_path / "written").exists()


def test_a_text_chunk_that_unpacks_to_a_flood_is_refused(save):
    flood = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(50_000_000)))
    assert refusal(save(png(1, 1, flood))) == "broken"


def test_ten_thousand_frames_cost_no_more_than_one(save):
    frame = chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 60, 40, 0, 0, 1, 10, 0, 0))
    later = b"".join(frame + chunk(b"fdAT", bytes(8)) for _ in range(10_000))
    path = save(png(60, 40, chunk(b"acTL", struct.pack(">II", 10_000, 0)), frame).replace(chunk(b"IEND", b""), later))
    check(save(picture()))
    before = children_seconds()
    assert check(path).is_animated
    assert children_seconds() - before < 0.5


def test_seeded_damage_is_answered_with_facts_or_a_refusal(save, tmp_path):
    dice = random.Random(20)
    seeds = [encoded(picture(120, 80), kind) for kind in ("PNG", "JPEG", "WEBP")]
    path = tmp_path / "damaged"
    for number in range(300):
        damaged = bytearray(seeds[number % 3])
        for _ in range(dice.randrange(1, 12)):
            damaged[dice.randrange(len(damaged))] = dice.randrange(256)
        path.write_bytes(damaged)
        with contextlib.suppress(Unreadable):
            derive(path, tmp_path / "small")
    assert check(save(picture())).width == 60
