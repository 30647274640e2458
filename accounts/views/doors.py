"""How does one come in? By a link that one asked for, or by an invitation. The password door is allauth's."""

import time

from allauth.account.utils import get_next_redirect_url, perform_login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import invitations, links, post
from accounts.access import choose_team, person_of
from accounts.forms import LinkForm, NewPersonForm
from accounts.models import Invitation, User
from accounts.throttle import too_often

PROVED_AT = "proved_at"
"""When this session showed that the mailbox is the person's own, as a Unix time."""


@never_cache
def ask_for_link(request: HttpRequest) -> HttpResponse:
    """Send a sign-in link, and say the same whether or not there is an account."""
    form = LinkForm(request.POST or None, initial={"email": request.GET.get("email", "")})
    then = get_next_redirect_url(request) or ""
    if not form.is_valid():
        return render(request, "accounts/ask_for_link.html", {"form": form, "then": then})
    email = form.cleaned_data["email"].lower()
    if refusal := too_often(request, "request_login_code", key=email):
        return refusal
    _post_link(email, then)
    messages.info(
        request,
        _("If there is an account for this address, a sign-in link is on its way to it. It works once, for an hour."),
    )
    return redirect("account_login")


def _post_link(email: str, then: str) -> None:
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user:
        post.send(user.email, "accounts.sign_in", {"link": links.sign_in_link(user, then)}, user.language)


@never_cache
def sign_in(request: HttpRequest, person: str, token: str) -> HttpResponse:
    """A link's page. Only its button signs in, so a mail program that looks ahead does not spend the link."""
    user = links.read_link(person, token)
    if user is None:
        return _link_is_over(request)
    if request.method != "POST":
        return render(request, "accounts/sign_in.html", {"person": user, "then": get_next_redirect_url(request)})
    if not links.spend_link(user):
        return _link_is_over(request)
    response: HttpResponse = perform_login(request, user, email=user.email, redirect_url=get_next_redirect_url(request))
    request.session[PROVED_AT] = time.time()
    return response


def _link_is_over(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/link_over.html", status=404)


@never_cache
@sensitive_post_parameters("password")
def join(request: HttpRequest, token: str) -> HttpResponse:
    """An invitation's page: one button for the person it is for, a short form for a new one, else a clear end."""
    try:
        invitation = invitations.find(token)
        if request.user.is_authenticated:
            return _join_as(request, invitation)
        if User.objects.filter(email__iexact=invitation.email).exists():
            return render(request, "accounts/join_known.html", {"invitation": invitation})
        return _join_as_new(request, invitation)
    except invitations.Gone:
        return render(request, "accounts/invitation_over.html", status=404)
    except invitations.Known:
        return redirect("join", token)


def _join_as(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    if not invitations.is_for(invitation, person_of(request)):
        raise invitations.Gone
    if request.method != "POST":
        return render(request, "accounts/join.html", {"invitation": invitation})
    member = invitations.accept(invitation, person_of(request))
    choose_team(request, member.team)
    return redirect("create")


def _join_as_new(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = NewPersonForm(invitation.email, request.POST or None)
    if not form.is_valid():
        return render(request, "accounts/join_new.html", {"invitation": invitation, "form": form})
    if refusal := too_often(request, "signup"):
        return refusal
    member = invitations.accept_as_new(invitation, form.cleaned_data["name"], form.cleaned_data["password"])
    response: HttpResponse = perform_login(request, member.user, signup=True)
    return response
