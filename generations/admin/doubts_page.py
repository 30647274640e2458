"""The open unknowns: calls that were possibly paid for nothing, each with what to do about it, until a person knows."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from generations import doubts
from generations.admin.figures import clock, dated, dollars, whole
from generations.doubts import Why
from generations.models import Attempt
from gptstudio.admin import Extra, StudioSite

SEE, SETTLE = "generations.view_attempt", "generations.change_attempt"
ON_A_PAGE = 100
LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class Doubt:
    """One row: the call, why it is in doubt and what to do about it."""

    attempt: Attempt
    why: str
    advice: str
    sent: str
    cost: str
    is_watched: bool
    is_decidable: bool


@dataclass(frozen=True, slots=True)
class Share:
    """The open unknowns of one provider, or of all."""

    name: str
    provider: int | None
    count: int
    cost: int

    @property
    def words(self) -> str:
        return f"{self.name} · {whole(self.count)} · {dollars(self.cost)}"


def open_unknowns(request: HttpRequest) -> HttpResponse:
    """The page, and by POST what a person found out. Raises PermissionDenied."""
    if not request.user.has_perm(SEE):
        raise PermissionDenied
    if request.method == "POST":
        _settle(request)
        return HttpResponseRedirect(request.get_full_path())
    shares = _shares()
    chosen = next((share for share in shares if str(share.provider) == request.GET.get("provider")), shares[0])
    page = _page(chosen, request.GET.get("page"))
    context = {
        **admin.site.each_context(request),
        "title": _("Open unknowns"),
        "shares": shares if len(shares) > 2 else [],
        "chosen": chosen,
        "tiles": [(_("Open"), whole(chosen.count)), (_("Possibly lost"), dollars(chosen.cost))],
        "page": page,
        "pages": page.paginator.get_elided_page_range(page.number),
        "rows": list(map(_doubt, page)),
        "may_settle": request.user.has_perm(SETTLE),
        "longest_note": LONGEST_NOTE,
    }
    return TemplateResponse(request, "admin/doubts.html", context)


def _shares() -> list[Share]:
    """All of them first, then each provider's, in one query."""
    by_provider = Attempt.objects.unresolved().order_by("provider__name").values_list("provider__name", "provider")
    each = [Share(*row) for row in by_provider.annotate(count=Count("pk"), cost=Sum("cost"))]
    return [Share(_("All"), None, sum(share.count for share in each), sum(share.cost for share in each)), *each]


def _page(chosen: Share, number: str | None) -> Page[Attempt]:
    attempts = Attempt.objects.unresolved().order_by("-sent", "-pk").defer("raw", "generation__job__brief_json")
    if chosen.provider is not None:
        attempts = attempts.filter(provider=chosen.provider)
    paginator = Paginator(attempts.select_related("provider", "generation__job__team"), ON_A_PAGE)
    paginator.count = chosen.count
    return paginator.get_page(number)


def _doubt(attempt: Attempt) -> Doubt:
    why = doubts.why(attempt)
    return Doubt(
        attempt,
        str(why.label),
        _advice(attempt, why),
        dated(attempt.sent),
        dollars(attempt.cost),
        attempt.watch_until is not None,
        doubts.is_decidable(attempt),
    )


def _advice(attempt: Attempt, why: Why) -> str:
    """What to do about it, in one sentence."""
    words = {"provider": attempt.provider.name, "sent": dated(attempt.sent), "deadline": clock(attempt.deadline)}
    if why is Why.WAITING:
        return _("Nothing yet: the studio waits for a verdict until %(deadline)s.") % words
    if why is Why.COMING:
        return _("Nothing: the studio is bringing it home.")
    if attempt.watch_until:
        words |= {"until": clock(attempt.watch_until)}
        return _("Wait: the studio asks %(provider)s for it until %(until)s and keeps the picture if it comes.") % words
    if attempt.upstream_id:
        return _("Look the id up at %(provider)s and say here whether it was billed.") % words
    return _("Look in the bill of %(provider)s for a call sent at %(sent)s and say here whether it is there.") % words


def _settle(request: HttpRequest) -> None:
    if not request.user.has_perm(SETTLE):
        raise PermissionDenied
    billed = "billed" in request.POST
    chosen = set(_chosen(request.POST, "billed" if billed else "not_billed"))
    if not chosen:
        messages.warning(request, _("Nothing was chosen."))
        return
    with transaction.atomic():
        settled = doubts.settle(chosen, cast("User", request.user), billed=billed)
        _write_log(request, settled, billed=billed)
    _tell(request, settled, billed=billed)
    if missing := len(chosen) - len(settled):
        sentence = ngettext(
            "%(count)s was left alone: it has been settled meanwhile, or its picture has come.",
            "%(count)s were left alone: they have been settled meanwhile, or their pictures have come.",
            missing,
        )
        messages.warning(request, sentence % {"count": whole(missing)})


def _chosen(said: QueryDict, verdict: str) -> Iterable[uuid.UUID]:
    """The one whose button was pressed, or all that are ticked. What is no id chooses nothing."""
    for key in said.getlist("chosen") if said.get(verdict) == "chosen" else said.getlist(verdict):
        try:
            yield uuid.UUID(key)
        except ValueError:
            continue


def _write_log(request: HttpRequest, settled: list[Attempt], *, billed: bool) -> None:
    desk = admin.site.get_model_admin(Attempt)
    note = request.POST.get("note", "").strip()[:LONGEST_NOTE]
    for attempt in settled:
        words = f"{'billed' if billed else 'not billed'}, {dollars(attempt.cost)}"
        desk.log_change(request, attempt, f"{words}: {note}" if note else words)


def _tell(request: HttpRequest, settled: list[Attempt], *, billed: bool) -> None:
    if not settled:
        return
    words = {"count": whole(len(settled)), "cost": dollars(sum(attempt.cost for attempt in settled))}
    messages.success(request, (_billed if billed else _not_billed)(len(settled)) % words)


def _billed(count: int) -> str:
    return ngettext("%(count)s call was billed: %(cost)s lost.", "%(count)s calls were billed: %(cost)s lost.", count)


def _not_billed(count: int) -> str:
    return ngettext(
        "%(count)s call was not billed: %(cost)s off the books.",
        "%(count)s calls were not billed: %(cost)s off the books.",
        count,
    )


def count() -> int:
    """How many wait for a person: those that the studio itself still waits for are none of them."""
    return doubts.decidable().count()


cast("StudioSite", admin.site).add_page(
    Extra("unknowns/", open_unknowns, "unknowns", gettext_lazy("Open unknowns"), SEE, count)
)
