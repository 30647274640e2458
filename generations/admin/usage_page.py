"""The usage page: who spent what on which image model at which provider, as drawings, as a table and as CSV."""

import csv
from collections.abc import Callable
from datetime import timedelta
from itertools import chain
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Member, Team
from generations.admin import charts
from generations.admin.measures import (
    CAPTURED,
    DELIVERED_COST,
    FAILED,
    LOST,
    PICTURES,
    REFUNDED,
    SPENT,
    TILES,
    Measure,
    lines,
    measures,
)
from generations.models import ImageModel, Provider
from generations.usage import Figures, Grouping, Report, Row, Scope, report
from gptstudio.admin import EMPTY, Extra, StudioSite

PERMISSION = "accounts.view_entry"
MOST_DAYS = 400
PRESETS = (
    (1, gettext_lazy("Today")),
    (7, gettext_lazy("7 days")),
    (30, gettext_lazy("30 days")),
    (90, gettext_lazy("90 days")),
)
USUAL_DAYS = 30
NEXT_GROUPING = {
    Grouping.TEAM: Grouping.MEMBER,
    Grouping.MEMBER: Grouping.IMAGE_MODEL,
    Grouping.IMAGE_MODEL: Grouping.PROVIDER,
    Grouping.PROVIDER: Grouping.DAY,
    Grouping.DAY: Grouping.TEAM,
}
"""What a row is opened up into."""


class UsageForm(forms.Form):
    """What to look at. A link can say all of it, so a page can be kept and sent on."""

    first = forms.DateField(label=gettext_lazy("From"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    last = forms.DateField(label=gettext_lazy("To"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    team = forms.ModelChoiceField(Team.objects.order_by("name"), required=False, label=gettext_lazy("Team"))
    member = forms.ModelChoiceField(Member.objects.none(), required=False, label=gettext_lazy("Member"))
    image_model = forms.ModelChoiceField(ImageModel.objects.all(), required=False, label=gettext_lazy("Image model"))
    provider = forms.ModelChoiceField(Provider.objects.all(), required=False, label=gettext_lazy("Provider"))
    by = forms.ChoiceField(choices=Grouping, label=gettext_lazy("One row for each"))

    def __init__(self, said: dict[str, Any]) -> None:
        """Members are offered once a team is chosen: of all teams they would be too many to choose from."""
        super().__init__(said)
        team, member = (str(said.get(name, "")) for name in ("team", "member"))
        field = self.fields["member"]
        if team.isdecimal() or member.isdecimal():
            chosen = {"team": team} if team.isdecimal() else {"pk": member}
            field.queryset = Member.objects.filter(**chosen).select_related("user").order_by("user__email")  # type: ignore[attr-defined]
        else:
            field.disabled, field.empty_label = True, _("Choose a team first")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        first, last = said.get("first"), said.get("last")
        if first and last and first > last:
            self.add_error("last", _("The last day lies before the first."))
        elif first and last and (last - first).days >= MOST_DAYS:
            self.add_error("first", _("At most %(days)d days at a time.") % {"days": MOST_DAYS})
        return said

    @property
    def scope(self) -> Scope:
        chosen = {name: self.cleaned_data[name] for name in ("team", "member", "image_model", "provider")}
        keys = {name: row.pk if row else None for name, row in chosen.items()}
        return Scope(self.cleaned_data["first"], self.cleaned_data["last"], **keys)


def usage(request: HttpRequest) -> HttpResponseBase:
    """The page, or with `format=csv` the same table as a file. Raises PermissionDenied."""
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    said = _said(request)
    form = UsageForm(said)
    answer = report(form.scope, Grouping(form.cleaned_data["by"])) if form.is_valid() else None
    if answer and said.get("format") == "csv":
        return _file(answer)
    context = {
        **admin.site.each_context(request),
        "title": _("Usage"),
        "form": form,
        "presets": [_preset(days, title, said) for days, title in PRESETS],
        "shown": _shown(answer, said) if answer else None,
    }
    return TemplateResponse(request, "admin/usage.html", context)


def _said(request: HttpRequest) -> dict[str, Any]:
    """What the address says, and the usual where it says nothing."""
    first, last = _days_back(USUAL_DAYS)
    usual = {"first": first, "last": last, "by": Grouping.TEAM.value}
    return {**usual, **{name: value for name, value in request.GET.items() if value}}


def _days_back(days: int) -> tuple[str, str]:
    today = timezone.localdate()
    return (today - timedelta(days=days - 1)).isoformat(), today.isoformat()


def _preset(days: int, title: str | Promise, said: dict[str, Any]) -> dict[str, Any]:
    first, last = _days_back(days)
    here = (said["first"], said["last"]) == (first, last)
    return {"title": title, "url": _address(said, first=first, last=last), "here": here}


def _address(said: dict[str, Any], **changes: Any) -> str:
    return f"?{urlencode({**said, **changes})}"


def _shown(answer: Report, said: dict[str, Any]) -> dict[str, Any]:
    columns = measures(answer)
    return {
        "grouping": answer.grouping.label,
        "columns": columns,
        "rows": [
            {"name": row.name or EMPTY, "url": _opened(row, answer, said), "cells": _cells(row.figures, columns)}
            for row in answer.rows
        ],
        "total": _cells(answer.total, columns),
        "tiles": [(tile.title, tile.write(tile.read(answer.total))) for tile in TILES],
        "charts": _charts(answer),
        "largest": _largest(answer),
        "csv": _address(said, format="csv"),
    }


def _cells(figures: Figures, columns: list[Measure]) -> list[str]:
    return [column.write(column.read(figures)) for column in columns]


def _opened(row: Row, answer: Report, said: dict[str, Any]) -> str:
    """The same page about this row alone, one step further in."""
    if row.key is None:
        return ""
    names = ("first", "last") if answer.grouping is Grouping.DAY else (answer.grouping.value,)
    narrowed = dict.fromkeys(names, row.key)
    return _address(said, by=NEXT_GROUPING[answer.grouping].value, **narrowed)


def _charts(answer: Report) -> list[charts.Columns]:
    def drawn(words: tuple[Any, Any, Any], up: Measure, down: Callable[[Figures], int]) -> charts.Columns:
        points = [charts.Point(row.key, up.read(row.figures), down(row.figures)) for row in answer.days]
        return charts.columns(words, points, up.write)

    return [
        drawn((_("Credits by day"), CAPTURED.title, REFUNDED.title), CAPTURED, REFUNDED.read),
        drawn((_("Pictures by day"), PICTURES.title, FAILED.title), PICTURES, FAILED.read),
        drawn((_("Upstream cost by day"), _("Delivered or under way"), _("Lost")), DELIVERED_COST, LOST.read),
    ]


def _largest(answer: Report) -> charts.Lengths | None:
    """Who spent most, unless the rows are days, which are drawn already."""
    if answer.grouping is Grouping.DAY:
        return None
    return charts.lengths(
        _("Credits spent"), [(row.name or EMPTY, row.figures.spent) for row in answer.rows], SPENT.write
    )


class _Echo:
    """What a csv writer writes to when its lines go straight out."""

    def write(self, line: str) -> str:
        return line


def _file(answer: Report) -> StreamingHttpResponse:
    writer = csv.writer(_Echo())
    stream = chain(["\ufeff"], (writer.writerow(line) for line in lines(answer)))
    name = f"usage-{answer.scope.first}-{answer.scope.last}-{answer.grouping}.csv"
    response = StreamingHttpResponse(stream, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


cast("StudioSite", admin.site).add_page(Extra("usage/", usage, "usage", gettext_lazy("Usage"), PERMISSION))
