"""A kept picture. Its bytes are named by their sha256 and never change."""

import uuid
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Member, Team


class Use(models.TextChoices):
    """What a picture is kept for."""

    OUTPUT = "output", _("Picture")
    REFERENCE = "reference", _("Reference")
    MASK = "mask", _("Mask")


class AssetQuerySet(models.QuerySet["Asset"]):
    def for_team(self, team: Team) -> Self:
        return self.filter(team=team)

    def library(self, team: Team) -> Self:
        """A team's finished pictures, the newest first."""
        return self.for_team(team).filter(use=Use.OUTPUT).order_by("-created", "-pk")

    def before(self, asset: "Asset") -> Self:
        """What follows `asset` in the library: keyset paging, so no page is slower than the first."""
        older = models.Q(created__lt=asset.created) | models.Q(pk__lt=asset.pk)
        return self.filter(older, created__lte=asset.created)  # the bound is what an index begins at


class Asset(models.Model):
    """One picture of one team: an output, a reference or a mask."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.PROTECT, related_name="assets", verbose_name=_("team"))
    use = models.CharField(_("use"), max_length=9, choices=Use)
    sha256 = models.CharField(max_length=64, editable=False)
    media_type = models.CharField(_("type"), max_length=20, editable=False)
    width = models.PositiveIntegerField(_("width"), editable=False)
    height = models.PositiveIntegerField(_("height"), editable=False)
    size = models.PositiveBigIntegerField(_("bytes"), editable=False)
    name = models.CharField(_("name"), max_length=200, blank=True)
    member = models.ForeignKey(Member, models.PROTECT, null=True, related_name="assets", verbose_name=_("member"))
    created = models.DateTimeField(_("created"), auto_now_add=True)

    objects = AssetQuerySet.as_manager()

    class Meta:
        verbose_name = _("asset")
        verbose_name_plural = _("assets")
        indexes = (
            # From the newest down: the library, or what is kept for one use, and all of a team's. With a condition in
            # place of the use, SQLite's planner would not see that a query fits.
            models.Index(fields=("team", "use", "-created", "-id"), name="library"),
            models.Index(fields=("team", "-created", "-id"), name="asset_list"),
            models.Index(fields=("team", "sha256"), name="asset_by_content"),
        )

    def __str__(self) -> str:
        return f"{self.width}×{self.height} {self.media_type}"
