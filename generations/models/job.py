"""One accepted submission: a brief times n, with who asked and from where."""

import uuid
from typing import Self

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import Member, Team
from generations.brief import Brief, Picture
from generations.models.asset import Asset
from generations.models.provider import ImageModel


class JobQuerySet(models.QuerySet["Job"]):
    def for_team(self, team: Team) -> Self:
        return self.filter(team=team)

    def newest(self) -> Self:
        return self.order_by("-created", "-pk")


class Job(models.Model):
    """One press of Create, or one call of a script. It holds n generations of one brief."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.PROTECT, related_name="jobs", verbose_name=_("team"))
    member = models.ForeignKey(Member, models.PROTECT, related_name="jobs", verbose_name=_("member"))
    image_model = models.ForeignKey(ImageModel, models.PROTECT, related_name="jobs", verbose_name=_("image model"))
    brief_json = models.JSONField(_("brief"))
    prompt = models.TextField(_("prompt"))
    count = models.PositiveSmallIntegerField(_("pictures"))
    tariff = models.JSONField(_("tariff"), help_text=_("The price list as it stood when the credits were held."))
    references = models.ManyToManyField(
        Asset, through="JobReference", related_name="used_in", verbose_name=_("references")
    )
    origin = models.CharField(_("origin"), max_length=20, default="studio")
    key = models.CharField(_("submission key"), max_length=255)
    created = models.DateTimeField(_("created"), auto_now_add=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = (models.Index(fields=("team", "-created", "-id"), name="job_feed"),)
        constraints = (models.UniqueConstraint(fields=("member", "origin", "key"), name="job_once"),)

    def __str__(self) -> str:
        return self.prompt[:60]

    def brief(self, references: tuple[Picture, ...] = ()) -> Brief:
        return Brief.from_json(self.brief_json, references)

    @cached_property
    def outline(self) -> Brief:
        """The brief with its references by their kind alone: as much as a choice of provider needs."""
        kinds = self.jobreference_set.values_list("asset__media_type", flat=True)
        return self.brief(tuple(Picture(media_type=kind) for kind in kinds))


class JobReference(models.Model):
    """A reference of a job, in the order in which the prompt may speak of it."""

    job = models.ForeignKey(Job, models.CASCADE, verbose_name=_("job"))
    asset = models.ForeignKey(Asset, models.PROTECT, verbose_name=_("asset"))
    position = models.PositiveSmallIntegerField(_("position"))

    class Meta:
        verbose_name = _("reference")
        verbose_name_plural = _("references")
        ordering = ("position",)
        constraints = (models.UniqueConstraint(fields=("job", "position"), name="reference_place_once"),)

    def __str__(self) -> str:
        return f"{self.position}"
