"""What of a picture is written again, and what that came with it is not?"""

import struct

import pytest
from PIL import Image, ImageCms, ImageOps, PngImagePlugin

from generations.imaging import clean, derive
from tests.generations.imaging.specimens import encoded, opened, picture

CANARY = b"canary-51.4778N"


def test_a_thumbnail_is_a_small_webp_of_the_same_shape(save, tmp_path):
    derive(save(picture(1600, 900), "JPEG"), tmp_path / "small")
    with Image.open(tmp_path / "small") as small:
        assert (small.format, small.size) == ("WEBP", (512, 288))
        assert small.getpixel((10, 10))[0] > 200


def test_a_small_picture_is_not_blown_up(save, tmp_path):
    derive(save(picture()), tmp_path / "small", edge=512)
    assert opened(tmp_path / "small").size == (60, 40)


def test_transparency_survives(save, tmp_path):
    clear = Image.new("RGBA", (900, 900), (255, 0, 0, 0))
    source = save(clear)
    derive(source, tmp_path / "small")
    clean(source, tmp_path / "clean")
    for name in ("small", "clean"):
        assert opened(tmp_path / name).getpixel((3, 3))[3] == 0


def exif(turn: int = 1) -> Image.Exif:
    said = Image.Exif()
    said[0x0112] = turn
    said[0x010E] = CANARY.decode()
    said.get_ifd(0x8825).update({1: "N", 2: (51.0, 28.0, 40.0), 29: CANARY.decode()})
    return said


def profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes() + CANARY


def telling() -> dict[str, bytes]:
    """Pictures of each format that carry the canary in every place that has room for one."""
    said = PngImagePlugin.PngInfo()
    said.add_text("Comment", CANARY.decode())
    said.add_text("Packed", CANARY.decode() * 20, zip=True)
    said.add_itxt("XML:com.adobe.xmp", CANARY.decode())
    resources = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", 5 + len(CANARY))
    iptc = resources + b"\x1c\x02\x78" + struct.pack(">H", len(CANARY)) + CANARY
    jpeg = encoded(picture(), "JPEG", exif=exif(), comment=CANARY, icc_profile=profile(), xmp=CANARY)
    jpeg = jpeg[:2] + b"\xff\xed" + struct.pack(">H", len(iptc) + 2) + iptc + jpeg[2:]
    return {
        "PNG": encoded(picture(), "PNG", exif=exif(), pnginfo=said, icc_profile=profile()) + b"<script>" + CANARY,
        "JPEG": jpeg + b"<script>" + CANARY,
        "WEBP": encoded(picture(), "WEBP", exif=exif(), xmp=CANARY, icc_profile=profile()) + b"<script>" + CANARY,
    }


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_nothing_that_came_with_the_pixels_is_written(kind, save, tmp_path):
    content = telling()[kind]
    assert content.count(CANARY) >= 3
    source = save(content)
    clean(source, tmp_path / "clean")
    derive(source, tmp_path / "small")
    for name, form in (("clean", kind), ("small", "WEBP")):
        written = (tmp_path / name).read_bytes()
        assert CANARY not in written
        assert not any(mark in written for mark in (b"Exif", b"EXIF", b"ICCP", b"iCCP", b"ICC_PROFILE", b"<script>"))
        with Image.open(tmp_path / name) as image:
            assert image.format == form
            assert not set(image.info) & {"exif", "comment", "icc_profile", "xmp", "photoshop"}


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("turn", range(1, 9))
def test_a_picture_stands_as_its_orientation_says(kind, turn, save, tmp_path):
    source = save(picture(), kind, exif=exif(turn), **({"quality": 95} if kind == "JPEG" else {"lossless": True}))
    with Image.open(source) as given:
        wanted = ImageOps.exif_transpose(given).convert("RGB")
    facts = clean(source, tmp_path / "clean")
    assert derive(source, tmp_path / "small") == facts
    assert (facts.width, facts.height) == wanted.size
    for name in ("clean", "small"):
        with Image.open(tmp_path / name) as written:
            assert written.size == wanted.size
            for spot in ((5, 5), (wanted.width - 5, 5), (5, wanted.height - 5)):
                near = zip(written.convert("RGB").getpixel(spot), wanted.getpixel(spot), strict=True)
                assert all(abs(one - other) < 60 for one, other in near)


def swapped() -> bytes:
    """A profile whose red is sRGB's green, and the other way round."""
    given = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return given.replace(b"rXYZ", b"????", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"????", b"gXYZ", 1)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_colours_are_brought_over_from_the_profile(kind, save, tmp_path):
    source = save(Image.new("RGB", (40, 40), (255, 0, 0)), kind, icc_profile=swapped())
    clean(source, tmp_path / "clean")
    derive(source, tmp_path / "small")
    for name in ("clean", "small"):
        red, green, _ = opened(tmp_path / name).convert("RGB").getpixel((20, 20))
        assert green > 200
        assert red < 60


def test_a_profile_that_cannot_be_read_is_ignored(save, tmp_path):
    clean(save(Image.new("RGB", (40, 40), "red"), icc_profile=b"nonsense" * 40), tmp_path / "clean")
    assert opened(tmp_path / "clean").getpixel((20, 20)) == (255, 0, 0)
