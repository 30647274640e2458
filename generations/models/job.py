"""One accepted submission: a brief times n, with who asked and from where."""

import uuid
from typing import Self

from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiKey, Member, Team
from generations.brief import Brief, Picture
from generations.models.asset import Asset
from generations.models.provider import ImageModel
from gptstudio.statements import Given, Statement


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
    mask = models.ForeignKey(
        Asset, models.PROTECT, null=True, blank=True, related_name="masks_in", verbose_name=_("mask")
    )
    origin = models.CharField(_("origin"), max_length=20, default="studio")
    key = models.CharField(_("submission key"), max_length=255)
    api_key = models.ForeignKey(
        ApiKey, models.PROTECT, null=True, blank=True, related_name="jobs", verbose_name=_("API key")
    )
    fingerprint = models.CharField(
        max_length=64, blank=True, editable=False, help_text=_("The sha256 of the call's body, to know it again.")
    )
    said = models.TextField(_("the call's body"), blank=True, editable=False)
    call_back = models.TextField(_("call back"), blank=True, editable=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        indexes = (
            models.Index(fields=("team", "-created", "-id"), name="job_feed"),
            # A client's library that tries again sends the same body and no key by which to know it.
            models.Index(
                fields=("api_key", "fingerprint"), name="job_again", condition=models.Q(api_key__isnull=False)
            ),
        )
        constraints = (models.UniqueConstraint(fields=("member", "origin", "key"), name="job_once"),)

    def __str__(self) -> str:
        return self.prompt[:60]

    def brief(self, references: tuple[Picture, ...] = (), mask: Picture | None = None) -> Brief:
        return Brief.from_json(self.brief_json, references, mask)

    @cached_property
    def outline(self) -> Brief:
        """The brief with its pictures by their kind alone: as much as a choice of provider needs."""
        kinds = [kind for (kind,) in KINDS.rows(job=self.pk)]
        mask = Picture(media_type="image/png") if self.mask_id else None
        return self.brief(tuple(Picture(media_type=kind) for kind in kinds), mask)


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


KINDS = Statement(lambda: JobReference.objects.filter(job=Given("job")).values_list("asset__media_type"))
