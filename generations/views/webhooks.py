"""The team's webhooks: who is told what became of its jobs, and how that went."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import MemberRequest, Right, member_required
from generations.forms import WebhookForm
from generations.hooks import keeping, switching
from generations.models import CHOSEN, Delivery, Off, Webhook


@require_safe
@member_required(Right.CREATE)
def webhooks(request: MemberRequest) -> HttpResponse:
    return _list(request, WebhookForm())


@never_cache
@require_POST
@member_required(Right.CREATE)
def webhook_add(request: MemberRequest) -> HttpResponse:
    """Make one. The page that answers is the only one that ever shows its secret."""
    form = WebhookForm(request.POST)
    if not form.is_valid():
        return _list(request, form)
    try:
        made = keeping.add(request.member, form.cleaned_data["url"], form.cleaned_data["events"])
    except keeping.TooMany:
        form.add_error(None, _("A team has at most %(most)s webhooks. Remove one first.") % {"most": keeping.MOST})
        return _list(request, form)
    return _page(request, made, secret=made.secret)


@require_safe
@member_required(Right.CREATE)
def webhook(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    return _page(request, _theirs(request, pk))


@never_cache
@require_POST
@member_required(Right.CREATE)
def webhook_rotate(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Give it a new secret, shown on the page that answers and nowhere else.

    That page loaded anew sends the press once more, which would end the secret that its receiver still has.
    """
    found = _theirs(request, pk)
    if request.POST.get("after", "") != date(found.former_until, "U"):
        messages.warning(request, _("The secret was changed and shown once. If you missed it, make a new one."))
        return redirect("webhook", pk)
    return _page(request, found, secret=keeping.rotate(found))


@require_POST
@member_required(Right.CREATE)
def webhook_switch(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    found = _theirs(request, pk)
    if request.POST.get("on"):
        switching.switch_on(found)
    else:
        switching.switch_off(found, Off.HAND)
    return redirect("webhook", pk)


@require_POST
@member_required(Right.CREATE)
def webhook_test(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    found = _theirs(request, pk)
    if found.is_on:
        keeping.test(found)
        messages.success(request, _("A test is on its way. Load this page again in a moment to see what came of it."))
    return redirect("webhook", pk)


@require_POST
@member_required(Right.CREATE)
def webhook_remove(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    keeping.remove(_theirs(request, pk))
    messages.success(request, _("The webhook is removed."))
    return redirect("webhooks")


@require_POST
@member_required(Right.CREATE)
def webhook_replay(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Send an event once more. Of one that is switched off nothing is sent."""
    deliveries = Delivery.objects.filter(webhook__team=request.member.team).select_related("webhook")
    found = get_object_or_404(deliveries, pk=pk)
    if found.webhook and found.webhook.is_on:
        keeping.replay(found)
        messages.success(request, _("The event is sent once more."))
    return redirect("webhook", found.webhook_id)


def _theirs(request: MemberRequest, pk: uuid.UUID) -> Webhook:
    return get_object_or_404(Webhook.objects.for_team(request.member.team).select_related("member__user"), pk=pk)


def _list(request: MemberRequest, form: WebhookForm) -> HttpResponse:
    theirs = Webhook.objects.for_team(request.member.team)
    return render(request, "generations/webhooks.html", {"webhooks": theirs, "form": form})


def _page(request: MemberRequest, found: Webhook, **shown: Any) -> HttpResponse:
    context = {
        "webhook": found,
        "events": [label for value, label in CHOSEN if value in found.events],
        "waiting": keeping.on_their_way(found),
        "tries": keeping.last_tries(found),
    }
    return render(request, "generations/webhook.html", context | shown)
