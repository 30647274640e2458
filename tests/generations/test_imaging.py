"""Claims about the only way to decode bytes. The children are real, and so are the pictures that attack them."""

import contextlib
import io
import os
import random
import signal
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image, ImageCms, ImageOps, PngImagePlugin

from generations import imaging
from generations.imaging import Facts, Unreadable, check, clean, derive
from generations.imaging.pool import Lost, Pool

CANARY = b"canary-51.4778N"
CHILD = Path(imaging.__file__).with_name("child.py")
Save = Callable[..., Path]


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


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Put bytes, or a picture in a format, into a file whose name tells nothing."""

    def put(content: bytes | Image.Image, kind: str = "PNG", **how) -> Path:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.txt"
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            content.save(path, kind, **how)
        return path

    return put


def opened(path: Path) -> Image.Image:
    with Image.open(path) as image:
        image.load()
    return image


def encoded(image: Image.Image, kind: str, **how) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **how)
    return file.getvalue()


def processor_time(process: int) -> int:
    """Clock ticks, of which a second has a hundred, that a process has worked for."""
    work = Path(f"/proc/{process}/stat").read_text().rsplit(") ", 1)[1].split()
    return int(work[11]) + int(work[12])


def children_seconds() -> float:
    return sum(processor_time(child.process.pid) for child in imaging._pool._children) / 100


def refusal(path: Path, **how) -> str:
    with pytest.raises(Unreadable) as caught:
        check(path, **how)
    return caught.value.reason


# --- what is taken --------------------------------------------------------------------------------


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


# --- what is refused ------------------------------------------------------------------------------


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


# --- what is written ------------------------------------------------------------------------------


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


# --- the children ---------------------------------------------------------------------------------


@pytest.fixture
def pool() -> Iterator[Pool]:
    made = Pool(CHILD, size=1)
    yield made
    made.close()


def question(path: Path, **more) -> dict:
    return {"task": "check", "source": str(path), "seconds": 15, **more}


def pid(pool: Pool) -> int:
    (child,) = pool._children
    return child.process.pid


def test_a_child_is_used_again(pool, save):
    path = save(picture())
    pool.ask(question(path))
    first = pid(pool)
    assert [pool.ask(question(path))["width"] for _ in range(20)] == [60] * 20
    assert pid(pool) == first


def test_a_child_has_one_gigabyte_and_nothing_of_our_environment(pool, save, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "canary")
    pool.ask(question(save(picture())))
    proc = Path(f"/proc/{pid(pool)}")
    limits = {line[:25].strip(): line[26:46].strip() for line in (proc / "limits").read_text().splitlines()}
    assert limits["Max address space"] == str(1024**3)
    assert limits["Max core file size"] == "0"
    assert int(limits["Max cpu time"]) <= 17
    assert (proc / "environ").read_bytes() == b""


def scans(times: int) -> bytes:
    """A progressive JPEG of 36 megapixels that says its last scan over and over."""
    plain = encoded(Image.new("L", (6_000, 6_000), 90), "JPEG", progressive=True, quality=30)
    last = plain[plain.rindex(b"\xff\xda") : plain.rindex(b"\xff\xd9")]
    return plain[:-2] + last * times + b"\xff\xd9"


def test_a_picture_that_takes_too_much_time_ends_its_child_and_not_the_next_picture(pool, save):
    with pytest.raises(Lost, match="slow"):
        pool.ask(question(save(scans(2_000)), seconds=1))
    assert pool.ask(question(save(picture())))["width"] == 60


def test_a_frozen_child_is_killed_and_replaced(pool, save, monkeypatch):
    path = save(picture())
    pool.ask(question(path))
    frozen = pid(pool)
    os.kill(frozen, signal.SIGSTOP)
    with monkeypatch.context() as impatient:
        impatient.setattr(pool, "_within", 0.2)
        with pytest.raises(Lost, match="slow"):
            pool.ask(question(path))
    assert not Path(f"/proc/{frozen}").exists()
    assert pool.ask(question(path))["width"] == 60


def test_a_child_killed_in_the_middle_is_replaced(pool, save):
    path, slow = save(picture()), save(scans(2_000))
    pool.ask(question(path))
    victim = pid(pool)
    with ThreadPoolExecutor(1) as other:
        broken = other.submit(pool.ask, question(slow))
        before = processor_time(victim)
        while processor_time(victim) == before:
            time.sleep(0.005)
        os.kill(victim, signal.SIGKILL)
        with pytest.raises(Lost, match="broken"):
            broken.result(5)
    assert pool.ask(question(path))["width"] == 60


def test_a_child_killed_while_idle_is_replaced_unnoticed(pool, save):
    path = save(picture())
    pool.ask(question(path))
    os.kill(pid(pool), signal.SIGKILL)
    (child,) = pool._children
    child.process.wait()
    assert pool.ask(question(path))["width"] == 60


STRANGE = {
    "runs out of memory": "child.confine(); sys.stdin.readline(); bytearray(2 * 1024**3)",
    "answers nonsense": "sys.stdin.readline(); print('no JSON', flush=True); sys.stdin.read()",
    "answers without end": "sys.stdin.readline(); print('x' * 100_000, flush=True); sys.stdin.read()",
    "closes its mouth": "sys.stdin.readline(); os.close(1); sys.stdin.read()",
    "never starts": "sys.exit(1)",
}


@pytest.mark.parametrize("habit", STRANGE)
def test_whatever_a_child_does_costs_one_answer(habit, tmp_path, monkeypatch):
    monkeypatch.setattr("generations.imaging.pool._TO_DIE", 0.2)
    script = tmp_path / "strange.py"
    script.write_text(f"import os, sys\nsys.path.insert(0, {str(CHILD.parent)!r})\nimport child\n{STRANGE[habit]}\n")
    pool = Pool(script, size=1, within=10)
    for _ in range(2):
        with pytest.raises(Lost, match="broken"):
            pool.ask(question(script))
    assert not pool._children


@pytest.mark.parametrize(
    "answer", [{}, {"media_type": "text/html", "width": 1, "height": 1}, {"media_type": "image/png"}]
)
def test_a_child_is_not_believed_beyond_four_values(answer, tmp_path, monkeypatch, save):
    script = tmp_path / "liar.py"
    script.write_text(f"import json, sys\nfor line in sys.stdin: print(json.dumps({answer!r}), flush=True)\n")
    liar = Pool(script, size=1)
    monkeypatch.setattr(imaging, "_pool", liar)
    assert refusal(save(picture())) == "broken"
    liar.close()


def test_many_threads_share_two_children(save):
    pool = Pool(CHILD, size=2)
    paths = [save(picture(width, 30)) for width in range(10, 50)]
    with ThreadPoolExecutor(8) as threads:
        widths = [answer["width"] for answer in threads.map(pool.ask, map(question, paths))]
    assert widths == list(range(10, 50))
    assert len(pool._children) == 2
    pool.close()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_starts_its_own_children(pool, save):
    path = save(picture())
    pool.ask(question(path))
    ours = pid(pool)
    reading, writing = os.pipe()
    forked = os.fork()
    if forked == 0:
        answer = pool.ask(question(path))["width"] if not pool._children else 0
        os.write(writing, f"{answer} {pid(pool) != ours}".encode())
        pool.close()
        os._exit(0)
    os.waitpid(forked, 0)
    os.close(writing)
    with os.fdopen(reading) as said:
        assert said.read() == "60 True"
    assert pool.ask(question(path))["width"] == 60
    assert pid(pool) == ours


def test_children_do_not_outlive_a_parent_that_is_killed(save):
    path = save(picture())
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import sys; from pathlib import Path; from generations import imaging as i; i.check(Path({str(path)!r}));"
            "print(next(iter(i._pool._children)).process.pid, flush=True); sys.stdin.read()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=CHILD.parents[2],
    )
    with parent:
        child = Path(f"/proc/{int(parent.stdout.readline())}")
        assert child.exists()
        parent.kill()
    patience = threading.Event()
    for _ in range(500):
        if not child.exists() or "\nState:\tZ" in (child / "status").read_text():
            break
        patience.wait(0.02)
    else:
        pytest.fail("the child is still there")
