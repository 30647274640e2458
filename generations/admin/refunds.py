"""Giving back what was taken for a picture: once, up to what was captured, and with a reason."""

import uuid
from typing import TYPE_CHECKING

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import credits
from accounts.admin.ledger import LONGEST_REASON, signed
from accounts.models import Entry, Kind
from generations.models import Generation
from gptstudio.admin import act

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin


class RefundForm(forms.Form):
    amount = forms.IntegerField(label=gettext_lazy("Credits"), min_value=1)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("The team reads it in its statement."),
    )


def may_refund(request: HttpRequest) -> bool:
    return request.user.has_perm("accounts.add_entry")


def refundable(generation: uuid.UUID) -> int:
    """Credits that may still be given back: what was captured, or nothing once a refund has been made."""
    amounts = dict(Entry.objects.filter(generation=generation).values_list("kind", "amount"))
    return 0 if Kind.REFUND in amounts else -amounts.get(Kind.CAPTURE, 0)


def refund(desk: "ModelAdmin", request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The page on which it is done. Raises PermissionDenied."""
    if not may_refund(request):
        raise PermissionDenied
    generation = get_object_or_404(Generation.objects.select_related("job__team__wallet"), pk=pk)
    most = refundable(pk)
    form = RefundForm(request.POST or None, initial={"amount": most})
    form.fields["amount"].widget.attrs["max"] = most
    if not most:
        desk.message_user(request, _("There is nothing to refund, or it was refunded before."), messages.WARNING)
    elif not form.is_valid() or not _refunded(desk, request, generation, form):
        return act(request, desk, generation, form, _("Refund"), _("Refund"))
    return HttpResponseRedirect(reverse("admin:generations_generation_change", args=(pk,)))


def _refunded(desk: "ModelAdmin", request: HttpRequest, generation: Generation, form: RefundForm) -> bool:
    team, amount = generation.job.team, form.cleaned_data["amount"]
    member, note = signed(request, team, form.cleaned_data["reason"])
    try:
        credits.refund(team.wallet, amount, note, generation.pk, member)
    except credits.NothingHeld:
        words = {"most": refundable(generation.pk)}
        form.add_error("amount", _("At most %(most)d credits can be refunded.") % words)
        return False
    desk.log_change(request, generation, f"refund {amount:+d}")
    desk.message_user(request, _("%(amount)d credits were given back.") % {"amount": amount}, messages.SUCCESS)
    return True
