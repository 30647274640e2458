"""What has changed since the page last looked? One poller a page asks here; the rest of the house is told nothing."""

import hashlib
from datetime import datetime, timedelta
from functools import cached_property

from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.access import MemberRequest, Right, member_required
from accounts.models import Member, User, Wallet
from generations.cards import Card, Group, cards, seen
from generations.models import Asset, Generation, Job, State
from generations.models.generation import ENDED
from generations.views.reading import read_id

CREATE, LIBRARY = "create", "library"
QUICK, STEADY, IDLE = 2, 5, 10
"""Seconds between two looks: while something is fresh, while something is under way, and otherwise."""
FRESH = timedelta(seconds=30)
OVERLAP = timedelta(seconds=15)
"""A change may be written this long after the moment that it carries, so each look reaches back over it."""
JOBS = 40
"""Jobs that a page may show at once."""


class Watch:
    """What one page keeps an eye on: its cards, the pool, and what is new in the library."""

    def __init__(self, member: Member, room: str = "", since: datetime | None = None, job: Job | None = None) -> None:
        self.member = member
        self.room = room
        self.now = timezone.now()
        self.since = since or self.now
        self.job = job

    @cached_property
    def cards(self) -> list[Card]:
        """Those of the page's cards that are under way or have changed."""
        if self.room != CREATE:
            return []
        changed = Q(changed__gte=self.since - OVERLAP) | ~Q(state__in=ENDED)
        return cards(seen(self._generations().filter(changed)), self.member)

    @property
    def groups(self) -> list[Group]:
        """The jobs of these cards, as far as they are under way or have changed."""
        jobs = {card.generation.job_id: card.generation.job for card in self.cards}
        of = {pk: [card for card in self.cards if card.generation.job_id == pk] for pk in jobs}
        return [Group(job, of[pk]) for pk, job in jobs.items()]

    def _generations(self) -> QuerySet[Generation]:
        if self.job:
            return Generation.objects.filter(job=self.job)
        mine = Job.objects.for_team(self.member.team).filter(member=self.member).newest()
        return Generation.objects.filter(job__in=list(mine.values_list("pk", flat=True)[:JOBS]))

    @cached_property
    def balance(self) -> int:
        return Wallet.objects.values_list("balance", flat=True).get(team=self.member.team_id)

    @cached_property
    def fresh_pictures(self) -> int:
        """Pictures that came into the library since the page was drawn."""
        if self.room != LIBRARY:
            return 0
        return Asset.objects.library(self.member.team).filter(created__gt=self.since).count()

    @cached_property
    def running(self) -> list[Card]:
        return [card for card in self.cards if not card.generation.is_over]

    @property
    def ended(self) -> list[Card]:
        """What has come to an end by itself since the last look: the only thing that is said aloud here."""
        ended = [card for card in self.cards if card.came and card.came >= self.since]
        return [card for card in ended if card.generation.state != State.CANCELLED or card.is_late]

    @property
    def rhythm(self) -> int:
        if not self.running:
            return IDLE
        newest = max(card.generation.created for card in self.running)
        return QUICK if self.now - newest < FRESH else STEADY

    @property
    def stamp(self) -> str:
        """The moment to look back to next time. The library counts from when it was drawn."""
        return (self.since if self.room == LIBRARY else self.now).isoformat()

    @property
    def tag(self) -> str:
        """The same as long as a reply would say nothing new."""
        shown = [*(card.stamp for card in self.cards), self.balance, self.fresh_pictures, self.rhythm]
        return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


@require_safe
@never_cache
@member_required(Right.SEE)
def pulse(request: MemberRequest) -> HttpResponse:
    """Out-of-band replacements for what has changed; 204 where nothing has."""
    asked = request.GET
    jobs = Job.objects.for_team(request.member.team)
    job = get_object_or_404(jobs, pk=read_id(asked["job"])) if "job" in asked else None
    watch = Watch(request.member, asked.get("room", ""), _read_moment(asked.get("since", "")), job)
    if asked.get("tag") == watch.tag:
        return HttpResponse(status=204)
    return render(request, "generations/pulse.html", {"watch": watch})


def _read_moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and timezone.is_aware(moment) else None


@require_POST
def theme(request: HttpRequest) -> HttpResponseBase:
    """Light, dark, or as the system has it: kept in a cookie, and with the person where there is one."""
    wished = request.POST.get("theme", "")
    wished = wished if wished in ("light", "dark") else ""
    if isinstance(request.user, User):
        User.objects.filter(pk=request.user.pk).update(theme=wished)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    response = redirect(back if safe else "/")
    response.set_cookie("theme", wished, max_age=365 * 24 * 3600, samesite="Lax", secure=settings.IS_SECURE)
    return response
