"""What was asked for, and what came? The receipt of one picture."""

from dataclasses import dataclass
from functools import cached_property

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from generations import sentences
from generations.brief import Brief
from generations.cards import Card
from generations.dialects import PAINTER
from generations.forms import WORDS
from generations.models import Asset, Attempt, Job, Stage
from generations.sizes import AUTO, Size, ratio_of, tier_of

TYPES = {"image/png": "png", "image/jpeg": "jpeg", "image/webp": "webp"}


@dataclass(frozen=True, slots=True)
class Line:
    """One setting as it was asked for and as it was delivered; an empty string where nobody said."""

    label: str | Promise
    asked: str
    delivered: str

    @property
    def differs(self) -> bool:
        """Something was asked for, something else came."""
        free = ("", AUTO)
        return self.asked not in free and self.delivered not in free and self.asked != self.delivered

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
    def _said(self) -> dict[str, str]:
        return (self._attempt.result if self._attempt else None) or {}

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
    def lines(self) -> list[Line]:
        size = Size(self.asset.width, self.asset.height)
        asked = self.brief
        lines = [
            Line(_("Pixels"), _cross(asked.size), _cross(str(size))),
            Line(_("Shape"), asked.ratio, ratio_of(size)),
            Line(_("Size"), asked.tier, tier_of(size)),
            Line(_("Quality"), asked.quality, self._said.get("quality", "")),
            Line(_("Format"), asked.format, TYPES.get(self.asset.media_type, "")),
            Line(_("Background"), asked.background, ""),
            Line(_("Moderation"), asked.moderation, ""),
            Line(_("Compression"), "" if asked.compression is None else str(asked.compression), ""),
        ]
        return [line for line in lines if line.asked or line.delivered]


def _cross(size: str) -> str:
    return size.replace("x", " × ") if size != AUTO else size
