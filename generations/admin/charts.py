"""Figures as drawings: plain geometry for the templates to write down as SVG, without script or inline style."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.functional import Promise

WIDTH, HEIGHT = 560, 200
LEFT, RIGHT, TOP, BOTTOM = 56, 4, 8, 24
"""Room for the figures of the axis, and for the days beneath."""
GAP = 0.25
MOST_BARS = 12

Write = Callable[[int], str]
Words = str | Promise


@dataclass(frozen=True, slots=True)
class Bar:
    x: str
    y: str
    width: str
    height: str
    tone: str
    tip: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A line of the grid, or a word beneath the axis, with the place it stands at."""

    at: str
    text: str


@dataclass(frozen=True, slots=True)
class Point:
    """One day: what went well stands on the line, what went wrong hangs below it."""

    day: date
    up: int
    down: int


@dataclass(frozen=True, slots=True)
class Columns:
    """A chart of days."""

    title: Words
    up: Words
    down: Words
    bars: list[Bar]
    grid: list[Mark]
    days: list[Mark]
    zero: str
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT


def columns(words: tuple[Words, Words, Words], points: Sequence[Point], write: Write) -> Columns:
    """A chart with one column a day. `words` name it, what stands and what hangs; `write` puts a figure into words."""
    up_to, down_to = max(point.up for point in points), max(point.down for point in points)
    step = _step(up_to + down_to)
    highest, lowest = step * -(-up_to // step) or step, down_to
    scale = (HEIGHT - TOP - BOTTOM) / (highest + lowest)

    def y(figure: int) -> float:
        return TOP + (highest - figure) * scale

    room = (WIDTH - LEFT - RIGHT) / len(points)
    bars = [bar for place, point in enumerate(points) for bar in _pair(point, LEFT + place * room, room, y, write)]
    # Where nothing stands there is nothing to measure: the one line is the zero.
    lines = range(-(lowest // step) * step, highest + 1, step) if up_to or down_to else [0]
    grid = [Mark(_near(y(figure)), write(abs(figure))) for figure in lines]
    return Columns(*words, bars, grid, _days(points, room), _near(y(0)))


def _pair(point: Point, x: float, room: float, y: Callable[[int], float], write: Write) -> list[Bar]:
    left, width = _near(x + room * GAP / 2), _near(room * (1 - GAP))
    day = date_format(point.day, "SHORT_DATE_FORMAT")
    sides = ((point.up, y(point.up), "up"), (point.down, y(0), "down"))
    return [
        Bar(left, _near(top), width, _near(abs(y(figure) - y(0))), tone, f"{day}: {write(figure)}")
        for figure, top, tone in sides
        if figure > 0
    ]


def _days(points: Sequence[Point], room: float) -> list[Mark]:
    """The first day, the last, and a few between."""
    every = max(1, -(-len(points) // 6))
    return [
        Mark(_near(LEFT + (place + 0.5) * room), date_format(points[place].day, "m-d"))
        for place in range(0, len(points), every)
    ]


def _step(span: int) -> int:
    """The distance of two lines of the grid: 1, 2 or 5 times a power of ten, so that there are three to five."""
    wanted = max(span, 1) / 4
    power = 1
    while power * 10 <= wanted:
        power *= 10
    return next((factor * power for factor in (1, 2, 5, 10) if factor * power >= wanted), power)


ROW, NAME_WIDTH, BARS_WIDTH, VALUE_WIDTH = 24, 180, 300, 80


@dataclass(frozen=True, slots=True)
class Length:
    """One row of a chart of lengths: a name, a bar and its figure."""

    name: str
    y: int
    text_y: int
    width: str
    text_x: str
    figure: str


@dataclass(frozen=True, slots=True)
class Lengths:
    """A chart of the largest few, longest first."""

    title: Words
    rows: list[Length]
    height: int
    left: int = NAME_WIDTH
    width: int = NAME_WIDTH + BARS_WIDTH + VALUE_WIDTH


def lengths(title: Words, figures: Sequence[tuple[str, int]], write: Write) -> Lengths:
    """A chart of the largest of `figures`, each a name and its figure; nothing below one is drawn."""
    largest = sorted((pair for pair in figures if pair[1] > 0), key=lambda pair: -pair[1])[:MOST_BARS]
    longest = max((figure for _, figure in largest), default=1)
    rows = [_length(place, name, figure, figure / longest, write) for place, (name, figure) in enumerate(largest)]
    return Lengths(title, rows, ROW * len(rows))


def _length(place: int, name: str, figure: int, share: float, write: Write) -> Length:
    width = max(share * BARS_WIDTH, 2)
    top = place * ROW
    return Length(
        name if len(name) <= 26 else f"{name[:25]}…",
        top + 4,
        top + 16,
        _near(width),
        _near(NAME_WIDTH + width + 8),
        write(figure),
    )


def _near(length: float) -> str:
    """A length as SVG writes it, in every language with a point."""
    return f"{length:.1f}".removesuffix(".0")
