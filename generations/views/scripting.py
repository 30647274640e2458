"""For those who write scripts: the pages about the served wires, and a brief as the calls that ask for it."""

import uuid

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.access import MemberRequest, Right, member_required
from generations import manual
from generations.brief import Brief
from generations.models import Asset, ImageModel


@require_safe
@member_required(Right.SEE)
def docs(request: MemberRequest) -> HttpResponse:
    """Which dialects there are, and what holds for all of them."""
    return render(request, "docs/index.html", {"pages": manual.PAGES, "base": settings.PUBLIC_URL, **_limits(request)})


@require_safe
@member_required(Right.SEE)
def docs_page(request: MemberRequest, dialect: str) -> HttpResponse:
    """One of them."""
    page = manual.page_of(dialect)
    if page is None:
        raise Http404
    context = {
        "page": page,
        "base": f"{settings.PUBLIC_URL}{page.base}",
        "examples": manual.examples(page),
        "errors": manual.errors(dialect),
        "ends": manual.ends(dialect),
        "shape": manual.shape_of_an_error(dialect),
        **_limits(request),
    }
    return render(request, "docs/page.html", context)


@require_safe
@member_required(Right.SEE)
def docs_webhooks(request: MemberRequest) -> HttpResponse:
    """What a webhook is sent, and how it knows that it is from us."""
    context = {"receivers": manual.RECEIVERS, "event": manual.example_of_an_event(), "limits": manual.LIMITS}
    return render(request, "docs/webhooks.html", context)


@require_safe
@member_required(Right.SEE)
def picture_call(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """A picture of the library as the calls that would ask for it again."""
    made = Asset.objects.library(request.member.team).filter(generation__isnull=False)
    asset = get_object_or_404(made.select_related("generation__job__image_model", "generation__job__mask"), pk=pk)
    job = asset.generation.job
    references = [place.asset for place in job.jobreference_set.select_related("asset")]
    return show_calls(request, job.brief(), 1, job.image_model, references, job.mask, asset)


def show_calls(
    request: MemberRequest,
    brief: Brief,
    count: int,
    image_model: ImageModel,
    references: list[Asset],
    mask: Asset | None = None,
    asset: Asset | None = None,
) -> HttpResponse:
    """The calls of every wire as a page; for a fragment, the calls alone."""
    spellings = manual.spellings(brief, count, image_model.capabilities, references, mask)
    pictures = [*references, *([mask] if mask else [])]
    files = next((spelling.files for spelling in spellings if spelling.files), ())
    context = {
        "spellings": spellings,
        "files": list(zip(files, pictures, strict=True)) if files else [],
        "asset": asset,
    }
    return render(request, f"docs/call.html{'#calls' if request.htmx else ''}", context)


def _limits(request: MemberRequest) -> dict[str, object]:
    return {
        "rates_create": manual.rates(settings.RATES_CREATE),
        "rates_read": manual.rates(settings.RATES_READ),
        "most_active": request.member.team.most_active or settings.MOST_ACTIVE,
    }
