"""How large a picture is: pixels, ratios and tiers, and how one becomes another."""

import math
import re
from typing import NamedTuple


class Size(NamedTuple):
    """Width and height in pixels; written `WxH` with an ASCII x on every wire."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    @property
    def area(self) -> int:
        return self.width * self.height


RATIOS = ("1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9")
TIERS = ("1K", "2K", "4K")
AUTO = "auto"

# The 30 sizes of the vip document (seeds, "10 比例 × 1K Fast / 2K Recommended / 4K Detail").
_ROWS = {
    "1:1": ("1280x1280", "2048x2048", "2880x2880"),
    "2:3": ("848x1280", "1360x2048", "2336x3520"),
    "3:2": ("1280x848", "2048x1360", "3520x2336"),
    "3:4": ("960x1280", "1536x2048", "2480x3312"),
    "4:3": ("1280x960", "2048x1536", "3312x2480"),
    "4:5": ("1024x1280", "1632x2048", "2560x3216"),
    "5:4": ("1280x1024", "2048x1632", "3216x2560"),
    "9:16": ("720x1280", "1152x2048", "2160x3840"),
    "16:9": ("1280x720", "2048x1152", "3840x2160"),
    "21:9": ("1280x544", "2048x864", "3840x1632"),
}

_FORM = re.compile(r"([1-9]\d{1,4})x([1-9]\d{1,4})", re.ASCII)


def parse(text: str) -> Size | None:
    """Read `WxH`; None for anything else (`auto`, another cross, spaces)."""
    match = _FORM.fullmatch(text)
    return Size(int(match[1]), int(match[2])) if match else None


def _table() -> dict[tuple[str, str], Size]:
    return {
        (ratio, tier): Size(*map(int, text.split("x")))
        for ratio, row in _ROWS.items()
        for tier, text in zip(TIERS, row, strict=True)
    }


TABLE: dict[tuple[str, str], Size] = _table()
"""The thirty sizes by (ratio, tier). Every one also obeys OpenAI's own rule (see `is_native`)."""


def ratio_of(size: Size) -> str:
    """The nearest of the ten ratios, by the distance of the logarithms."""
    wanted = _slant(size)

    def distance(ratio: str) -> float:
        width, height = map(int, ratio.split(":"))
        return abs(math.log(width / height) - wanted)

    return min(RATIOS, key=distance)


def tier_of(size: Size) -> str:
    """The tier by area. The ranges of the thirty sizes do not overlap, so these two limits part them."""
    if size.area <= 1_700_000:
        return "1K"
    return "2K" if size.area <= 4_200_000 else "4K"


EDGE_STEP = 16
LONGEST_EDGE = 3840
FEWEST_PIXELS, MOST_PIXELS = 655_360, 8_294_400
STEEPEST = 3


def why_not_native(size: Size) -> str:
    """Which of the limits of OpenAI's own endpoint this breaks, in its order; the empty string where it breaks none."""
    long, short = max(size), min(size)
    if size.width % EDGE_STEP or size.height % EDGE_STEP:
        return f"both edges must be multiples of {EDGE_STEP}"
    if long > LONGEST_EDGE:
        return f"the longest edge may have {LONGEST_EDGE} pixels"
    if long > STEEPEST * short:
        return f"the long edge may be {STEEPEST} times the short one"
    if size.area < FEWEST_PIXELS:
        return f"it needs at least {FEWEST_PIXELS} pixels"
    return f"it may have {MOST_PIXELS} pixels" if size.area > MOST_PIXELS else ""


def is_native(size: Size) -> bool:
    """Whether OpenAI's own endpoint takes it: multiples of 16, at most 3840, at most 3:1, within the pixel budget."""
    return not why_not_native(size)


def to_native(size: Size) -> Size:
    """The nearest size that OpenAI's own endpoint takes, keeping the shape as far as the limits let it.

    One that is no smaller goes before one that is: what is too much can be taken off afterwards.
    """
    if is_native(size):
        return size
    shape = min(max(size.width / size.height, 1 / STEEPEST), STEEPEST)
    area = min(max(size.area, FEWEST_PIXELS), MOST_PIXELS)
    longest = min(math.sqrt(area * max(shape, 1 / shape)), LONGEST_EDGE)
    width, height = (longest, longest / shape) if shape >= 1 else (longest * shape, longest)

    def distance(near: Size) -> tuple[bool, float]:
        is_smaller = near.width < size.width or near.height < size.height
        return is_smaller, abs(near.width - width) + abs(near.height - height)

    return min(_around(width, height), key=distance)


ALIKE = 0.02
"""Shapes that differ by less count as one: the wires that round to steps of 16 move them by about one hundredth."""


def can_become(came: Size, wished: Size) -> bool:
    """Whether a picture of the size `came` can honestly be made one of `wished`: the same shape, nothing invented."""
    return came.width >= wished.width and came.height >= wished.height and are_alike(came, wished)


def are_alike(one: Size, other: Size) -> bool:
    """Whether two sizes are of one shape, but for what a rounding takes or adds."""
    return abs(_slant(one) - _slant(other)) <= ALIKE


def _slant(size: Size) -> float:
    return math.log(size.width / size.height)


def _around(width: float, height: float) -> list[Size]:
    def steps(edge: float) -> list[int]:
        down = int(edge // EDGE_STEP) * EDGE_STEP
        return [down, down + EDGE_STEP]

    return [near for w in steps(width) for h in steps(height) if w and h and is_native(near := Size(w, h))]


def nearest(size: Size, choices: tuple[Size, ...]) -> Size:
    """The closest of `choices`: shape first, then area."""

    def distance(choice: Size) -> tuple[float, float]:
        shapes = abs(_slant(choice) - _slant(size))
        return round(shapes, 2), abs(math.log(choice.area / size.area))

    return min(choices, key=distance)
