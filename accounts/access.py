"""Who is asking, for which team, and what may they do there? Rights by role stand here and nowhere else.

A view says `@member_required(Right.CREATE)` and starts every look-up from `for_team(request.member.team)`. Without
the right, as without the row, the answer is the same 404: a stranger learns nothing, not even that there is a door.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import cache, wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import resolve_url
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.models import Member, Role, Team, User, Wallet

SESSION_KEY = "team"


class Right(StrEnum):
    """What a member may be allowed to do."""

    SEE = "see"
    CREATE = "create"
    CANCEL_ANY = "cancel_any"
    SEE_STATEMENT = "see_statement"
    HAVE_KEYS = "have_keys"
    MANAGE_KEYS = "manage_keys"
    INVITE = "invite"
    MANAGE_MEMBERS = "manage_members"
    RENAME_TEAM = "rename_team"


_VIEWER = frozenset({Right.SEE})
_MEMBER = _VIEWER | {Right.CREATE, Right.SEE_STATEMENT, Right.HAVE_KEYS}
_ADMIN = _MEMBER | {Right.CANCEL_ANY, Right.INVITE, Right.MANAGE_MEMBERS, Right.MANAGE_KEYS}
_OWNER = _ADMIN | {Right.RENAME_TEAM}

RIGHTS: dict[str, frozenset[Right]] = {
    Role.VIEWER: _VIEWER,
    Role.MEMBER: _MEMBER,
    Role.ADMIN: _ADMIN,
    Role.OWNER: _OWNER,
}

GIVES: dict[str, tuple[Role, ...]] = {
    Role.ADMIN: (Role.ADMIN, Role.MEMBER, Role.VIEWER),
    Role.OWNER: (Role.OWNER, Role.ADMIN, Role.MEMBER, Role.VIEWER),
}
"""The roles that a member may give and take, by the member's own."""


class MemberRequest(HttpRequest):
    """A request behind `member_required`."""

    user: User
    member: Member
    htmx: HtmxDetails


P = ParamSpec("P")
MemberView = Callable[Concatenate[MemberRequest, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def person_of(request: HttpRequest) -> User:
    """The person behind a door that lets nobody in who has not signed in."""
    return cast("User", request.user)


def has_right(member: Member, right: Right) -> bool:
    return member.is_active and right in RIGHTS.get(member.role, frozenset())


def gives(member: Member) -> tuple[Role, ...]:
    """The roles that this member may give to others, and take from them."""
    return GIVES.get(member.role, ()) if member.is_active else ()


def may_manage(member: Member, other: Member) -> bool:
    """Nobody changes their own place in the team, and only an owner that of an owner."""
    return member.team_id == other.team_id and member.pk != other.pk and other.role in gives(member)


def memberships(request: HttpRequest) -> list[Member]:
    """The person's active memberships, oldest first, looked up once a request. None for a stranger."""
    if not hasattr(request, "_memberships"):
        user = getattr(request, "user", None)
        request._memberships = _memberships_of(user) if user and user.is_authenticated else []  # type: ignore[attr-defined]
    return cast("list[Member]", request._memberships)  # type: ignore[attr-defined]


def _memberships_of(user: User) -> list[Member]:
    return list(Member.objects.filter(user=user, is_active=True).select_related("team", "user").order_by("pk"))


def current_member(request: HttpRequest) -> Member | None:
    """The membership that the person works under now: the team chosen last, else the first they joined."""
    mine = memberships(request)
    chosen = request.session.get(SESSION_KEY) if mine else None
    return next((member for member in mine if member.team_id == chosen), mine[0] if mine else None)


def choose_team(request: HttpRequest, team: Team) -> None:
    """Work for this team from now on. Which teams are theirs is asked again with every request."""
    request.session[SESSION_KEY] = team.pk


def member_required(right: Right) -> Callable[[MemberView[P]], View[P]]:
    """Let a view see only members with this right; they stand at `request.member`. Others get 404 or the door."""

    def guard(view: MemberView[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_the_door(request)
            member = current_member(request)
            if member is None or not has_right(member, right):
                raise Http404
            request.member = member  # type: ignore[attr-defined]
            return view(cast("MemberRequest", request), *args, **kwargs)

        return guarded

    return guard


def _to_the_door(request: HttpRequest) -> HttpResponseBase:
    """To the sign-in page and back. A fragment sends the whole page there, or the form would land in a card."""
    htmx = getattr(request, "htmx", None)
    if htmx:
        back = htmx.current_url_abs_path or ""
        return HttpResponseClientRedirect(redirect_to_login(back).url)
    if request.method in ("GET", "HEAD"):
        return redirect_to_login(request.get_full_path())
    return redirect_to_login(resolve_url("create"))


def shell(request: HttpRequest) -> dict[str, Any]:
    """What the frame of every page shows of its reader: at most two queries, and none for a stranger.

    `balance` is a callable, which a template calls: a fragment that does not show it does not ask for it.
    """
    member = current_member(request)
    if member is None:
        return {"here": _here(request), "member": None, "team": None, "teams": [], "can": {}}
    return {
        "here": _here(request),
        "member": member,
        "team": member.team,
        "teams": [mine.team for mine in memberships(request)],
        "balance": cache(lambda: Wallet.objects.values_list("balance", flat=True).get(team=member.team_id)),
        "can": {str(right): True for right in RIGHTS.get(member.role, ())},
    }


def _here(request: HttpRequest) -> str:
    """Where a change of language or theme leads back to. An answer to a form has no address of its own: the form has,
    unless it was such an answer itself."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    came_from = request.headers.get("referer", "")
    return came_from if came_from and not came_from.endswith(request.path) else resolve_url("create")
