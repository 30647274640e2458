"""What has the team made, and how are those doing who make it? The library, one picture, the way to it, the status."""

import uuid
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.access import MemberRequest, Right, member_required
from generations import standing
from generations.looks import CONDITIONS
from generations.models import Asset, Generation
from generations.models.asset import AssetQuerySet
from generations.receipts import Receipt
from generations.views.reading import read_id
from generations.views.watching import LIBRARY, Watch

PAGE = 40
MINE = "mine"


@require_safe
@vary_on_headers("HX-Request")
@member_required(Right.SEE)
def library(request: MemberRequest) -> HttpResponse:
    """The team's finished pictures, the newest first, a page at a time from `?before=<asset>`."""
    pictures = _wanted(request).select_related("generation__job__member__user")
    if before := request.GET.get("before"):
        anchor = get_object_or_404(Asset.objects.library(request.member.team), pk=read_id(before))
        pictures = pictures.before(anchor)
    found = list(pictures[: PAGE + 1])
    shown = found[:PAGE]
    query = _query(request)
    context = {
        "pictures": shown,
        "next": shown[-1] if len(found) > PAGE else None,
        "query": query,
        "watch": Watch(request.member, "" if before or query else LIBRARY),
    }
    return render(request, f"generations/library.html{'#tiles' if request.htmx and before else ''}", context)


@require_safe
@member_required(Right.SEE)
def picture(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """One picture: how it was asked for, what came, what it cost, and its neighbours in the same search."""
    made = Asset.objects.library(request.member.team).filter(generation__isnull=False)
    asset = get_object_or_404(
        made.select_related("generation__job__member__user", "generation__job__image_model"), pk=pk
    )
    wanted = _wanted(request)
    newer = Q(created__gt=asset.created) | Q(created=asset.created, pk__gt=asset.pk)
    context = {
        "receipt": Receipt(asset),
        "newer": wanted.filter(newer).order_by("created", "pk").first(),
        "older": wanted.before(asset).first(),
        "query": _query(request),
    }
    return render(request, "generations/picture.html", context)


@require_safe
@member_required(Right.SEE)
def generation(request: MemberRequest, pk: uuid.UUID) -> HttpResponseBase:
    """To the picture of a generation, or to its card while there is none."""
    found = get_object_or_404(Generation.objects.for_team(request.member.team), pk=pk)
    if found.asset_id:
        return redirect("picture", found.asset_id)
    return redirect(f"{reverse('create')}?job={found.job_id}#card-{found.pk}")


@require_safe
@member_required(Right.SEE)
def status(request: MemberRequest) -> HttpResponse:
    """How each image model did in the last hour. Who makes its pictures is the operator's to know."""
    rows = [(each, CONDITIONS[each.state], _percent(each)) for each in standing.standings()]
    return render(request, "generations/status.html", {"rows": rows})


def _percent(told: standing.Standing) -> int | None:
    """Rounded down: a hundred means that nothing failed."""
    ended = told.succeeded + told.failed
    return told.succeeded * 100 // ended if ended else None


def _wanted(request: MemberRequest) -> AssetQuerySet:
    """The library as the address narrows it: whose, and which words the prompt contains.

    A plain substring, because an index of words finds no two Chinese characters.
    """
    pictures = Asset.objects.library(request.member.team)
    if request.GET.get("whose") == MINE:
        pictures = pictures.filter(member=request.member)
    if words := request.GET.get("q", "").strip():
        pictures = pictures.filter(generation__job__prompt__icontains=words)
    return pictures


def _query(request: MemberRequest) -> str:
    """The narrowing alone, ready to stand behind an address."""
    kept = {name: value for name in ("whose", "q") if (value := request.GET.get(name, "").strip())}
    return urlencode(kept)
