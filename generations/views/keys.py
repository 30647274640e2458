"""The keys with which scripts spend from the team's pool: what there are, a new one, and the end of one."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts import keyring
from accounts.access import MemberRequest, Right, member_required
from accounts.caps import FIELDS, Period, spent_by_keys
from accounts.keyring import State
from accounts.models import ApiKey, Scope
from accounts.throttle import too_often
from generations.forms import KeyCapsForm, KeyForm
from generations.hooks.signing import call_back_secret
from generations.models import ImageModel

ENDED = 50
"""Revoked keys that are still shown."""
WHY = {
    State.REVOKED: gettext_lazy("Revoked"),
    State.EXPIRED: gettext_lazy("Expired"),
    State.LEFT: pgettext_lazy("key", "Its member left"),
}
LABELS = {
    "cap_day": gettext_lazy("Today"),
    "cap_month": gettext_lazy("This month"),
    "cap_lifetime": gettext_lazy("In all"),
}
CAPS = tuple(zip(Period, FIELDS, strict=True))


@dataclass(frozen=True, slots=True)
class Spending:
    """What is spent of a cap that is set."""

    label: str
    spent: int
    cap: int


@dataclass(frozen=True, slots=True)
class Shown:
    """One key as the page shows it."""

    key: ApiKey
    spendings: list[Spending]
    image_models: list[str]
    caps_form: KeyCapsForm

    @property
    def scopes(self) -> list[str]:
        return [str(label) for scope, label in Scope.choices if scope in self.key.scopes]


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@member_required(Right.HAVE_KEYS)
def keys(request: MemberRequest) -> HttpResponse:
    """The member's keys, or the team's for whoever manages them. A POST makes one, and its answer alone shows it."""
    return _make(request) if request.method == "POST" else _page(request)


def _make(request: MemberRequest) -> HttpResponse:
    form = KeyForm(request.POST)
    if not form.is_valid():
        return _page(request, status=422, form=form)
    if refusal := too_often(request, "make_key", user=request.user):
        return refusal
    try:
        made = keyring.make(request.member, form.wish(), form.cleaned_data["press"])
    except keyring.TooMany:
        form.add_error(
            None, _("You have %(most)d keys already. Revoke one that you no longer need.") % {"most": keyring.MOST_KEYS}
        )
        return _page(request, status=422, form=form)
    except keyring.MadeBefore:
        messages.warning(
            request, _("This key is made and was shown once. If you missed it, revoke it and make another.")
        )
        return redirect("keys")
    return _page(request, made=made, call_back_secret=call_back_secret(made.key.pk))


def _page(request: MemberRequest, status: int = 200, **said: Any) -> HttpResponse:
    """The page with what was just sent in, the form or the caps of one key, and the key that was just made."""
    seen = keyring.keys_seen_by(request.member)
    kept = list(seen.filter(revoked=None))
    live = [key for key in kept if keyring.state_of(key) == State.LIVE]
    ended = [key for key in kept if key not in live] + list(seen.exclude(revoked=None)[:ENDED])
    context = {
        "keys": _shown(live, said.pop("caps_form", None)),
        "ended": [(key, WHY[keyring.state_of(key)]) for key in ended],
        "form": said.pop("form", None) or KeyForm(),
    }
    return render(request, "generations/keys.html", context | said, status=status)


@require_POST
@member_required(Right.HAVE_KEYS)
def revoke_key(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    key = get_object_or_404(keyring.keys_seen_by(request.member), pk=pk)
    keyring.revoke(request.member, key)
    messages.success(request, _("The key %(name)s is revoked. It opens nothing any more.") % {"name": key})
    return redirect("keys")


@require_POST
@never_cache
@member_required(Right.HAVE_KEYS)
def key_caps(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    key = get_object_or_404(keyring.keys_seen_by(request.member), pk=pk)
    form = KeyCapsForm(request.POST, instance=key)
    if not form.is_valid():
        return _page(request, status=422, caps_form=form)
    keyring.set_caps(request.member, key, form.cleaned_data)
    messages.success(request, _("The caps of %(name)s are set.") % {"name": key})
    return redirect("keys")


def _shown(keys: list[ApiKey], sent: KeyCapsForm | None) -> list[Shown]:
    spent = _spent(keys)
    titles = dict(ImageModel.objects.values_list("name", "title"))
    return [
        Shown(
            key,
            [_spending(key, field, spent[period]) for period, field in CAPS if getattr(key, field) is not None],
            [titles.get(name, name) for name in key.image_models],
            sent if sent and sent.instance.pk == key.pk else KeyCapsForm(instance=key),
        )
        for key in keys
    ]


def _spending(key: ApiKey, field: str, spent: dict[uuid.UUID, int]) -> Spending:
    return Spending(str(LABELS[field]), spent.get(key.pk, 0), getattr(key, field))


def _spent(keys: list[ApiKey]) -> dict[Period, dict[uuid.UUID, int]]:
    """What has been spent of the caps that are set, with one query for each period at most."""
    capped = {period: [key.pk for key in keys if getattr(key, field) is not None] for period, field in CAPS}
    return {period: spent_by_keys(those, period) if those else {} for period, those in capped.items()}
