"""Claims about the sketch that a studio without a provider draws."""

import io
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from generations.brief import Brief, Picture
from generations.dialects import painter
from generations.sizes import TABLE, parse


def brief(**fields) -> Brief:
    return Brief(**{"prompt": "a quiet harbour at dusk", "image_model": "sketch", **fields})


def seen(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


@pytest.mark.parametrize("size", ["1024x1536", "1080x1920", "333x777", "64x64", "16x16", "11x900", "900x11"])
def test_the_sketch_has_the_size_that_was_asked_for(size):
    assert seen(painter.draw(brief(size=size))).size == parse(size)


@pytest.mark.parametrize("tier", ["1K", "2K", "4K"])
@pytest.mark.parametrize("ratio", ["1:1", "21:9", "9:16"])
def test_ratio_and_tier_choose_the_pixels(ratio, tier):
    assert painter.canvas(brief().shaped(ratio, tier)) == TABLE[ratio, tier]
    assert painter.canvas(brief(ratio=ratio, tier=tier)) == TABLE[ratio, tier]


def test_left_to_itself_the_sketch_is_a_square():
    assert painter.canvas(brief()) == (1280, 1280)
    assert painter.canvas(brief(tier="2K")) == (2048, 2048)
    assert painter.canvas(brief(tier="")) == (1280, 1280)


@pytest.mark.parametrize("size", ["99999x99999", "99999x4000", "4000x99999", "9000x9000"])
def test_an_enormous_wish_is_drawn_smaller_in_the_same_shape(size):
    wished, drawn = parse(size), painter.canvas(brief(size=size))
    assert max(drawn) <= 8192
    assert drawn.area <= 16_777_216
    assert abs(drawn.width / drawn.height / (wished.width / wished.height) - 1) < 0.3


@pytest.mark.parametrize(
    ("form", "kind"), [("", "PNG"), ("png", "PNG"), ("jpeg", "JPEG"), ("webp", "WEBP"), ("odd", "PNG")]
)
def test_the_format_is_the_one_asked_for(form, kind):
    assert seen(painter.draw(brief(size="320x200", format=form))).format == kind


def test_compression_makes_a_smaller_file():
    fine, coarse = (painter.draw(brief(size="640x480", format="jpeg", compression=level)) for level in (95, 10))
    assert len(coarse) < len(fine)
    assert seen(painter.draw(brief(size="640x480", format="jpeg", compression=0))).size == (640, 480)


def test_the_same_brief_gives_the_same_bytes():
    assert painter.draw(brief(size="320x200")) == painter.draw(brief(size="320x200"))


def test_other_words_another_shape_or_references_give_another_sketch():
    one = painter.draw(brief(size="320x200"))
    assert painter.draw(brief(size="320x200", prompt="a quiet harbour at dawn")) != one
    assert painter.draw(brief(size="320x201")) != one
    with_bytes = painter.draw(brief(size="320x200", references=(Picture(content=b"not even a picture"),)))
    with_address = painter.draw(brief(size="320x200", references=(Picture(url="https://example.com/a.png"),)))
    assert len({one, with_bytes, with_address}) == 3


@pytest.mark.parametrize("size", ["1280x1280", "1280x544", "720x1280", "3840x2160"])
def test_the_label_stands_in_the_picture_and_can_be_read(size):
    """Its paper and its ink are both in the lower left, and the letters are at least ten pixels high."""
    image = seen(painter.draw(brief(size=size))).convert("L")
    corner = image.crop((0, image.height - image.height // 8, image.width // 2, image.height))
    inked = corner.point(lambda level: 255 if level < 60 else 0).getbbox()
    papered = corner.point(lambda level: 255 if level > 200 else 0).getbbox()
    assert inked
    assert papered
    assert inked[3] - inked[1] >= 10
    assert papered[2] - papered[0] > inked[2] - inked[0]


@given(words=st.text(max_size=200))
@settings(max_examples=30, deadline=None)
def test_any_words_can_be_sketched(words):
    assert seen(painter.draw(brief(prompt=words, size="96x64"))).size == (96, 64)


@pytest.mark.parametrize(("size", "seconds"), [("1280x1280", 0.3), ("3840x2160", 1.5)])
def test_a_sketch_is_quick(size, seconds):
    painter.draw(brief(size="64x64"))
    began = time.process_time()
    painter.draw(brief(size=size))
    assert time.process_time() - began < seconds
