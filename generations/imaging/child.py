"""What is in these bytes? Asked of a process that may be lost: it has little memory, little time and no secrets.

It runs alone (`python -I child.py`) and imports nothing of the project. One request a line on standard input, one
answer a line on standard output, until the input ends because the parent is gone. What it does not expect kills it,
and the parent calls the picture broken.
"""

import io
import json
import math
import resource
import struct
import sys
import warnings
import zlib
from collections.abc import Callable
from typing import Any

from PIL import Image, ImageCms, JpegImagePlugin, PngImagePlugin, WebPImagePlugin  # noqa: F401 the formats we take

MEMORY = 1024**3
MOST_WRITTEN = 256 * 1024**2
MOST_PIXELS = 40_000_000
LONGEST_SIDE = 16_384

PNG, JPEG, WEBP = "PNG", "JPEG", "WEBP"
WRITING: dict[str, dict[str, Any]] = {
    PNG: {"compress_level": 3},  # forty megapixels in a third of the time that the usual 6 takes
    JPEG: {"quality": 95},
    WEBP: {"quality": 95, "method": 2},
}
SMALL = {"quality": 80, "method": 2}
BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error)

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_LYING = (5, 6, 7, 8)
_SRGB = ImageCms.createProfile("sRGB")

Answer = dict[str, Any]


class Unfit(Exception):
    """The picture is refused before it is decoded. Its one argument is the reason."""


def check(source: str) -> Answer:
    """Decode everything, keep nothing."""
    image = read(source)
    image.load()
    return facts(source, image, image.size)


def derive(source: str, target: str, edge: int) -> Answer:
    """Decode everything once, and write it as a small WebP on the way.

    A JPEG is decoded at a fraction of its size, which still reads all of its bytes.
    """
    image = read(source)
    size = image.size
    small: Image.Image = image if image.mode in ("RGB", "RGBA", "CMYK") else plain(image)
    small.thumbnail((edge, edge), reducing_gap=2)
    small.load()
    shown = upright(in_srgb(small), orientation(image))
    shown.save(target, WEBP, **SMALL)
    return facts(source, image, size) | {"is_clear": is_clear(shown)}


def clean(source: str, target: str) -> Answer:
    """Write the picture's pixels, upright and in sRGB, in its own format, and nothing that came with them."""
    image = read(source)
    image.load()
    answer = facts(source, image, image.size)
    pixels, turn = in_srgb(image), orientation(image)
    del image  # from here on its decoder's memory is wanted
    pixels = upright(pixels, turn)
    pixels = bare(pixels)
    kind = sniff(source)
    pixels.save(target, kind, **WRITING[kind])
    return answer


def remake(source: str, target: str, small: str, edge: int, kind: str, size: tuple[int, int], quality: int) -> Answer:
    """Write the picture's pixels in another format, or made smaller, or both; and as a small WebP, from the same."""
    image = read(source)
    image.load()
    pixels, turn = in_srgb(image), orientation(image)
    del image  # as in `clean`
    pixels = upright(pixels, turn)
    pixels = on_white(pixels) if kind == JPEG else pixels
    pixels = bare(cut(pixels, *size))
    pixels.save(target, kind, **WRITING[kind] | ({} if kind == PNG else {"quality": quality}))
    pixels.thumbnail((edge, edge), reducing_gap=2)
    pixels.save(small, WEBP, **SMALL)
    return {"media_type": Image.MIME[kind], "width": size[0], "height": size[1], "is_clear": is_clear(pixels)}


TASKS: dict[str, Callable[..., Answer]] = {"check": check, "derive": derive, "clean": clean, "remake": remake}


def read(source: str) -> Image.Image:
    """The header, judged; no pixel is decoded yet. Raises Unfit."""
    image = Image.open(source, formats=(sniff(source),))
    if image.width * image.height > MOST_PIXELS or max(image.size) > LONGEST_SIDE:
        raise Unfit("pixels")
    return image


def sniff(source: str) -> str:
    """The format, by the first bytes and never by a name. Raises Unfit."""
    with open(source, "rb") as file:  # noqa: PTH123 the path is a plain string here
        head = file.read(12)
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"RIFF") and head.endswith(b"WEBP"):
        return WEBP
    raise Unfit("type")


def facts(source: str, image: Image.Image, size: tuple[int, int]) -> Answer:
    """Width and height are as the picture is shown, turned by its orientation."""
    width, height = reversed(size) if orientation(image) in _LYING else size
    kind = sniff(source)
    is_animated = kind != JPEG and getattr(image, "n_frames", 1) > 1  # a JPEG's further pictures are no animation
    return {"media_type": Image.MIME[kind], "width": width, "height": height, "is_animated": is_animated}


def orientation(image: Image.Image) -> int:
    """1 to 8 as EXIF counts them; 1 where it is absent or nonsense."""
    try:
        turn = image.getexif().get(_ORIENTATION, 1)
    except BROKEN:
        return 1
    return turn if turn in _TURNS else 1


def upright(image: Image.Image, turn: int) -> Image.Image:
    return image.transpose(_TURNS[turn]) if turn in _TURNS else image


def bare(image: Image.Image) -> Image.Image:
    """The pixels alone, in a picture that never had anything else."""
    fresh = Image.new(image.mode, image.size)
    fresh.paste(image)
    return fresh


def cut(image: Image.Image, width: int, height: int) -> Image.Image:
    """At this size, which is no larger: what is too much of the shape falls off evenly on both sides."""
    if image.size == (width, height):
        return image
    scale = min(image.width / width, image.height / height)
    left, top = (image.width - width * scale) / 2, (image.height - height * scale) / 2
    box = (left, top, image.width - left, image.height - top)
    return image.resize((width, height), Image.Resampling.LANCZOS, box, reducing_gap=3)


def on_white(image: Image.Image) -> Image.Image:
    """Without transparency, as a page would show it."""
    if image.mode != "RGBA":
        return image
    page = Image.new("RGB", image.size, "white")
    page.paste(image, mask=image.getchannel("A"))
    return page


def is_clear(image: Image.Image) -> bool:
    """Whether some of it lets the page show through; a channel that could, and nowhere does, is not enough."""
    return image.mode == "RGBA" and image.getchannel("A").getextrema() != (255, 255)


def plain(image: Image.Image) -> Image.Image:
    """As L, RGB or RGBA with eight bits a channel."""
    if image.mode.startswith("I"):
        return image.point(lambda level: level / 257).convert("L")
    mode = "RGBA" if image.has_transparency_data else "L" if image.mode in ("1", "L") else "RGB"
    return image if image.mode == mode else image.convert(mode)


def in_srgb(image: Image.Image) -> Image.Image:
    """Plain, with its colours brought over from an embedded profile; a profile that cannot be read is ignored."""
    profile = image.info.get("icc_profile")
    if not profile:
        return plain(image)
    given = image if image.mode == "CMYK" else plain(image)
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = "RGBA" if given.mode == "RGBA" else "RGB"
        return ImageCms.profileToProfile(given, source, _SRGB, outputMode=mode) or plain(image)
    except (ImageCms.PyCMSError, *BROKEN):
        return plain(given)


def answer(request: Answer) -> Answer:
    task, seconds = TASKS[request.pop("task")], request.pop("seconds")
    allow_time(seconds)
    try:
        return task(**request)
    except Unfit as unfit:
        return {"fault": str(unfit)}
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return {"fault": "pixels"}
    except BROKEN:
        return {"fault": "broken"}


def allow_time(seconds: int) -> None:
    """Move the limit of processor time to `seconds` from now. Passing it ends the process."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = math.ceil(usage.ru_utime + usage.ru_stime)
    resource.setrlimit(resource.RLIMIT_CPU, (used + seconds, resource.RLIM_INFINITY))


def confine() -> None:
    """Give up, for good, everything that decoding does not need."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_WRITTEN, MOST_WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS


def main() -> None:
    confine()
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)  # noqa: T201 the answer's only way out


if __name__ == "__main__":
    main()
