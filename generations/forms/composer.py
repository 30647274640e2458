"""What does a member ask for? The composer's form: drawn from what the chosen image model can do, read into a brief."""

import json
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Member
from generations import catalog, intake, sentences
from generations.brief import Brief, Picture
from generations.catalog import Objection
from generations.dialects import PAINTER, narrowed
from generations.models import Asset, ImageModel, Job, Route, Use
from generations.sizes import AUTO, RATIOS, TIERS, Size

MOST_SLOTS = 5
"""References that one composer takes, however many the image model would."""
LIKED_TIER = "2K"
TIER_WORDS = {"1K": _("Fast"), "2K": _("Recommended"), "4K": _("Detail")}
WORDS: dict[str, str | Promise] = {
    AUTO: _("Automatic"),
    "low": _("Low"),
    "medium": _("Medium"),
    "high": _("High"),
    "opaque": _("Opaque"),
    "transparent": _("Transparent"),
    "png": "PNG",
    "jpeg": "JPEG",
    "webp": "WebP",
}
LABELS = {
    "quality": _("Quality"),
    "background": _("Background"),
    "format": _("Format"),
    "moderation": _("Moderation"),
}
FIELD_OF = {"references": "reference", "size": "ratio", "mask": "reference"}
"""Where an objection is shown, when its own name is not a field of the form."""

Draft = MultiValueDict[str, Any]


@dataclass(frozen=True, slots=True)
class Tier:
    """One column of the size picker, with its exact pixels for each ratio that has it."""

    name: str
    word: str | Promise
    pixels: tuple[tuple[str, Size], ...]


class ComposerForm(forms.Form):
    """The wish as it stands in the composer: always bound, and with those fields that the chosen image model has.

    The fields only read. What the image model cannot do is judged in one place, `catalog.objections`.
    """

    key = forms.CharField(required=False, max_length=64)
    image_model = forms.CharField(required=False, label=_("Image model"))
    prompt = forms.CharField(required=False, strip=False, label=_("Prompt"))
    reference = forms.CharField(required=False, label=_("References"))
    link = forms.CharField(required=False, max_length=2000)
    ratio = forms.CharField(required=False, label=_("Shape"))
    tier = forms.CharField(required=False, label=_("Size"))
    n = forms.IntegerField(required=False, label=_("Pictures"))

    def __init__(self, member: Member, chosen: ImageModel, offered: list[ImageModel], draft: Draft) -> None:
        self.draft = draft.copy()
        super().__init__(self.draft, auto_id="composer_%s")
        self.member = member
        self.chosen = chosen
        self.offered = offered
        self.served_by = set(Route.objects.serving(chosen.pk).values_list("provider__dialect", flat=True))
        can = narrowed(chosen.capabilities, self.served_by)
        self.can = replace(can, most_references=min(can.most_references, MOST_SLOTS))
        for name, words in _choices(self.can).items():
            self.fields[name] = forms.CharField(required=False, label=LABELS[name], widget=forms.Select(choices=words))
        if self.can.compression:
            self.fields["compression"] = forms.IntegerField(required=False, label=_("Compression, 0 to 100"))
        self.full_clean()

    def clean_prompt(self) -> str:
        # A browser sends each line's end as two characters; the counter and the wire know one.
        return str(self.cleaned_data["prompt"]).replace("\r\n", "\n")

    # --- what the template draws ---

    @property
    def ratios(self) -> list[str]:
        """The shapes to draw, in the order of the table; `auto` first where the provider may choose."""
        has = {ratio for ratio, _tier in self.can.shapes}
        return [*([AUTO] if AUTO in self.can.sizes else []), *(ratio for ratio in RATIOS if ratio in has)]

    @property
    def tiers(self) -> list[Tier]:
        shapes = self.can.shapes
        return [
            Tier(name, TIER_WORDS[name], tuple((ratio, size) for (ratio, tier), size in shapes.items() if tier == name))
            for name in TIERS
            if any(tier == name for _ratio, tier in shapes)
        ]

    @property
    def ratio_chosen(self) -> str:
        wished = self["ratio"].value()
        return wished if wished in self.ratios else next(iter(ratio for ratio in self.ratios if ratio != AUTO), AUTO)

    @property
    def tier_chosen(self) -> str:
        names = [tier.name for tier in self.tiers] or [TIERS[0]]
        wished = self["tier"].value()
        return wished if wished in names else (LIKED_TIER if LIKED_TIER in names else names[0])

    @property
    def options(self) -> list[forms.BoundField]:
        """The choices that not every image model has."""
        return [self[name] for name in (*LABELS, "compression") if name in self.fields]

    @property
    def references(self) -> list[Asset]:
        """The kept pictures in the order of their slots. What is not the team's is as if it were not there."""
        dropped = self.draft.getlist("drop")
        ids = [key for text in self.draft.getlist("reference") if text not in dropped and (key := _read_id(text))]
        kept = Asset.objects.for_team(self.member.team).exclude(use=Use.MASK).in_bulk(ids)
        return [kept[key] for key in dict.fromkeys(ids) if key in kept]

    @property
    def is_sketch(self) -> bool:
        """Whether only the painter serves the chosen image model."""
        return self.served_by <= {PAINTER}

    @property
    def submission_key(self) -> str:
        return self["key"].value() or intake.new_key()

    @property
    def press(self) -> str:
        """What makes two presses one: the form's key, and what is wished with it.

        For a wish may be changed while its form is still the old one, before the answer to the last press or after
        the browser's Back; then it is another job.
        """
        wish = [self.brief.to_json(), self.count, [asset.sha256 for asset in self.references]]
        return str(uuid.uuid5(uuid.NAMESPACE_OID, json.dumps([self.submission_key, *wish])))

    def renew_key(self) -> None:
        """The form stays as it is and its next press is another job."""
        self.draft["key"] = intake.new_key()

    # --- what it says ---

    @cached_property
    def brief(self) -> Brief:
        said = self.cleaned_data
        brief = Brief(
            said["prompt"],
            self.chosen.name,
            quality=said.get("quality", ""),
            background=said.get("background", ""),
            format=said.get("format", ""),
            moderation=said.get("moderation", ""),
            compression=said.get("compression"),
        )
        ratio, tier = self.ratio_chosen, self.tier_chosen
        if ratio == AUTO:
            return brief.shaped(AUTO, tier)
        size = self.can.shapes.get((ratio, tier))
        return brief.sized(str(size)) if size else replace(brief, size=f"{ratio} {tier}")

    @cached_property
    def count(self) -> int:
        n = self.cleaned_data.get("n")
        return 1 if n is None else int(n)

    def objections(self) -> list[Objection]:
        """Everything about the wish that the image model cannot do."""
        pictures = tuple(Picture(media_type=asset.media_type) for asset in self.references)
        return catalog.objections(replace(self.brief, references=pictures), self.can, self.count)

    # --- what is done with it ---

    def object_to(self, wrong: Iterable[Objection]) -> None:
        """Say each objection at its field, or above the button where the form has no such field."""
        for each in wrong:
            name = FIELD_OF.get(each.field, each.field)
            self.add_error(name if name in self.fields else None, sentences.objection(each))

    def keep_pictures(self, files: list[UploadedFile]) -> None:
        """Keep what was uploaded or linked with the form itself, as a browser without script does."""
        room = max(self.can.most_references - len(self.references), 0)
        for file in files[:room]:
            self._keep(partial(intake.keep_upload, self.member, file))
        if files[room:]:
            self.object_to([Objection("references", "too_many", (("most", self.can.most_references),))])
        link = self.draft.get("link", "").strip()
        if link and self._keep(partial(intake.keep_link, self.member, link)):
            self.draft["link"] = ""

    def _keep(self, keep: Callable[[], Asset]) -> bool:
        """Whether it is kept. What is refused stays in the form, with the reason."""
        try:
            self.draft.appendlist("reference", str(keep().pk))
        except intake.Objected as wrong:
            self.object_to(wrong.objections)
            return False
        return True


def draft_of(job: Job) -> Draft:
    """The composer filled from a job that was made before."""
    kept = job.brief_json
    words = {name: [kept.get(name) or ""] for name in ("prompt", "ratio", "tier", *LABELS)}
    compression = kept.get("compression")
    return MultiValueDict(
        {
            **words,
            "image_model": [job.image_model.name],
            "compression": ["" if compression is None else compression],
            "n": [job.count],
            "reference": [str(asset.pk) for asset in job.references.order_by("jobreference__position")],
        }
    )


def _choices(can: catalog.Capabilities) -> dict[str, list[tuple[str, Any]]]:
    has = {
        "quality": can.qualities,
        "background": can.backgrounds,
        "format": can.formats,
        "moderation": can.moderations,
    }
    unsaid = [("", WORDS[AUTO])]
    return {
        name: [*([] if AUTO in values else unsaid), *((value, WORDS.get(value, value)) for value in values)]
        for name, values in has.items()
        if values
    }


def _read_id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
