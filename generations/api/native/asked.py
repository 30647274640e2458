"""What callers say in the native API: the shapes of its bodies and its queries, which refuse whatever they do not know.

Descriptions are collected for translation: the schema tells them in English, the page in its reader's language.
"""

from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias, get_args

from django.utils.translation import gettext_noop as _
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from generations.brief import Brief
from generations.catalog import MOST_PICTURES
from generations.dialects.serving import Given, Wish
from generations.models import State, Use
from generations.sizes import AUTO, TABLE, TIERS, Size

MOST_PROMPT, MOST_REFERENCES = 32_000, 16
MOST_LISTED = 100

Ratio: TypeAlias = Literal["auto", "1:1", "2:3", "3:2", "3:4", "4:3", "4:5", "5:4", "9:16", "16:9", "21:9"]
Tier: TypeAlias = Literal["1K", "2K", "4K"]
Format: TypeAlias = Literal["png", "jpeg", "webp"]
Background: TypeAlias = Literal["auto", "opaque", "transparent"]
Moderation: TypeAlias = Literal["auto", "low"]
Picture: TypeAlias = Annotated[str, Field(min_length=1)]
Event: TypeAlias = Literal["job.succeeded", "job.failed", "job.cancelled"]
EVERY: tuple[Event, ...] = get_args(Event)


class Asked(BaseModel):
    """A body: of the kinds that it says, and with nothing besides."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Wished(Asked):
    """A brief, and how many pictures of it."""

    prompt: str = Field(
        min_length=1,
        max_length=MOST_PROMPT,
        description=_("What the pictures should show. Each image model has a limit of its own."),
    )
    image_model: str = Field(
        min_length=1, max_length=80, description=_("The name of an image model, as listed under /models.")
    )
    count: int = Field(1, ge=1, le=MOST_PICTURES, description=_("How many pictures."))
    size: str | None = Field(
        None,
        pattern="^(auto|[1-9][0-9]{1,4}x[1-9][0-9]{1,4})$",
        description=_("Exact pixels such as 1536x1024, or auto. Without a size, a ratio or a tier it is auto."),
    )
    ratio: Ratio | None = Field(None, description=_("The shape, instead of a size."))
    tier: Tier | None = Field(None, description=_("How large, instead of a size: 1K unless said otherwise."))
    quality: str | None = Field(
        None, pattern="^[a-z]{1,16}$", description=_("One of the image model's qualities, such as high.")
    )
    background: Background | None = Field(None, description=_("What is behind the picture."))
    format: Format | None = Field(None, description=_("The type of the file."))
    compression: int | None = Field(None, ge=0, le=100, description=_("Of a JPEG or WebP file, 0 to 100."))
    moderation: Moderation | None = Field(None, description=_("How strictly the provider looks at it."))
    references: list[Picture] = Field(
        default=[],
        max_length=MOST_REFERENCES,
        description=_("Pictures to work from, each as an asset's id, a public address or a data URL."),
    )
    mask: Picture | None = Field(
        None,
        description=_("Where the first reference may change: an asset kept as a mask, a public address or a data URL."),
    )

    @field_validator("ratio", "tier")
    @classmethod
    def _instead_of_a_size(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("size") is not None:
            raise PydanticCustomError("two_sizes", "Say either a size, or a ratio and a tier")
        return value

    def wish(self, shapes: Mapping[tuple[str, str], Size] = TABLE) -> Wish:
        """As the house understands it. `shapes` are the image model's own sizes by ratio and tier."""
        brief = Brief(
            self.prompt,
            self.image_model,
            quality=self.quality or "",
            background=self.background or "",
            format=self.format or "",
            compression=self.compression,
            moderation=self.moderation or "",
        )
        return Wish(
            self._sized(brief, shapes),
            tuple(Given(text, field=f"references[{place}]") for place, text in enumerate(self.references)),
            Given(self.mask, field="mask") if self.mask else None,
            count=self.count,
        )

    def _sized(self, brief: Brief, shapes: Mapping[tuple[str, str], Size]) -> Brief:
        if self.size is not None:
            return brief.sized(self.size)
        ratio, tier = self.ratio or AUTO, self.tier or TIERS[0]
        own = shapes.get((ratio, tier))
        return brief.sized(str(own)) if own else brief.shaped(ratio, tier)


class Link(Asked):
    """A picture to be fetched and kept."""

    url: str = Field(
        pattern="^([Hh][Tt][Tt][Pp][Ss]?://|[Dd][Aa][Tt][Aa]:)",
        description=_("A public address or a data URL of a PNG, JPEG or WebP picture of at most 20 MB."),
    )
    use: Literal["reference", "mask"] = Field("reference", description=_("What the picture is kept for."))


class Hooked(Asked):
    """A webhook to be made."""

    url: str = Field(
        max_length=2000,
        pattern="^[Hh][Tt][Tt][Pp][Ss]?://",
        description=_("A public https:// or http:// address that takes POST."),
    )
    events: list[Event] = Field(
        default=[*EVERY], min_length=1, max_length=len(EVERY), description=_("What it is told of: all, if not said.")
    )


class Switched(Asked):
    """What of a webhook can be changed."""

    is_on: bool = Field(description=_("Whether it is told anything."))


class Paging(BaseModel):
    """Which part of a list, the newest first."""

    limit: int = Field(20, ge=1, le=MOST_LISTED, description=_("How many at most."))
    cursor: str | None = Field(
        None, max_length=400, description=_("Where the part begins: `next` of the part before it.")
    )


class JobsAsked(Paging):
    state: State | None = Field(None, description=_("Only jobs in this state."))
    origin: str | None = Field(
        None,
        pattern="^[a-z-]{1,20}$",
        description=_("Only jobs from there: studio, native, or the name of a dialect such as videos."),
    )


class AssetsAsked(Paging):
    use: Use | None = Field(None, description=_("Only what is kept for this."))


class EntriesAsked(BaseModel):
    """Of the statement; its pages are shorter."""

    limit: int = Field(20, ge=1, le=50, description=_("How many at most."))
    cursor: str | None = Field(
        None, max_length=400, description=_("Where the part begins: `next` of the part before it.")
    )
