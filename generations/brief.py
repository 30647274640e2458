"""What is asked for, in nobody's dialect: an immutable value that every wire is written from."""

from dataclasses import dataclass, fields, replace
from typing import Any, Self

from generations.sizes import AUTO, TABLE, Size, parse, ratio_of, tier_of

GENERATE, EDIT = "generate", "edit"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture handed over with a brief, in one of two forms: an address, or the bytes themselves."""

    url: str = ""
    content: bytes = b""
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class Brief:
    """One wish for one picture. How many of it are made is the job's affair, not the brief's.

    An empty string means "not said": the wire leaves the field out and the provider decides.
    """

    prompt: str
    image_model: str
    size: str = AUTO
    """`WxH`, or `auto`."""
    ratio: str = AUTO
    tier: str = "1K"
    quality: str = ""
    background: str = ""
    format: str = ""
    compression: int | None = None
    moderation: str = ""
    references: tuple[Picture, ...] = ()
    mask: Picture | None = None

    @property
    def mode(self) -> str:
        """`edit` as soon as there is a picture to work from, else `generate`."""
        return EDIT if self.references or self.mask else GENERATE

    @property
    def pixels(self) -> Size | None:
        """The exact size wished for, or None where the provider may choose."""
        return parse(self.size)

    def sized(self, size: str) -> Self:
        """The same wish at `size`; ratio and tier follow from its pixels."""
        pixels = parse(size)
        if pixels is None:
            return replace(self, size=AUTO, ratio=AUTO)
        return replace(self, size=size, ratio=ratio_of(pixels), tier=tier_of(pixels))

    def shaped(self, ratio: str, tier: str) -> Self:
        """The same wish at one of the ten ratios and three tiers; the pixels follow from the table of thirty."""
        pixels = TABLE.get((ratio, tier))
        return replace(self, size=str(pixels) if pixels else AUTO, ratio=ratio if pixels else AUTO, tier=tier)

    def to_json(self) -> dict[str, Any]:
        """The words of the brief for keeping. Pictures are kept as assets, so they are not in it."""
        return {name: getattr(self, name) for name in _words()}

    @classmethod
    def from_json(cls, kept: dict[str, Any], references: tuple[Picture, ...] = (), mask: Picture | None = None) -> Self:
        """The brief as it was kept, with its pictures handed back to it."""
        return cls(**{name: kept[name] for name in _words() if name in kept}, references=references, mask=mask)


def _words() -> list[str]:
    return [field.name for field in fields(Brief) if field.name not in ("references", "mask")]
