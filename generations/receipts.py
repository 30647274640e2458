"""What was asked for, and what came? The receipt of one picture."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from generations import sentences
from generations.brief import Brief
from generations.cards import Card
from generations.dialects import PAINTER, unsaid
from generations.forms import WORDS
from generations.imaging.fitting import FORMATS
from generations.models import Asset, Attempt, Job, Stage
from generations.sizes import AUTO, Size, are_alike, can_become, ratio_of, tier_of

FREE = ("", AUTO)


@dataclass(frozen=True, slots=True)
class Line:
    """One setting as it was asked for and as it was delivered; an empty string where nobody said."""

    label: str | Promise
    asked: str
    delivered: str
    is_unsaid: bool = False
    """The provider's wire has no words for it, so nobody was told of the wish."""

    @property
    def differs(self) -> bool:
        """Something was asked for, something else came."""
        return self._is_wish and self.delivered not in FREE and self.asked != self.delivered

    @property
    def is_missing(self) -> bool:
        """Something was asked for, and nobody and nothing has seen to it."""
        return self._is_wish and self.is_unsaid and not self.delivered

    @property
    def _is_wish(self) -> bool:
        return self.asked not in FREE

    @property
    def asked_word(self) -> str | Promise:
        return WORDS.get(self.asked, self.asked)

    @property
    def delivered_word(self) -> str | Promise:
        return WORDS.get(self.delivered, self.delivered)


class Receipt:
    """Everything that the page of a picture says about it. The asset is an output: it has its generation."""

    def __init__(self, asset: Asset) -> None:
        self.asset = asset
        self.generation = asset.generation
        self.job: Job = asset.generation.job
        self.card = Card(asset.generation)

    @cached_property
    def brief(self) -> Brief:
        return self.job.brief()

    @cached_property
    def _attempt(self) -> Attempt | None:
        return self.generation.attempts.filter(stage=Stage.KEPT).select_related("provider").first()

    @cached_property
    def _said(self) -> dict[str, Any]:
        return (self._attempt.result if self._attempt else None) or {}

    @cached_property
    def _unsaid(self) -> frozenset[str]:
        return unsaid(self._attempt.provider.dialect, self.brief) if self._attempt else frozenset()

    @cached_property
    def _size(self) -> Size:
        return Size(self.asset.width, self.asset.height)

    @cached_property
    def _format(self) -> str:
        return FORMATS.get(self.asset.media_type, "")

    @cached_property
    def _came(self) -> dict[str, str]:
        """What the provider made, which is not what is kept where something was made of it here."""
        return {"format": self._format, "size": str(self._size), "background": "", **self._said.get("came", {})}

    @property
    def _is_made_here(self) -> bool:
        return (self._came["format"], self._came["size"]) != (self._format, str(self._size))

    @property
    def revised_prompt(self) -> str:
        """The prompt as the image model rewrote it, where it told us and it is another one."""
        revised = self._said.get("revised_prompt", "")
        return revised if revised.strip() != self.job.prompt.strip() else ""

    @property
    def is_sketch(self) -> bool:
        """Drawn by the painter on this machine: never to be taken for an image model's work."""
        return bool(self._attempt and self._attempt.provider.dialect == PAINTER)

    @property
    def references(self) -> list[Asset]:
        return [place.asset for place in self.job.jobreference_set.select_related("asset")]

    @property
    def held(self) -> str:
        return sentences.credits_held(self.generation.held)

    @property
    def settled(self) -> str:
        return sentences.credits_settled(self.generation.held, self.generation.charged or 0)

    @property
    def notes(self) -> list[str]:
        """What the table cannot say: what was made here, what was kept otherwise, and what nobody looked at."""
        said = []
        if self._is_made_here:
            said.append(sentences.made_here(str(WORDS[self._came["format"]]), _cross(self._came["size"])))
        wished = self.brief.pixels
        if wished and not can_become(self._size, wished):
            said.append(sentences.receipt("smaller" if are_alike(self._size, wished) else "shape"))
        if unseen := self._said.get("unseen"):
            said.append(sentences.unseen(unseen))
        return said

    @property
    def lines(self) -> list[Line]:
        size, asked, unsaid = self._size, self.brief, self._unsaid
        lines = [
            Line(_("Pixels"), _cross(asked.size), _cross(str(size))),
            Line(_("Shape"), asked.ratio, ratio_of(size)),
            Line(_("Size"), asked.tier, tier_of(size)),
            Line(_("Quality"), asked.quality, self._said.get("quality", ""), "quality" in unsaid),
            Line(_("Format"), asked.format, self._format),
            Line(_("Background"), asked.background, self._background if asked.background else ""),
            Line(_("Moderation"), asked.moderation, "", "moderation" in unsaid),
            self._compression,
        ]
        return [line for line in lines if line.asked or line.delivered]

    @property
    def _background(self) -> str:
        return "opaque" if self._format == "jpeg" else self._came["background"]

    @property
    def _compression(self) -> Line:
        """Met by what was written here; else nobody can tell by the bytes. PNG has none to set."""
        asked = "" if self.brief.compression is None else str(self.brief.compression)
        is_lossy = self._format in ("jpeg", "webp")
        delivered = asked if self._is_made_here and is_lossy else ""
        return Line(_("Compression"), asked, delivered, "compression" in self._unsaid or not is_lossy)


def _cross(size: str) -> str:
    return size.replace("x", " × ") if size != AUTO else size
