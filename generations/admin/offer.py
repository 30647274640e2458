"""What the studio offers and for how much: image models, their prices and their routes."""

import json
from dataclasses import MISSING, fields
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Max, Min, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from generations.admin.figures import dollars
from generations.catalog import FREE, LISTED, NATIVE, Capabilities
from generations.models import ImageModel, Price, Route
from generations.sizes import AUTO, parse
from gptstudio.admin import listed

FIELDS = {field.name: field for field in fields(Capabilities)}
NEEDED = {name for name, field in FIELDS.items() if field.default is MISSING}


class Indented(json.JSONEncoder):
    """JSON as a person edits it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "indent": 2})


def capabilities(kept: object) -> Capabilities:
    """Read a record as it was typed. Raises ValidationError with one sentence that names the wrong field."""
    if not isinstance(kept, dict):
        raise forms.ValidationError(_("Capabilities are one JSON object, between { and }."))
    if unknown := sorted(kept.keys() - FIELDS.keys()):
        words = {"name": unknown[0], "known": ", ".join(FIELDS)}
        raise forms.ValidationError(_("There is no capability “%(name)s”; there are: %(known)s.") % words)
    if missing := sorted(NEEDED - kept.keys()):
        raise forms.ValidationError(_("“%(name)s” is missing.") % {"name": missing[0]})
    can = Capabilities.from_json(kept)
    for name in kept:
        _check_type(name, getattr(can, name))
    _check_meaning(can)
    return can


def _check_type(name: str, value: object) -> None:
    wanted = FIELDS[name].type
    if wanted in (int, bool, str):
        kinds = {int: _("a whole number"), bool: _("true or false"), str: _("a text")}
        fits, kind = type(value) is wanted, kinds[wanted]
    else:
        fits = isinstance(value, tuple) and all(isinstance(text, str) for text in value)
        kind = _("a list of texts")
    if not fits:
        raise forms.ValidationError(_("“%(name)s” must be %(kind)s.") % {"name": name, "kind": kind})


def _check_meaning(can: Capabilities) -> None:
    if wrong := [size for size in can.sizes if size != AUTO and parse(size) is None]:
        raise forms.ValidationError(_("“%(size)s” is not a size such as 1024x1024, nor auto.") % {"size": wrong[0]})
    if can.size_rule not in (LISTED, NATIVE, FREE):
        raise forms.ValidationError(_("“size_rule” must be listed, native or free."))
    if can.prompt_limit < 1 or not can.sizes:
        raise forms.ValidationError(_("An image model takes at least one character and offers at least one size."))
    if not 0 <= can.fewest_references <= can.most_references:
        raise forms.ValidationError(_("“fewest_references” lies between 0 and “most_references”."))


class ImageModelForm(forms.ModelForm):
    capabilities_json = forms.JSONField(
        label=gettext_lazy("Capabilities"),
        encoder=Indented,
        widget=forms.Textarea(attrs={"rows": 24, "cols": 72, "spellcheck": "false", "class": "record"}),
    )

    class Meta:
        model = ImageModel
        fields = ("name", "title", "position", "is_enabled", "capabilities_json")

    def clean_capabilities_json(self) -> dict[str, Any]:
        return capabilities(self.cleaned_data["capabilities_json"]).to_json()


class PriceInline(admin.TabularInline):
    model = Price
    extra = 0


class RouteInline(admin.TabularInline):
    model = Route
    extra = 0
    autocomplete_fields = ("image_model", "provider")


@admin.register(ImageModel)
class ImageModelAdmin(admin.ModelAdmin):
    form = ImageModelForm
    list_display = ("title", "name", "is_enabled", "price_range", "served_by", "work", "position")
    list_editable = ("is_enabled", "position")
    list_filter = ("is_enabled",)
    search_fields = ("name", "title")
    inlines = (PriceInline, RouteInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImageModel]:
        priced = super().get_queryset(request).annotate(least=Min("prices__credits"), most=Max("prices__credits"))
        offered: QuerySet[ImageModel] = priced.prefetch_related("routes__provider")
        return offered

    def get_readonly_fields(self, request: HttpRequest, obj: ImageModel | None = None) -> tuple[str, ...]:  # noqa: ARG002
        """Scripts call an image model by its name, so the name stays."""
        return ("name",) if obj else ()

    @admin.display(description=gettext_lazy("credits"), ordering="least")
    def price_range(self, row: Any) -> str:
        return str(row.least) if row.least == row.most else f"{row.least}–{row.most}"

    @admin.display(description=gettext_lazy("served by"))
    def served_by(self, row: ImageModel) -> str:
        routes = sorted(row.routes.all(), key=lambda route: route.priority)
        return ", ".join(route.provider.name for route in routes if route.is_enabled and route.provider.is_enabled)

    @admin.display(description=gettext_lazy("jobs"))
    def work(self, row: ImageModel) -> str:
        return listed("generations_job", _("Jobs"), image_model=row.pk)


@admin.register(Price)
class PriceAdmin(admin.ModelAdmin):
    list_display = ("image_model", "tier", "quality", "credits")
    list_editable = ("credits",)
    list_filter = ("image_model", "tier", "quality")
    list_select_related = ("image_model",)
    search_fields = ("image_model__name", "image_model__title", "quality")
    autocomplete_fields = ("image_model",)


@admin.register(Route)
class RouteAdmin(admin.ModelAdmin):
    list_display = (
        *("image_model", "provider", "upstream_name", "priority", "weight"),
        *("cost_in_dollars", "cost", "is_enabled"),
    )
    list_editable = ("priority", "weight", "cost", "is_enabled")
    list_filter = ("is_enabled", "image_model", "provider")
    list_select_related = ("image_model", "provider")
    search_fields = ("image_model__name", "provider__name", "upstream_name")
    autocomplete_fields = ("image_model", "provider")

    @admin.display(description=gettext_lazy("per picture"), ordering="cost")
    def cost_in_dollars(self, route: Route) -> str:
        return dollars(route.cost)
