"""Which provider is asked for a generation: by priority, then by weight, of those that can, may and have room."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from generations import dialects
from generations.engine import health
from generations.faults import COMES_BACK, Kind
from generations.models import Attempt, Generation, Provider, Route
from gptstudio.statements import Given, Statement

TRIES = 4
"""How often one route may answer Busy or not be reached before it counts as closed for this generation."""
NO_ROOM = timedelta(seconds=2)
"""Until a generation looks again for room at providers that are full, at the soonest."""


LIMITED = Statement(
    lambda: Provider.objects.filter(
        Q(shut_until__gt=Given("now")) | Q(concurrency__isnull=False), is_enabled=True
    ).order_by()
)
SERVING = Statement(lambda: Route.objects.serving(Given("image_model")))


@dataclass(frozen=True, slots=True)
class Later:
    """Nobody can be asked now, and somebody can then."""

    when: datetime


@dataclass(frozen=True, slots=True)
class Never:
    """Nobody is left to be asked, and why."""

    kind: Kind
    code: str = ""


def closed(now: datetime) -> list[int]:
    """The image models whose pictures must wait: nobody can be asked now, and somebody is worth waiting for.

    Where nobody is, their pictures are let through to be told so.
    """
    limited = LIMITED.all(now=now)
    if not limited:
        return []
    full = _full(limited)
    away = {each.pk for each in limited if each.pk in full or health.is_shut(each, now)}
    hopeful = {each.pk for each in limited if each.pk in away and not health.is_hopeless(each, now)}
    if not hopeful:
        return []
    routes = Route.objects.open().values_list("image_model", "provider")
    served = {image_model for image_model, provider in routes if provider not in away}
    return list({image_model for image_model, provider in routes if provider in hopeful} - served)


def choose(generation: Generation) -> Route | Later | Never:
    """The route to ask now, when to look again, or why nobody is left. In a transaction: room is counted in it."""
    now = timezone.now()
    left = _left(generation)
    full = _full(_with_lock([route.provider for route in left]))
    for route in left:
        if route.provider_id not in full and health.may_ask(route.provider, now):
            return route
    hopeful = [route.provider for route in left if not health.is_hopeless(route.provider, now)]
    if not hopeful:
        return _nobody(generation, left)
    soonest = now + NO_ROOM * random.uniform(1, 3)  # noqa: S311 so that a batch does not come back as one
    return Later(max(soonest, min(_free(provider, now, full) for provider in hopeful)))


def until_fresh(generation: Generation) -> float | None:
    """Seconds until somebody can be asked who was not asked for this generation yet. None where nobody is left."""
    now = timezone.now()
    asked = set(generation.attempts.values_list("route", flat=True))
    fresh = [route.provider for route in _left(generation) if route.pk not in asked]
    full = _full(fresh)
    waits = [_free(provider, now, full) - now for provider in fresh if not health.is_hopeless(provider, now)]
    return min(waits).total_seconds() if waits else None


def ordered(routes: Iterable[Route], draw: str) -> list[Route]:
    """By priority, and within one by a draw in which weight counts; the same `draw` gives the same order."""

    def place(route: Route) -> tuple[int, float]:
        ticket = random.Random(f"{draw} {route.pk}").random()  # noqa: S311 a draw, not a secret
        return route.priority, -(ticket ** (1 / max(route.weight, 1)))

    return sorted(routes, key=place)


def _left(generation: Generation) -> list[Route]:
    """The routes that have not ruled themselves out; one that was busy goes behind those not asked yet."""
    tries: dict[int | None, int] = {}
    asked = generation.attempts.values_list("route", "fault") if generation.started else ()
    for route, fault in asked:
        tries[route] = tries.get(route, 0) + (1 if fault in COMES_BACK else TRIES)
    routes = [
        route
        for route in SERVING.all(image_model=generation.job.image_model_id)
        if tries.get(route.pk, 0) < TRIES and not dialects.lacking(route.provider.dialect, generation.job.outline)
    ]
    return sorted(ordered(routes, str(generation.pk)), key=lambda route: tries.get(route.pk, 0))


def _nobody(generation: Generation, left: list[Route]) -> Never:
    """As the last answer had it; where nobody was asked, as those have it that cannot be asked."""
    if fault := generation.attempts.exclude(fault="").order_by("-sent").values_list("fault", flat=True).first():
        return Never(Kind(fault))
    if left:
        return Never(Kind(left[0].provider.shut_for))
    if Route.objects.serving(generation.job.image_model_id).exists():
        return Never(Kind.UNSUPPORTED)
    return Never(Kind.NOT_STARTED, "no_provider")


def _free(provider: Provider, now: datetime, full: set[int]) -> datetime:
    """When it can be asked, as far as is known now."""
    if provider.shut_until and health.is_shut(provider, now):
        return provider.shut_until
    return now + NO_ROOM if provider.pk in full else now


def _with_lock(providers: list[Provider]) -> list[Provider]:
    """The same, those with a limit locked in a fixed order, so that no two workers count the same room."""
    limited = [provider.pk for provider in providers if provider.concurrency]
    if limited:
        locked = Provider.objects.filter(pk__in=limited).order_by("pk").select_for_update(no_key=True)
        list(locked.values_list("pk", flat=True))
    return providers


def _full(providers: Iterable[Provider]) -> set[int]:
    """Those that work on as many pictures as they may. An attempt that is sending or accepted is a place taken: it is
    given back with the verdict, or when the lease of a dead worker runs out."""
    limits = {provider.pk: provider.concurrency for provider in providers if provider.concurrency}
    if not limits:
        return set()
    taken = Attempt.objects.at_work().filter(provider__in=limits).order_by().values("provider")
    return {row["provider"] for row in taken.annotate(count=Count("pk")) if row["count"] >= limits[row["provider"]]}
