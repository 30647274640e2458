"""Who makes the pictures: image models as the team sees them, providers as the operator does, and routes between."""

from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from generations import dialects, faults, pricing
from generations.catalog import Capabilities
from generations.sealing import seal, unseal
from gptstudio.statements import Given

KINDS = [(kind, kind) for kind in faults.Kind]


class ImageModelQuerySet(models.QuerySet["ImageModel"]):
    def offered(self) -> Self:
        """Those a member can choose today: switched on, with at least one route that could serve them."""
        open_routes = Route.objects.open().filter(image_model=models.OuterRef("pk"))
        return self.filter(models.Exists(open_routes), is_enabled=True)


class ImageModel(models.Model):
    """A public model id, what it can do, and what it costs in credits."""

    name = models.SlugField(_("name"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=80)
    capabilities_json = models.JSONField(_("capabilities"), default=dict)
    is_enabled = models.BooleanField(_("enabled"), default=True)
    position = models.PositiveSmallIntegerField(_("position"), default=100)

    objects = ImageModelQuerySet.as_manager()

    class Meta:
        verbose_name = _("image model")
        verbose_name_plural = _("image models")
        ordering = ("position", "name")

    def __str__(self) -> str:
        return self.title

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities.from_json(self.capabilities_json)

    @property
    def tariff(self) -> dict[str, int]:
        return {pricing.line(price.tier, price.quality): price.credits for price in self.prices.all()}

    @cached_property
    def spoken(self) -> tuple[str, ...]:
        """The dialects of the open routes that lead to it."""
        return tuple(Route.objects.serving(self.pk).values_list("provider__dialect", flat=True))


class Price(models.Model):
    """One line of an image model's tariff."""

    image_model = models.ForeignKey(ImageModel, models.CASCADE, related_name="prices", verbose_name=_("image model"))
    tier = models.CharField(_("tier"), max_length=2, choices=[(tier, tier) for tier in ("1K", "2K", "4K")])
    quality = models.CharField(_("quality"), max_length=16, blank=True)
    credits = models.PositiveIntegerField(_("credits"), validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ("image_model", "tier", "quality")
        constraints = (models.UniqueConstraint(fields=("image_model", "tier", "quality"), name="price_once"),)

    def __str__(self) -> str:
        return f"{pricing.line(self.tier, self.quality)}: {self.credits}"


WELL = {"failures": 0, "shut_for": "", "shut_since": None, "shut_at": None, "shut_until": None}
"""What is written of a provider that nothing is wrong with."""


class Provider(models.Model):
    """A place that speaks a dialect. Its key is sealed at rest and never shown again."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    dialect = models.CharField(_("dialect"), max_length=20, choices=[(name, name) for name in dialects.NAMES])
    base_url = models.CharField(_("base URL"), max_length=300, blank=True)
    sealed_key = models.TextField(blank=True, editable=False)
    is_enabled = models.BooleanField(_("enabled"), default=False)
    patience = models.PositiveIntegerField(
        _("patience"),
        null=True,
        blank=True,
        help_text=_("Seconds to wait for the answer to one call; empty: as its dialect needs."),
    )
    deadline = models.PositiveIntegerField(
        _("deadline"), default=900, help_text=_("Seconds after which an accepted picture is given up.")
    )
    concurrency = models.PositiveIntegerField(
        _("at once"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Pictures it may be working on at the same time; empty: as many as are wished for."),
    )
    failures = models.PositiveIntegerField(_("failures in a row"), default=0, editable=False)
    shut_for = models.CharField(_("shut for"), max_length=16, blank=True, choices=KINDS, editable=False)
    shut_since = models.DateTimeField(_("shut since"), null=True, editable=False)
    shut_at = models.DateTimeField(_("last in trouble"), null=True, editable=False)
    shut_until = models.DateTimeField(_("asked again at"), null=True, editable=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("provider")
        verbose_name_plural = _("providers")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def api_key(self) -> str:
        """The upstream key in the clear. Raises Unsealable."""
        return unseal(self.sealed_key)

    @api_key.setter
    def api_key(self, plain: str) -> None:
        self.sealed_key = seal(plain)


class RouteQuerySet(models.QuerySet["Route"]):
    def open(self) -> Self:
        return self.filter(is_enabled=True, provider__is_enabled=True)

    def serving(self, image_model: int | Given) -> Self:
        """The open routes of an image model, the preferred one first."""
        return self.open().filter(image_model=image_model).select_related("provider").order_by("priority", "pk")


class Route(models.Model):
    """Which provider serves an image model, under which name, at what cost, in which order."""

    image_model = models.ForeignKey(ImageModel, models.CASCADE, related_name="routes", verbose_name=_("image model"))
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="routes", verbose_name=_("provider"))
    upstream_name = models.CharField(_("upstream name"), max_length=120)
    priority = models.PositiveSmallIntegerField(_("priority"), default=100, help_text=_("Lower is asked first."))
    weight = models.PositiveSmallIntegerField(
        _("weight"),
        default=1,
        validators=[MinValueValidator(1)],
        help_text=_("Its share among routes of the same priority: 3 is asked first three times as often as 1."),
    )
    cost = models.PositiveBigIntegerField(_("cost"), default=0, help_text=_("Micro-dollars for one picture."))
    is_enabled = models.BooleanField(_("enabled"), default=True)

    objects = RouteQuerySet.as_manager()

    class Meta:
        verbose_name = _("route")
        verbose_name_plural = _("routes")
        ordering = ("image_model", "priority")
        constraints = (models.UniqueConstraint(fields=("image_model", "provider"), name="route_once"),)

    def __str__(self) -> str:
        return f"{self.image_model_id} → {self.upstream_name}"
