"""What image models can do, and whether a brief lies within it."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from generations.brief import Brief
from generations.sizes import AUTO, TABLE, TIERS, Size, is_native, parse, ratio_of, tier_of

LISTED, NATIVE, FREE = "listed", "native", "free"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What one public image model takes. An empty tuple means that the model has no such choice."""

    prompt_limit: int
    """Characters, counted as code points."""
    sizes: tuple[str, ...]
    """The exact sizes offered, `WxH`; `auto` among them where the provider may choose."""
    size_rule: str = LISTED
    """Which other sizes are taken: `listed` none, `native` those of OpenAI's rule, `free` any."""
    qualities: tuple[str, ...] = ()
    backgrounds: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    moderations: tuple[str, ...] = ()
    compression: bool = False
    fewest_references: int = 0
    most_references: int = 0
    mask: bool = False

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Self:
        words: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in kept.items()}
        return cls(**words)

    @property
    def shapes(self) -> dict[tuple[str, str], Size]:
        """The offered sizes by (ratio, tier): what a picker of ratios and tiers can show."""
        exact = filter(None, map(parse, self.sizes))
        return {(ratio_of(size), tier_of(size)): size for size in exact}

    def takes_size(self, text: str) -> bool:
        size = parse(text)
        if text in self.sizes:
            return True
        if size is None:
            return False
        return self.size_rule == FREE or (self.size_rule == NATIVE and is_native(size))


@dataclass(frozen=True, slots=True)
class Objection:
    """One thing wrong with a brief: the field, a stable code, and the values its sentence needs."""

    field: str
    code: str
    values: tuple[tuple[str, str | int], ...] = ()


MOST_PICTURES = 10
"""The most pictures of one job (seeds, `n` 1~10)."""


def objections(brief: Brief, can: Capabilities, count: int) -> list[Objection]:
    """Everything about `count` pictures of `brief` that the image model cannot do, in the order of the form."""
    return [
        *_about_prompt(brief, can),
        *_about_references(brief, can),
        *_about_size(brief, can),
        *_about_choices(brief, can),
        *([] if 1 <= count <= MOST_PICTURES else [Objection("n", "count", (("most", MOST_PICTURES),))]),
    ]


def _about_prompt(brief: Brief, can: Capabilities) -> list[Objection]:
    if not brief.prompt.strip():
        return [Objection("prompt", "empty")]
    if len(brief.prompt) > can.prompt_limit:
        return [Objection("prompt", "long", (("limit", can.prompt_limit), ("length", len(brief.prompt))))]
    return []


def _about_references(brief: Brief, can: Capabilities) -> list[Objection]:
    given = len(brief.references)
    if given and not can.most_references:
        return [Objection("references", "none_taken")]
    if given > can.most_references:
        return [Objection("references", "too_many", (("most", can.most_references),))]
    if given < can.fewest_references:
        return [Objection("references", "too_few", (("fewest", can.fewest_references),))]
    return [Objection("mask", "none_taken")] if brief.mask and not can.mask else []


def _about_size(brief: Brief, can: Capabilities) -> list[Objection]:
    return [] if can.takes_size(brief.size) else [Objection("size", "lacking", (("value", brief.size),))]


def _about_choices(brief: Brief, can: Capabilities) -> list[Objection]:
    """Where an image model has no such choice at all, the wish is a soft one: the receipt says what became of it."""
    wishes = {
        "quality": (brief.quality, can.qualities),
        "background": (brief.background, can.backgrounds),
        "format": (brief.format, can.formats),
        "moderation": (brief.moderation, can.moderations),
    }
    wrong = [
        Objection(field, "lacking", (("value", wish),))
        for field, (wish, has) in wishes.items()
        if wish and wish not in has and (has or (field, wish) == ("background", "transparent"))
    ]
    if brief.compression is not None and not 0 <= brief.compression <= 100:
        wrong.append(Objection("compression", "percent"))
    if brief.background == "transparent" and brief.format == "jpeg":
        wrong.append(Objection("background", "needs_alpha"))
    return wrong


@dataclass(frozen=True, slots=True)
class Listing:
    """An image model as it is first offered: its public name, what it can do, and its price list."""

    name: str
    title: str
    capabilities: Capabilities
    tariff: dict[str, int]


_THIRTY = tuple(map(str, TABLE.values()))
_QUALITIES = (AUTO, "low", "medium", "high")
_FORMATS = ("png", "jpeg", "webp")
_PER_TIER = {"1K": 4, "2K": 6, "4K": 10}


def _ratios(*ratios: str) -> tuple[str, ...]:
    return tuple(str(TABLE[ratio, tier]) for ratio in ratios for tier in TIERS)


LISTINGS = (
    Listing(
        "gpt-image-2",
        "GPT Image 2",
        Capabilities(32_000, (AUTO, *_THIRTY), FREE, most_references=16, mask=True),
        _PER_TIER,
    ),
    Listing(
        "gpt-image-2-text-to-image",
        "GPT Image 2 Text",
        Capabilities(
            20_000,
            (AUTO, *_ratios("1:1", "4:5", "3:4", "2:3", "16:9", "9:16", "21:9")),
            qualities=_QUALITIES,
            formats=_FORMATS,
        ),
        _PER_TIER,
    ),
    Listing(
        "gpt-image-2-image-to-image",
        "GPT Image 2 Edit",
        Capabilities(
            20_000,
            (AUTO, *_ratios("1:1", "4:5", "3:4", "2:3", "16:9", "9:16")),
            qualities=_QUALITIES,
            formats=_FORMATS,
            fewest_references=1,
            most_references=16,
        ),
        _PER_TIER,
    ),
    Listing(
        "gpt-image-2-official",
        "GPT Image 2 Official",
        Capabilities(
            32_000,
            (AUTO, "1024x1024", "1536x1024", "1024x1536"),
            qualities=_QUALITIES,
            backgrounds=(AUTO, "opaque", "transparent"),
            formats=_FORMATS,
            moderations=(AUTO, "low"),
            compression=True,
        ),
        {"1K low": 2, "1K medium": 6, "1K high": 20, "1K auto": 20},
    ),
    Listing(
        "gpt-image-2-vip",
        "GPT Image 2 VIP",
        Capabilities(32_000, _THIRTY, most_references=16),
        {"1K": 5, "2K": 5, "4K": 5},
    ),
    Listing(
        "sketch",
        "Sketch",
        Capabilities(32_000, (AUTO, *_THIRTY), FREE, formats=_FORMATS, most_references=5),
        {"1K": 1, "2K": 1, "4K": 1},
    ),
)
"""The image models that a new studio offers. Prices are the operator's to change in the admin."""
