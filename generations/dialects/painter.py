"""What does a studio without a provider show? A sketch drawn on this machine, labelled as what it is.

The wire that is none: no network, no model. Sheets of coloured gel on a light table, laid over one another so that
their colours multiply, with a sun, a horizon and a few hills; the words of the brief choose all of it.
"""

import hashlib
import io
import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw, ImageFont

from generations.brief import Brief
from generations.sizes import TABLE, Size

LABEL = "LOCAL SKETCH · NOT AI"
LONGEST_SIDE, MOST_PIXELS = 8192, 16_777_216

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]
_FORMATS = {"png": "PNG", "jpeg": "JPEG", "webp": "WEBP"}
_FINEST = 2560
"""The longest side at which a shape's edge is drawn; it is smoothed to the picture's own size."""


def draw(brief: Brief, variation: str = "") -> bytes:
    """A sketch of the brief as PNG, JPEG or WebP. The same brief and variation give the same bytes.

    A size beyond 8192 on a side or 16.8 megapixels is drawn smaller in the same shape.
    """
    size = canvas(brief)
    dice = random.Random(_seed(brief, size, variation))  # noqa: S311 a sketch, not a secret
    table = Table(size, Palette.chosen(dice, _tint(brief)))
    compose(table, dice)
    label(table.image)
    return encode(table.image, brief)


def canvas(brief: Brief) -> Size:
    """The pixels that the brief asks for, or those of its ratio and tier."""
    wished = brief.pixels or TABLE.get((brief.ratio, brief.tier)) or TABLE.get(("1:1", brief.tier)) or Size(1280, 1280)
    scale = min(1.0, LONGEST_SIDE / max(wished), math.sqrt(MOST_PIXELS / wished.area))
    return Size(max(1, int(wished.width * scale)), max(1, int(wished.height * scale)))


def encode(image: Image.Image, brief: Brief) -> bytes:
    file = io.BytesIO()
    kind = _FORMATS.get(brief.format, "PNG")
    if kind == "PNG":
        image.save(file, kind, compress_level=2)
    else:
        quality = 90 if brief.compression is None else max(1, brief.compression)
        image.save(file, kind, quality=quality, method=2)
    return file.getvalue()


def _seed(brief: Brief, size: Size, variation: str) -> bytes:
    return hashlib.blake2b(f"{brief.prompt}\n{size}\n{variation}".encode(), digest_size=16).digest()


def _tint(brief: Brief) -> float | None:
    """A hue out of the references, in turns; their pixels are not looked at."""
    if not brief.references:
        return None
    digest = hashlib.blake2b(digest_size=2)
    for picture in brief.references:
        digest.update(picture.content or picture.url.encode())
    return int.from_bytes(digest.digest(), "big") / 65536


# --- colours --------------------------------------------------------------------------------------


def colour(light: float, chroma: float, hue: float) -> Colour:
    """An sRGB colour from OKLCH (bottosson.github.io/posts/oklab): lightness 0 to 1, hue in turns."""
    a, b = chroma * math.cos(math.tau * hue), chroma * math.sin(math.tau * hue)
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _channel(4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short),
        _channel(-1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short),
        _channel(-0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short),
    )


def _channel(linear: float) -> int:
    level = min(max(linear, 0.0), 1.0)
    return round(255 * (12.92 * level if level <= 0.0031308 else 1.055 * level ** (1 / 2.4) - 0.055))


@dataclass(frozen=True, slots=True)
class Palette:
    """Two grounds, the sun, and the gels from far to near."""

    high: Colour
    low: Colour
    sun: Colour
    gels: tuple[Colour, ...]

    @classmethod
    def chosen(cls, dice: random.Random, tint: float | None) -> "Palette":
        """One hue for air and land, its neighbour for depth, and always a warm sun."""
        hue = dice.random() if tint is None else tint + dice.uniform(-0.05, 0.05)
        near = hue + dice.choice((-0.1, 0.1))
        warm = dice.uniform(0.05, 0.21)
        return cls(
            high=colour(0.93, 0.03, near),
            low=colour(0.975, 0.03, warm),
            sun=colour(0.8, 0.125, warm),
            gels=tuple(
                colour(0.91 - 0.07 * step, 0.035 + 0.012 * step, hue + (near - hue) * step / 4) for step in range(5)
            ),
        )


# --- the light table ------------------------------------------------------------------------------

Shape = Callable[[ImageDraw.ImageDraw, float, float], None]
"""Draws itself in white on a mask, given the mask's width and height."""


class Table:
    """The picture under way. What is laid on it darkens what lies beneath, as coloured gels do on light."""

    def __init__(self, size: Size, palette: Palette) -> None:
        self.size = size
        self.palette = palette
        self.image = ramp(size, palette.high, palette.low)

    def lay(self, gel: Colour, shape: Shape, fade: tuple[int, int] = (255, 255)) -> None:
        """Lay a gel of this shape; `fade` is how dense it is at its top and at its foot, 0 to 255."""
        scale = min(2.0, _FINEST / max(self.size))
        width, height = (max(1, round(side * scale)) for side in self.size)
        mask = Image.new("L", (width, height))
        shape(ImageDraw.Draw(mask), width, height)
        box = mask.getbbox()
        if box is None:
            return
        here = _whole(box, scale, self.size)
        mask = mask.resize(
            (here[2] - here[0], here[3] - here[1]), Image.Resampling.BILINEAR, _shared(here, self.size, mask.size)
        )
        if fade != (255, 255):
            mask = ImageChops.multiply(mask, slope(mask.size, *fade))
        beneath = self.image.crop(here)
        self.image.paste(ImageChops.multiply(beneath, Image.new("RGB", beneath.size, gel)), here[:2], mask)


def _whole(box: tuple[int, int, int, int], scale: float, size: Size) -> tuple[int, int, int, int]:
    """The box in the picture's own pixels, with a margin for the smoothed edge."""
    left, top, right, bottom = (side / scale for side in box)
    return (
        max(0, int(left) - 2),
        max(0, int(top) - 2),
        min(size.width, int(right) + 3),
        min(size.height, int(bottom) + 3),
    )


def _shared(here: tuple[int, int, int, int], size: Size, mask: tuple[int, int]) -> Box:
    across, down = mask[0] / size.width, mask[1] / size.height
    return here[0] * across, here[1] * down, here[2] * across, here[3] * down


def ramp(size: Size, top: Colour, foot: Colour) -> Image.Image:
    """From one colour above to another below."""
    return Image.composite(Image.new("RGB", size, foot), Image.new("RGB", size, top), slope(size, 0, 255))


def slope(size: tuple[int, int], top: int, foot: int) -> Image.Image:
    levels = Image.linear_gradient("L").point([round(top + (foot - top) * step / 255) for step in range(256)])
    return levels.resize(size, Image.Resampling.BILINEAR)


# --- the composition ------------------------------------------------------------------------------


def compose(table: Table, dice: random.Random) -> None:
    """From far to near: the sun, a few gels in the air, the horizon with what stands below it, and the hills."""
    short = min(table.size) / max(table.size)
    horizon = dice.uniform(0.6, 0.7)
    across = dice.choice((0.32, 0.38, 0.62, 0.68)) + dice.uniform(-0.03, 0.03)
    radius = dice.uniform(0.17, 0.23)
    gels = table.palette.gels
    table.lay(table.palette.sun, disc(across, horizon - radius * short * dice.uniform(0.5, 1.1), radius), (255, 150))
    table.lay(gels[0], disc(1 - across, horizon * dice.uniform(0.3, 0.5), radius * dice.uniform(1.5, 1.9)), (190, 70))
    table.lay(gels[1], sheet(dice.uniform(0.1, 0.7), dice), (150, 40))
    table.lay(gels[1], below(horizon), (235, 120))
    for step in range(2, 5):
        foot = horizon + (1 - horizon) * (step - 2) * 0.3
        table.lay(gels[step], hills(foot, 0.1 - 0.015 * step, dice), (230, 120))


def disc(across: float, down: float, radius: float) -> Shape:
    """A circle; `radius` is a share of the shorter side."""

    def shape(pen: ImageDraw.ImageDraw, width: float, height: float) -> None:
        reach = radius * min(width, height)
        x, y = across * width, down * height
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), fill=255)

    return shape


def sheet(across: float, dice: random.Random) -> Shape:
    """An upright band of gel, leaning a little."""
    wide, lean = dice.uniform(0.12, 0.22), dice.uniform(-0.08, 0.08)

    def shape(pen: ImageDraw.ImageDraw, width: float, height: float) -> None:
        left, right = across * width, (across + wide) * width
        pen.polygon(
            [
                (left + lean * width, 0),
                (right + lean * width, 0),
                (right - lean * width, height),
                (left - lean * width, height),
            ],
            fill=255,
        )

    return shape


def below(horizon: float) -> Shape:
    def shape(pen: ImageDraw.ImageDraw, width: float, height: float) -> None:
        pen.rectangle((0, horizon * height, width, height), fill=255)

    return shape


def hills(foot: float, rise: float, dice: random.Random) -> Shape:
    """A ridge of three waves, filled down to the lower edge."""
    waves = [(dice.uniform(0.5, 1.1) * number, dice.random(), 1 / number) for number in (1, 2, 3)]

    def shape(pen: ImageDraw.ImageDraw, width: float, height: float) -> None:
        ridge = []
        for step in range(161):
            along = step / 160
            lift = sum(share * math.sin(math.tau * (rate * along + phase)) for rate, phase, share in waves)
            ridge.append((along * width, (foot - rise * lift) * height))
        pen.polygon([*ridge, (width, height), (0, height)], fill=255)

    return shape


def label(image: Image.Image) -> None:
    """Say in the picture itself that no model made it."""
    short = min(image.size)
    height = max(14.0, 0.022 * short)
    font = ImageFont.load_default(height)
    room = image.width - 2 * height
    if (length := font.getlength(LABEL)) > room:
        height = max(1.0, height * max(1.0, room) / length)
        font = ImageFont.load_default(height)
    left, top, right, bottom = font.getbbox(LABEL)
    x, y = height, image.height - 2.2 * height
    pen = ImageDraw.Draw(image, "RGBA")
    pad = 0.5 * height
    pen.rounded_rectangle(
        (x + left - pad, y + top - pad, x + right + pad, y + bottom + pad), radius=pad, fill=(255, 255, 255, 200)
    )
    pen.text((x, y), LABEL, font=font, fill=(45, 45, 50, 255))
