"""The buttons of a card: call a picture off, or ask for it anew."""

import uuid
from collections.abc import Iterable
from urllib.parse import parse_qs, urlsplit

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.access import MemberRequest, Right, has_right, member_required
from accounts.models import Member
from generations import intake, sentences
from generations.cards import cards, groups, seen, with_cards
from generations.models import Generation, Job, State
from generations.views.watching import CREATE, Watch


@require_POST
@member_required(Right.CREATE)
def cancel(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Call one picture off."""
    found = get_object_or_404(_theirs(request.member).select_related("job"), pk=pk)
    return _call_off(request, found.job_id, [found])


@require_POST
@member_required(Right.CREATE)
def cancel_all(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Call off whatever of a job has not ended."""
    found = list(_theirs(request.member).filter(job=pk).select_related("job"))
    if not found:
        raise Http404
    return _call_off(request, pk, [each for each in found if not each.is_over])


@require_POST
@member_required(Right.CREATE)
def retry(request: MemberRequest, pk: uuid.UUID) -> HttpResponseBase:
    """Ask anew for a picture that did not come, and lead to the new one; to the old one where it came after all."""
    of_the_team = seen(Generation.objects.for_team(request.member.team))
    (card,) = cards([get_object_or_404(of_the_team, pk=pk)], request.member)
    if not card.can_be_retried:
        return _lead(request, reverse("generation", args=[pk]))
    try:
        job = intake.retry(request.member, card.generation)
    except intake.Objected as wrong:
        return _objected(request, card.generation, wrong)
    if not request.htmx or _shows_one_job(request):
        return _lead(request, _place(job.pk))
    (card,) = cards([card.generation], request.member)
    begun = groups(with_cards(Job.objects.filter(pk=job.pk)), request.member)
    shown = {"card": card, "groups": begun, "is_led_to": True, "watch": Watch(request.member, CREATE)}
    return render(request, "generations/create.html#anew", shown)


def _theirs(member: Member) -> QuerySet[Generation]:
    """What this member may call off: their own; with the right to, anybody's of the team."""
    of_the_team = Generation.objects.for_team(member.team)
    return of_the_team if has_right(member, Right.CANCEL_ANY) else of_the_team.filter(member=member)


def _call_off(request: MemberRequest, job: uuid.UUID, chosen: list[Generation]) -> HttpResponse:
    for each in chosen:
        intake.cancel(request.member, each)
    said = _became(Generation.objects.filter(pk__in=[each.pk for each in chosen]))
    if not request.htmx:
        for sentence in said:
            messages.info(request, sentence)
        return redirect(_place(job))
    (group,) = groups(with_cards(Job.objects.filter(pk=job)), request.member)
    return render(request, "generations/create.html#called_off", {"group": group, "said": said, "is_led_to": True})


def _became(generations: Iterable[Generation]) -> list[str]:
    """What became of the wish: of those that ended by it, and of those that a provider works on."""
    now = list(generations)
    ended = [each.held for each in now if each.state == State.CANCELLED]
    asked = [each.held for each in now if not each.is_over and each.cancel_asked]
    said = [sentences.cancelled(sum(ended))] if ended else []
    return [*said, *([sentences.cancel_asked(sum(asked), len(asked))] if asked else [])]


def _objected(request: MemberRequest, generation: Generation, wrong: intake.Objected) -> HttpResponse:
    said = [sentences.objection(each) for each in wrong.objections]
    if request.htmx:
        return render(request, "errors.html", {"errors": said}, status=422)
    for sentence in said:
        messages.error(request, sentence)
    return redirect(_place(generation.job_id))


def _shows_one_job(request: MemberRequest) -> bool:
    """Whether the page that asks has no place for another job."""
    return "job" in parse_qs(urlsplit(request.htmx.current_url or "").query)


def _place(job: uuid.UUID) -> str:
    return f"{reverse('create')}?job={job}"


def _lead(request: MemberRequest, way: str) -> HttpResponseBase:
    return HttpResponseClientRedirect(way) if request.htmx else redirect(way)
