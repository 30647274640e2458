"""Which pictures are taken, and as what are they read?"""

import pytest
from PIL import Image

from generations.imaging import Facts, check, clean, derive
from tests.generations.imaging.specimens import opened, picture


@pytest.mark.parametrize(("kind", "media_type"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")])
def test_the_three_formats_are_known_by_their_bytes(kind, media_type, save):
    assert check(save(picture(), kind)) == Facts(media_type, 60, 40)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "RGB", "RGBA"])
def test_every_kind_of_png_can_be_checked_derived_and_cleaned(mode, save, tmp_path):
    source = save(picture(600, 400, "L").convert("I").convert("I;16") if mode == "I;16" else picture(600, 400, mode))
    assert check(source) == derive(source, tmp_path / "small") == clean(source, tmp_path / "clean")
    assert opened(tmp_path / "small").size == (512, 341)
    assert opened(tmp_path / "clean").size == (600, 400)


def test_a_one_pixel_picture_is_a_picture(save, tmp_path):
    assert derive(save(picture().resize((1, 1))), tmp_path / "small") == Facts("image/png", 1, 1)


def test_sixteen_bits_become_eight_without_losing_the_light(save, tmp_path):
    deep = Image.new("I;16", (4, 1))
    deep.putdata([0, 257, 30_000, 65_535])
    clean(save(deep), tmp_path / "clean")
    assert opened(tmp_path / "clean").tobytes() == bytes([0, 1, 116, 255])


def test_cmyk_becomes_rgb(save, tmp_path):
    clean(save(picture(mode="CMYK"), "JPEG"), tmp_path / "clean")
    with Image.open(tmp_path / "clean") as cleaned:
        assert cleaned.mode == "RGB"
        assert cleaned.getpixel((5, 5))[0] > 240


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_of_an_animation_the_first_frame_is_kept_and_that_is_said(kind, save, tmp_path):
    frames = [Image.new("RGB", (20, 10), colour) for colour in ("red", "lime", "blue")]
    source = save(frames[0], kind, save_all=True, append_images=frames[1:], duration=50, lossless=True)
    facts = clean(source, tmp_path / "clean")
    assert facts.is_animated
    with Image.open(tmp_path / "clean") as cleaned:
        assert getattr(cleaned, "n_frames", 1) == 1
        assert cleaned.convert("RGB").getpixel((5, 5))[0] > 240
