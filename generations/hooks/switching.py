"""When is a webhook told nothing any more? When a person says so, its receiver does, or it has only failed for days."""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts import post
from accounts.models import Member, Role
from generations.models import Delivery, Off, Reply, Way, Webhook

PATIENCE = timedelta(days=5)
"""How long a webhook may do nothing but fail."""


def note(webhook: Webhook, reply: Reply) -> None:
    """What a try says of its webhook. One that is gone, or has only failed for days, is switched off by letter."""
    this = Webhook.objects.on().filter(pk=webhook.pk)
    now = timezone.now()
    if reply is Reply.TAKEN:
        this.filter(failing_since__isnull=False).update(failing_since=None)
    elif reply is Reply.GONE:
        _switch_off_by_letter(webhook, Off.GONE)
    elif this.filter(failing_since__lte=now - PATIENCE).exists():
        _switch_off_by_letter(webhook, Off.FAILING)
    else:
        this.filter(failing_since__isnull=True).update(failing_since=now)


def switch_off(webhook: Webhook, why: Off) -> bool:
    """Tell it nothing from now on, and give up what is on its way. False where it was off already.

    What was never tried is noted in the log as well, from where it can be sent again.
    """
    now = timezone.now()
    was_on = Webhook.objects.on().filter(pk=webhook.pk).update(disabled=now, disabled_for=why)
    waiting = Delivery.objects.filter(webhook=webhook.pk, state=Way.WAITING)
    waiting.filter(tried__isnull=True).update(tried=now, log=[Reply.OFF.noted(now)])
    waiting.update(state=Way.GIVEN_UP, reply=Reply.OFF, lease="", lease_until=None)
    return bool(was_on)


def switch_on(webhook: Webhook) -> None:
    """Tell it what happens from now on. What it has missed can be sent again from its log."""
    Webhook.objects.filter(pk=webhook.pk).update(disabled=None, disabled_for="", failing_since=None)


def _switch_off_by_letter(webhook: Webhook, why: Off) -> None:
    """Only the one try that switches it off writes the letter."""
    if not switch_off(webhook, why):
        return
    page = settings.PUBLIC_URL + reverse("webhook", args=(webhook.pk,))
    context = {"address": webhook.url, "page": page, "is_gone": why is Off.GONE, "days": PATIENCE.days}
    for member in _readers(webhook):
        post.send(member.user.email, "generations.webhook_off", context, member.user.language)


def _readers(webhook: Webhook) -> list[Member]:
    """Who made it; the team's owners, where that person has left."""
    active = Member.objects.filter(team=webhook.team_id, is_active=True, user__is_active=True).select_related("user")
    return list(active.filter(pk=webhook.member_id) or active.filter(role=Role.OWNER))
