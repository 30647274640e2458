"""How have things gone in the last hour? Of each provider for the operator, of each image model for the members.

A provider is judged by its attempts, from the call to the kept picture. An image model is judged as its members meet
it: by generations, whichever provider made them, from the press of Create on. What says nothing of either stays out
of both: a refusal, a brief that could not be taken, and a provider's word to come back later.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from django.core.cache import cache
from django.db.models import Count, DurationField, ExpressionWrapper, F, Min, Q, QuerySet, TextChoices, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from generations.engine.health import is_hopeless, is_shut, is_sick
from generations.faults import Kind
from generations.models import Attempt, Generation, ImageModel, Provider, Route, Stage, State

HOUR = timedelta(hours=1)
HELD_AGAINST = (Kind.DENIED, Kind.NOT_STARTED, Kind.BROKEN, Kind.UNKNOWN, Kind.GARBLED)
"""Faults that are the provider's, or the road's to it."""
BLAMELESS = (Kind.REFUSED, Kind.INVALID, Kind.UNSUPPORTED)
"""Endings without a picture that came of what was asked for."""

FEWEST, LOWEST_SHARE = 5, 0.8
"""An image model is in trouble when of at least so many endings less than this share brought a picture."""
LONG_MEDIAN = timedelta(minutes=3)
"""A good provider takes 90 to 150 seconds at its busiest; twice that is slow, and this lies between."""
LONG_WAIT = timedelta(minutes=1)
"""Time in the queue that a person notices."""
FRESH = 15
"""Seconds for which what was read is told to everybody: the hour of a busy studio has a hundred thousand attempts."""


class Condition(TextChoices):
    """How an image model is doing, in one word for its members."""

    WELL = "well", _("Working well")
    SLOW = "slow", _("Slow")
    TROUBLE = "trouble", _("In trouble")
    UNAVAILABLE = "unavailable", _("Unavailable")


WORSE = list(Condition)


@dataclass(frozen=True, slots=True)
class Hour:
    """What the last hour brought. `median` is None where nothing came."""

    succeeded: int = 0
    failed: int = 0
    median: timedelta | None = None

    @property
    def share(self) -> float | None:
        """How much of it went well, from 0 to 1; None where nothing happened that tells."""
        told = self.succeeded + self.failed
        return self.succeeded / told if told else None


@dataclass(frozen=True, slots=True)
class Standing:
    """One image model as its members meet it. No provider is named."""

    image_model: ImageModel
    state: Condition
    succeeded: int
    failed: int
    median: timedelta | None
    waiting: int


def standings() -> list[Standing]:
    """Every image model that members are offered, or wait for, in the order of the picker.

    Read in six queries every quarter of a minute at most, however many look.
    """
    return cast("list[Standing]", cache.get_or_set("standings", _read, FRESH))


def _read() -> list[Standing]:
    hours, lines, reach = _image_model_hours(), _lines(), _reach()
    shown = ImageModel.objects.filter(Q(is_enabled=True, pk__in=reach) | Q(pk__in=lines))
    return [_standing(each, hours.get(each.pk, Hour()), lines.get(each.pk), reach.get(each.pk)) for each in shown]


def provider_hours() -> dict[int, Hour]:
    """The last hour of each provider that had one. Three queries, however many providers there are."""
    lost = Q(stage=Stage.KEPT, is_lost=True) | Q(stage__in=(Stage.FAILED, Stage.UNKNOWN), fault__in=HELD_AGAINST)
    return _hours("provider", F("ended") - F("sent"), _counts(_ended().filter(lost), "provider"))


def provider_loads() -> dict[int, int]:
    """How many pictures each provider is working on now. One query."""
    return _counts(Attempt.objects.at_work(), "provider")


def _standing(
    image_model: ImageModel, hour: Hour, line: tuple[int, datetime] | None, reach: Condition | None
) -> Standing:
    waiting, since = line or (0, None)
    of_hour, of_line = _of_hour(hour), _of_line(since)
    state = max(reach or Condition.UNAVAILABLE, of_hour, of_line, key=WORSE.index)
    return Standing(image_model, state, hour.succeeded, hour.failed, hour.median, waiting)


def _of_hour(hour: Hour) -> Condition:
    if hour.share is not None and hour.succeeded + hour.failed >= FEWEST and hour.share < LOWEST_SHARE:
        return Condition.TROUBLE
    return Condition.SLOW if hour.median is not None and hour.median > LONG_MEDIAN else Condition.WELL


def _of_line(since: datetime | None) -> Condition:
    is_held_up = since is not None and timezone.now() - since > LONG_WAIT
    return Condition.SLOW if is_held_up else Condition.WELL


def _of_provider(provider: Provider, now: datetime) -> Condition:
    """What a picture that can go nowhere else meets there: it is begun, or waits, or fails at once."""
    if is_hopeless(provider, now):
        return Condition.UNAVAILABLE
    if is_sick(provider):
        return Condition.TROUBLE
    return Condition.SLOW if is_shut(provider, now) else Condition.WELL


def _image_model_hours() -> dict[int, Hour]:
    lost = Generation.objects.filter(state=State.FAILED, ended__gte=_since()).exclude(fault__in=BLAMELESS)
    took = F("generation__ended") - F("generation__created")
    return _hours("generation__job__image_model", took, _counts(lost, "job__image_model"))


def _hours(key: str, took: Any, failed: dict[int, int]) -> dict[int, Hour]:
    came = _ended().filter(stage=Stage.KEPT, is_lost=False)
    succeeded, medians = _counts(came, key), _medians(came, key, took)
    return {pk: Hour(succeeded.get(pk, 0), failed.get(pk, 0), medians.get(pk)) for pk in succeeded.keys() | failed}


def _ended() -> QuerySet[Attempt]:
    return Attempt.objects.filter(ended__gte=_since()).order_by()


def _counts(rows: QuerySet[Any], key: str) -> dict[int, int]:
    return dict(rows.order_by().values_list(key).annotate(count=Count("pk")))


def _medians(rows: QuerySet[Attempt], key: str, took: Any) -> dict[int, timedelta]:
    """The middle of each key's times, or the mean of the two in the middle, found by the database."""
    timed = rows.annotate(
        took=ExpressionWrapper(took, output_field=DurationField()),
        place=Window(RowNumber(), partition_by=F(key), order_by=("took", "pk")),
        last=Window(Count("pk"), partition_by=F(key)),
    )
    middle = timed.filter(place__gte=F("last") / 2.0, place__lte=F("last") / 2.0 + 1)
    found: dict[int, list[timedelta]] = {}
    for pk, time in middle.values_list(key, "took"):
        found.setdefault(pk, []).append(time)
    return {pk: sum(times, timedelta()) / len(times) for pk, times in found.items()}


def _lines() -> dict[int, tuple[int, datetime]]:
    """How many wait for each image model, and since when the first of them does."""
    queued = Generation.objects.filter(state=State.QUEUED).order_by().values_list("job__image_model")
    return {pk: (count, since) for pk, count, since in queued.annotate(count=Count("pk"), since=Min("created"))}


def _reach() -> dict[int, Condition]:
    """Of each image model that has an open route, how the best of its providers is to be had."""
    now = timezone.now()
    reach: dict[int, Condition] = {}
    for route in Route.objects.open().select_related("provider"):
        best = reach.get(route.image_model_id, Condition.UNAVAILABLE)
        reach[route.image_model_id] = min(best, _of_provider(route.provider, now), key=WORSE.index)
    return reach


def _since() -> datetime:
    return timezone.now() - HOUR
