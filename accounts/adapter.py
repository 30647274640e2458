"""Where does the studio differ from allauth's own ways of signing people in?"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.access import current_member
from accounts.languages import remember_language
from accounts.models import User


class StudioAdapter(DefaultAccountAdapter):
    """People come in by invitation; e-mail and password or a link let them in again."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail address or the password is not right."),
        "too_many_login_attempts": _("Too many attempts. Please wait five minutes, or ask for a sign-in link."),
    }

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """To work; one who is in no team is told so on the profile."""
        return str(super().get_login_redirect_url(request)) if current_member(request) else reverse("profile")

    def respond_user_inactive(self, request: HttpRequest, _user: User) -> HttpResponse:
        return render(request, "account/account_inactive.html", status=403)

    def post_login(self, request: HttpRequest, user: User, **details: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **details)
        remember_language(response, user.language)
        return response

    def _get_login_attempts_cache_key(self, _request: HttpRequest, **credentials: Any) -> str:
        """One count for each address. allauth's own key begins with the Host header, and whoever guesses passwords
        may write another port into it with each try."""
        return str(credentials.get("email", "")).lower()
