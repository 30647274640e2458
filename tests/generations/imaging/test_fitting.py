"""What is made of a picture that came otherwise than wished, and what is left as it is?"""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from generations import imaging
from generations.brief import Brief
from generations.imaging import Facts, Unreadable
from generations.imaging.fitting import FINEST, Change, fit, wanted
from generations.sizes import Size
from tests.generations.imaging.specimens import encoded, opened, picture, png

PNG, JPEG, WEBP = "image/png", "image/jpeg", "image/webp"
PLAIN = Brief("a lamp", "m")


def wish(size: str = "auto", **wishes) -> Brief:
    return replace(PLAIN, **wishes).sized(size)


@pytest.fixture
def put(tmp_path: Path):
    """A picture in a folder of its own, as it lies there when it has come."""

    def lay(content: Image.Image | bytes, kind: str = "PNG", **how) -> Path:
        path = tmp_path / "picture"
        path.write_bytes(content if isinstance(content, bytes) else encoded(content, kind, **how))
        return path

    return lay


@pytest.fixture
def asked(monkeypatch) -> list[str]:
    """The tasks that the children are given."""
    tasks: list[str] = []
    ask = imaging._pool.ask
    monkeypatch.setattr(imaging._pool, "ask", lambda question: tasks.append(question["task"]) or ask(question))
    return tasks


NOTHING = [
    (PLAIN, "1254x1254", PNG),
    (wish("1280x1280"), "1280x1280", PNG),
    (wish(format="png"), "100x100", PNG),
    (wish("1024x1024", format="webp", compression=50), "1024x1024", WEBP),
    (wish("1280x1280"), "1254x1254", PNG),
    (wish("1280x720"), "1280x719", PNG),
    (wish("1024x1024"), "1536x1024", PNG),
    (wish("1080x1920"), "1920x1080", PNG),
    (wish("1000x1000"), "1100x1070", PNG),
    (wish(format="tiff"), "10x10", PNG),
]
CHANGES = [
    (wish(format="webp"), "1254x1254", PNG, Change(WEBP, Size(1254, 1254), FINEST)),
    (wish(format="png"), "1254x1254", JPEG, Change(PNG, Size(1254, 1254), FINEST)),
    (wish(format="jpeg", compression=40), "8x8", PNG, Change(JPEG, Size(8, 8), 40)),
    (wish(format="jpeg", compression=0), "8x8", PNG, Change(JPEG, Size(8, 8), 1)),
    (wish("1080x1920"), "1088x1920", PNG, Change(PNG, Size(1080, 1920), FINEST)),
    (wish("1080x1920"), "1152x2048", PNG, Change(PNG, Size(1080, 1920), FINEST)),
    (wish("1280x1280", format="jpeg"), "2880x2880", PNG, Change(JPEG, Size(1280, 1280), FINEST)),
    (wish("1280x1280", format="jpeg"), "1254x1254", PNG, Change(JPEG, Size(1254, 1254), FINEST)),
    (wish("1024x1024", compression=70), "1040x1024", WEBP, Change(WEBP, Size(1024, 1024), 70)),
]


def facts(size: str, media_type: str) -> Facts:
    width, height = map(int, size.split("x"))
    return Facts(media_type, width, height)


@pytest.mark.parametrize(("brief", "size", "media_type"), NOTHING)
def test_nothing_is_done_where_it_fits_or_cannot_honestly_be_made_to(brief, size, media_type):
    assert wanted(brief, facts(size, media_type)) is None


@pytest.mark.parametrize(("brief", "size", "media_type", "change"), CHANGES)
def test_what_came_is_changed_into_what_was_wished(brief, size, media_type, change):
    assert wanted(brief, facts(size, media_type)) == change


edges = st.integers(10, 4000)


@given(edges, edges, edges, edges)
def test_nothing_is_ever_enlarged(width, height, wide, high):
    change = wanted(wish(f"{wide}x{high}", format="webp"), Facts(PNG, width, height))
    assert change.size.width <= width
    assert change.size.height <= height


def test_what_fits_keeps_every_byte_and_is_looked_at_once(put, asked):
    path = put(picture(640, 640), "JPEG", comment=b"as it came")
    content = path.read_bytes()
    kept = fit(path, wish("640x640", format="jpeg", compression=10))
    assert asked == ["derive"]
    assert kept.path.read_bytes() == content
    assert kept.facts == kept.came == Facts(JPEG, 640, 640)


def test_what_is_smaller_than_wished_keeps_every_byte(put, asked):
    path = put(picture(627, 627))
    content = path.read_bytes()
    assert fit(path, wish("640x640")).path.read_bytes() == content
    assert asked == ["derive"]


@pytest.mark.parametrize("came", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("wished", ["png", "jpeg", "webp"])
def test_every_format_becomes_every_other(came, wished, put):
    kept = fit(put(picture(600, 400), came), wish(format=wished))
    assert (kept.came.media_type, kept.facts.media_type) == (f"image/{came.lower()}", f"image/{wished}")
    with Image.open(kept.path) as image:
        assert (image.format.lower(), image.size) == (wished, (600, 400))
        red, _, blue = image.convert("RGB").getpixel((10, 10))
        assert red > 200
        assert blue < 60


@pytest.mark.parametrize("kind", ["jpeg", "webp"])
def test_the_wished_compression_is_the_one_it_is_written_with(kind, put):
    noise = Image.effect_noise((400, 400), 60).convert("RGB")
    sizes = [
        fit(put(noise), wish(format=kind, compression=percent)).path.stat().st_size for percent in (0, 20, 60, None)
    ]
    assert sizes == sorted(set(sizes))


def test_more_pixels_of_the_same_shape_are_brought_down_to_the_wished(put):
    kept = fit(put(picture(1088, 1920)), wish("1080x1920"))
    assert (kept.facts, kept.came) == (Facts(PNG, 1080, 1920), Facts(PNG, 1088, 1920))
    assert opened(kept.path).size == (1080, 1920)
    assert opened(kept.thumbnail).size == (288, 512)


def test_what_is_too_much_of_the_shape_falls_off_evenly_on_both_sides(put):
    came = Image.new("RGB", (1016, 1000), "white")
    came.paste("red", (0, 0, 8, 1000))
    came.paste("red", (1008, 0, 1016, 1000))
    kept = opened(fit(put(came), wish("500x500")).path)
    assert min(min(kept.getpixel((x, 250))) for x in (0, 250, 499)) > 235


def test_transparency_survives_a_change_of_format_and_of_size(put):
    clear = Image.new("RGBA", (900, 900), (255, 0, 0, 0))
    kept = fit(put(clear), wish("600x600", format="webp", background="transparent"))
    assert kept.facts == Facts(WEBP, 600, 600, is_clear=True)
    assert opened(kept.path).getpixel((3, 3))[3] == opened(kept.thumbnail).getpixel((3, 3))[3] == 0


def test_transparency_is_laid_on_white_where_the_format_has_none(put):
    clear = Image.new("RGBA", (90, 90), (255, 0, 0, 0))
    kept = fit(put(clear), wish(format="jpeg"))
    assert (kept.came.is_clear, kept.facts.is_clear) == (True, False)
    assert min(opened(kept.path).getpixel((40, 40))) > 250
    assert min(opened(kept.thumbnail).convert("RGB").getpixel((40, 40))) > 250


@pytest.mark.parametrize(
    ("mode", "colour", "is_clear"),
    [("RGB", "red", False), ("RGBA", (9, 9, 9, 255), False), ("RGBA", (9, 9, 9, 254), True), ("LA", (9, 0), True)],
)
def test_a_picture_is_clear_where_the_page_shows_through_and_not_because_it_could(mode, colour, is_clear, put):
    assert fit(put(Image.new(mode, (700, 700), colour)), PLAIN).came.is_clear is is_clear


def test_a_picture_that_is_changed_stands_upright_and_brings_nothing_along(put):
    said = Image.Exif()
    said[0x0112], said[0x010E] = 6, "canary"
    kept = fit(put(picture(600, 400), "JPEG", exif=said, comment=b"canary"), wish("200x300", format="png"))
    assert (kept.came.width, kept.came.height) == (400, 600)
    image = opened(kept.path)
    assert (image.size, image.info) == ((200, 300), {})
    assert b"canary" not in kept.path.read_bytes()
    assert image.getpixel((10, 10))[2] > 200


def test_a_picture_that_its_wished_format_cannot_hold_is_kept_as_it_came(put):
    path = put(png(16_384, 40))
    content = path.read_bytes()
    kept = fit(path, wish(format="webp"))
    assert kept.facts == kept.came == Facts(PNG, 16_384, 40)
    assert kept.path.read_bytes() == content
    assert opened(kept.thumbnail).size == (512, 1)
    assert sorted(each.name for each in path.parent.iterdir()) == ["picture", "small"]


def test_a_damaged_picture_is_not_changed_into_anything(put):
    with pytest.raises(Unreadable, match="broken"):
        fit(put(png(300, 300)[:-40]), wish(format="webp"))


def test_the_largest_picture_that_openai_makes_is_changed_within_the_childs_limits(put):
    noise = Image.merge("RGBA", [Image.effect_noise((3840, 2160), 60)] * 4)
    kept = fit(put(noise, compress_level=1), wish("3824x2144", format="webp", compression=90))
    assert kept.facts == Facts(WEBP, 3824, 2144, is_clear=True)
