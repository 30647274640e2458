"""What does a person keep about themselves? A name, a language, a theme and a password."""

import time
from copy import copy

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts.access import person_of
from accounts.forms import ChangedPasswordForm, NewPasswordForm, ProfileForm
from accounts.languages import remember_language
from accounts.throttle import too_often
from accounts.views.doors import PROVED_AT

PROOF_LIFE = 15 * 60
"""Seconds for which a sign-in by a link stands in for the old password, for those who have forgotten it."""


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    # A copy, for a form that is refused leaves its values on the instance, and the frame of the page shows the user.
    form = ProfileForm(request.POST or None, instance=copy(person_of(request)))
    if not form.is_valid():
        return render(request, "accounts/profile.html", {"form": form})
    saved = form.save()
    messages.success(request, _("Your profile is saved."))
    response = redirect("profile")
    remember_language(response, saved.language)
    return response


@login_required
@never_cache
@sensitive_post_parameters()
def change_password(request: HttpRequest) -> HttpResponse:
    """A new password. It ends every other session of the person; this one goes on."""
    user = person_of(request)
    if refusal := too_often(request, "change_password", user=user):
        return refusal
    form = _password_form(request)(user, request.POST or None)
    if not form.is_valid():
        return render(request, "accounts/password.html", {"form": form})
    form.save()
    update_session_auth_hash(request, user)
    request.session.pop(PROVED_AT, None)
    messages.success(request, _("Your password is changed. You are signed out everywhere else."))
    return redirect("profile")


def _password_form(request: HttpRequest) -> type[NewPasswordForm]:
    is_fresh = time.time() - request.session.get(PROVED_AT, 0) < PROOF_LIFE
    return NewPasswordForm if is_fresh or not person_of(request).has_usable_password() else ChangedPasswordForm
