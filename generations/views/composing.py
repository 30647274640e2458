"""Create: the composer, the price it shows, the references it keeps, and the press of its button."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.access import MemberRequest, Right, member_required
from generations import intake, sentences
from generations.cards import groups, with_cards
from generations.catalog import Objection
from generations.forms import ComposerForm, Draft, draft_of
from generations.models import ImageModel, Job
from generations.views.reading import read_id
from generations.views.scripting import show_calls
from generations.views.watching import CREATE, Watch

FEED = 12
"""Jobs that the feed shows; the library has every picture of the rest."""
FROM_ADDRESS = {"image_model": "model", "prompt": "prompt"}
"""Fields of the composer that a link may fill, and what they are called in its address."""
NOT_YET = frozenset({"empty", "too_few"})
"""Objections to a wish that is only begun: said when the button is pressed, not while its price is asked."""


@vary_on_headers("HX-Request")
def create(request: HttpRequest) -> HttpResponseBase:
    """The room where pictures are made. A POST is a press of its button."""
    return _submit(request) if request.method == "POST" else _show(request)


@member_required(Right.SEE)
def _show(request: MemberRequest) -> HttpResponse:
    """With `?from=<job>` the composer is filled from a job; `?job=<job>` shows that job alone."""
    return _page(request, _composer(request, _draft(request)))


@member_required(Right.CREATE)
def _submit(request: MemberRequest) -> HttpResponse:
    """One job from one key, however often it is pressed; or the same form with each objection at its field."""
    form = _composer(request, request.POST)
    if form is None:
        return _page(request, form, status=422)
    form.keep_pictures(request.FILES.getlist("files"))
    is_only_looking = request.POST.get("then") == "look" or "drop" in request.POST
    job = None if is_only_looking else _take(form)
    return _taken(request, form, job) if job else _page(request, form, status=200 if is_only_looking else 422)


def _taken(request: MemberRequest, form: ComposerForm, job: Job) -> HttpResponse:
    """The same draft with a fresh key, and the job's cards at the head of the feed."""
    if not request.htmx:
        return redirect(f"{reverse('create')}?from={job.pk}")
    form.renew_key()
    made = groups(with_cards(Job.objects.filter(pk=job.pk)), request.member)
    watch = Watch(request.member, CREATE)
    return _fragment(request, form, "generations/create.html#taken", groups=made, watch=watch)


@require_POST
@member_required(Right.CREATE)
def redraw(request: MemberRequest) -> HttpResponse:
    """The composer for another image model, with everything that was written so far.

    Its key is fresh: the one that was sent may belong to a press that is still on its way.
    """
    form = _composer(request, request.POST)
    if form:
        form.renew_key()
    return _fragment(request, form, "generations/composer.html")


@require_POST
@member_required(Right.CREATE)
def quote(request: MemberRequest) -> HttpResponse:
    """The button with its price, for the wish as it stands."""
    return _fragment(request, _composer(request, request.POST), "generations/price.html")


@require_POST
@member_required(Right.CREATE)
def add_reference(request: MemberRequest) -> HttpResponse:
    """Keep one picture, given as a file or as an address; its slot, or the sentence that says why not."""
    file = request.FILES.get("file")
    try:
        asset = (
            intake.keep_upload(request.member, file)
            if file
            else intake.keep_link(request.member, request.POST.get("link", ""))
        )
    except intake.Objected as wrong:
        said = [sentences.objection(each) for each in wrong.objections]
        return render(request, "errors.html", {"errors": said}, status=422)
    return render(request, "generations/references.html#slot", {"asset": asset})


@require_POST
@member_required(Right.CREATE)
def composer_call(request: MemberRequest) -> HttpResponse:
    """The wish as it stands, as the calls that a script would make. Nothing is held by it."""
    form = _composer(request, request.POST)
    if form is None:
        raise Http404
    form.keep_pictures(request.FILES.getlist("files"))
    return show_calls(request, form.brief, form.count, form.chosen, form.references)


def _draft(request: MemberRequest) -> Draft:
    """What the address asks the composer to be filled with, always the team's own."""
    draft: Draft = MultiValueDict()
    if job := request.GET.get("from"):
        jobs = Job.objects.for_team(request.member.team).select_related("image_model")
        draft = draft_of(get_object_or_404(jobs, pk=read_id(job)))
    if asset := request.GET.get("reference"):
        draft.setlist("reference", [asset])
    for field, name in FROM_ADDRESS.items():
        if name in request.GET:
            draft[field] = request.GET[name]
    return draft


def _composer(request: MemberRequest, draft: Draft) -> ComposerForm | None:
    """The composer over the image model that the draft names, else over the first. None where none is offered."""
    offered = list(ImageModel.objects.offered().prefetch_related("prices"))
    if not offered:
        return None
    wished = draft.get("image_model", "")
    chosen = next((each for each in offered if each.name == wished), None)
    form = ComposerForm(request.member, chosen or offered[0], offered, draft)
    if wished and not chosen:
        form.object_to([Objection("image_model", "no_provider")])
    return form


def _take(form: ComposerForm) -> Job | None:
    """The job; or None, with every objection said at its field and nothing held."""
    form.object_to(form.objections())
    if form.errors:
        return None
    try:
        return intake.submit(form.member, form.chosen, form.brief, form.references, form.count, form.press)
    except intake.Objected as wrong:
        form.object_to(wrong.objections)
        return None


def _priced(form: ComposerForm) -> dict[str, Any]:
    """The quote for the wish as it stands, and what already speaks against it and is not yet said at its field."""
    wrong = [each for each in form.objections() if each.code not in NOT_YET]
    price = None
    try:
        price = intake.quote(form.member, form.chosen, form.brief, form.count)
    except intake.Objected as unpriced:
        wrong += unpriced.objections
    if price:
        wrong += intake.unaffordable(form.member, price)
    said = {sentence for field in form.errors.values() for sentence in field}
    return {"quote": price, "warnings": [each for each in map(sentences.objection, wrong) if each not in said]}


def _page(request: MemberRequest, form: ComposerForm | None, status: int = 200) -> HttpResponse:
    """The whole room; for a fragment, the composer alone."""
    if request.htmx:
        return _fragment(request, form, "generations/composer.html", status=status)
    jobs = Job.objects.for_team(request.member.team)
    one = request.GET.get("job")
    job = get_object_or_404(jobs, pk=read_id(one)) if one else None
    shown = jobs.filter(pk=job.pk) if job else jobs.filter(member=request.member).newest()[:FEED]
    drawn = groups(with_cards(shown), request.member)
    feed = {"groups": drawn, "one": job, "watch": Watch(request.member, CREATE, job=job)}
    return _fragment(request, form, "generations/create.html", status=status, **feed)


def _fragment(
    request: MemberRequest, form: ComposerForm | None, template: str, status: int = 200, **more: Any
) -> HttpResponse:
    priced = _priced(form) if form else {}
    return render(request, template, {"form": form, **priced, **more}, status=status)
