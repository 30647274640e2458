"""Who is in the team, who is asked to come, and what happened to its credits?"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import invitations, teams
from accounts.access import MemberRequest, Right, choose_team, has_right, may_manage, member_required, memberships
from accounts.caps import spendings
from accounts.forms import CapsForm, InviteForm, RoleForm, StatementForm, TeamForm
from accounts.models import Invitation, Member
from accounts.statement import read_statement
from accounts.throttle import too_often


@member_required(Right.SEE)
def team(request: MemberRequest) -> HttpResponse:
    return _team_page(request)


def _team_page(request: MemberRequest, **forms: Any) -> HttpResponse:
    """The team as its reader may see and change it; `forms` are those that were just sent in."""
    me = request.member
    people = _people(me, forms.pop("caps_form", None))
    context: dict[str, Any] = {
        "people": people,
        "capped": [person for person in people if _shows_caps(me, person)],
        "name_form": TeamForm(instance=me.team),
    }
    if has_right(me, Right.INVITE):
        context |= {"invitations": invitations.open_invitations(me.team), "invite_form": InviteForm(me)}
    return render(request, "accounts/team.html", context | forms)


def _people(me: Member, sent: CapsForm | None) -> list[dict[str, Any]]:
    """Everyone, those who left last; with the forms for their role and caps where the reader may change them."""
    everyone = me.team.members.select_related("user").order_by("-is_active", "pk")
    return [{"who": who, **_shown(me, who, sent)} for who in everyone]


def _shown(me: Member, who: Member, sent: CapsForm | None) -> dict[str, Any]:
    """What the reader may change of somebody; of themselves, what is spent of their caps."""
    if may_manage(me, who):
        return _forms(me, who, sent)
    return {"spendings": spendings(me)} if who == me and me.is_capped else {}


def _forms(me: Member, who: Member, sent: CapsForm | None) -> dict[str, Any]:
    return {
        "role_form": RoleForm(me, initial={"role": who.role}, auto_id=f"role_{who.pk}_%s"),
        "caps_form": sent if sent and sent.instance.pk == who.pk else CapsForm(instance=who),
    }


def _shows_caps(me: Member, person: dict[str, Any]) -> bool:
    """Whose caps stand on the page: of those the reader may set them for, and the reader's own."""
    who: Member = person["who"]
    return who.is_active and ("caps_form" in person or (who == me and me.is_capped))


@require_POST
@member_required(Right.RENAME_TEAM)
def rename(request: MemberRequest) -> HttpResponse:
    form = TeamForm(request.POST)
    if not form.is_valid():
        return _team_page(request, name_form=form)
    teams.rename(request.member.team, form.cleaned_data["name"])
    return redirect("team")


@require_POST
@login_required
def switch(request: HttpRequest) -> HttpResponse:
    """Work for another of one's teams."""
    for mine in memberships(request):
        if str(mine.team_id) == request.POST.get("team"):
            choose_team(request, mine.team)
            return redirect("create")
    raise Http404


@require_POST
@member_required(Right.INVITE)
def invite(request: MemberRequest) -> HttpResponse:
    """Invite by e-mail. The page that answers is the only one that ever shows the link."""
    form = InviteForm(request.member, request.POST)
    if not form.is_valid():
        return _team_page(request, invite_form=form)
    if refusal := too_often(request, "invite", user=request.user):
        return refusal
    invited = invitations.invite(request.member, form.cleaned_data["email"], form.chosen_role())
    return _team_page(request, invited=invited)


@require_POST
@member_required(Right.INVITE)
def withdraw(request: MemberRequest, invitation: int) -> HttpResponse:
    invitations.withdraw(get_object_or_404(Invitation, pk=invitation, team=request.member.team))
    messages.success(request, _("The invitation is withdrawn. Its link no longer works."))
    return redirect("team")


@require_POST
@member_required(Right.MANAGE_MEMBERS)
def change_role(request: MemberRequest, member: int) -> HttpResponse:
    form = RoleForm(request.member, request.POST)
    if not form.is_valid():
        raise Http404
    return _change(request, member, teams.change_role, form.chosen_role())


@require_POST
@member_required(Right.MANAGE_MEMBERS)
def set_caps(request: MemberRequest, member: int) -> HttpResponse:
    other = get_object_or_404(Member, pk=member, team=request.member.team)
    if not may_manage(request.member, other):
        raise Http404
    form = CapsForm(request.POST, instance=other)
    if not form.is_valid():
        return _team_page(request, caps_form=form)
    answer = _change(request, member, teams.set_caps, form.cleaned_data)
    messages.success(request, _("The caps of %(name)s are set.") % {"name": other})
    return answer


@require_POST
@member_required(Right.MANAGE_MEMBERS)
def let_go(request: MemberRequest, member: int) -> HttpResponse:
    return _change(request, member, teams.let_go)


@require_POST
@member_required(Right.MANAGE_MEMBERS)
def bring_back(request: MemberRequest, member: int) -> HttpResponse:
    return _change(request, member, teams.bring_back)


def _change(request: MemberRequest, member: int, verb: Callable[..., None], *details: Any) -> HttpResponse:
    other = get_object_or_404(Member, pk=member, team=request.member.team)
    try:
        verb(request.member, other, *details)
    except teams.NotAllowed as refused:
        raise Http404 from refused
    return redirect("team")


@member_required(Right.SEE_STATEMENT)
def statement(request: MemberRequest) -> HttpResponse:
    form = StatementForm(request.member.team, request.GET or None)
    narrowed = form.narrowed()
    page = read_statement(request.member.team.wallet, **narrowed)
    query = request.GET.copy()
    query["before"] = str(page.before)
    return render(
        request,
        "accounts/statement.html",
        {"form": form, "page": page, "narrowed": narrowed, "older": query.urlencode()},
    )
