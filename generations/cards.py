"""What does a person see of a generation? Its state in word, icon and hue, its clock, and what its credits did."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Prefetch, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from generations import faults, sentences
from generations.brief import Brief
from generations.models import Asset, Attempt, Generation, Job, Stage, State
from generations.sizes import AUTO, parse, ratio_of

WAIT, WORK, DONE, TURN, FAIL = "wait", "work", "done", "turn", "fail"
YOUR_TURN = frozenset({faults.Kind.REFUSED, faults.Kind.INVALID, faults.Kind.UNSUPPORTED})
"""Faults that the person who asked can do something about."""


@dataclass(frozen=True, slots=True)
class Look:
    """A state as it is shown: hue, icon and word, never one alone."""

    tone: str
    icon: str
    word: str | Promise


QUEUED = Look(WAIT, "clock", _("Queued"))
SENDING = Look(WORK, "working", _("Sending"))
WORKING = Look(WORK, "working", _("Working"))
SAVING = Look(WORK, "saving", _("Saving"))
READY = Look(DONE, "check", _("Ready"))
REFUSED = Look(TURN, "refused", _("Refused"))
NOT_POSSIBLE = Look(TURN, "failed", _("Not possible"))
FAILED = Look(FAIL, "failed", _("Failed"))
CANCELLED = Look(WAIT, "cancelled", _("Cancelled"))
STAGES = {Stage.SENDING: SENDING, Stage.ACCEPTED: WORKING, Stage.DELIVERED: SAVING, Stage.KEPT: SAVING}


class Card:
    """One generation as its slot shows it."""

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        self.id = f"card-{generation.pk}"

    @property
    def _attempt(self) -> Attempt | None:
        return next(iter(self.generation.attempts.all()), None)

    @property
    def look(self) -> Look:
        match self.generation.state:
            case State.QUEUED:
                return QUEUED
            case State.RUNNING:
                return STAGES.get(Stage(self._attempt.stage), SENDING) if self._attempt else SENDING
            case State.SUCCEEDED:
                return READY
            case State.CANCELLED:
                return CANCELLED
        if self.generation.fault == faults.Kind.REFUSED:
            return REFUSED
        return NOT_POSSIBLE if self.generation.fault in YOUR_TURN else FAILED

    @property
    def ratio(self) -> str:
        """The shape of its place from the first paint, so that nothing jumps when the picture comes."""
        return shape(self.generation.job.brief())

    @property
    def percent(self) -> int | None:
        """How far the provider says it is, only where it said so and still works."""
        return self._attempt.percent if self.look is WORKING and self._attempt else None

    @property
    def sentence(self) -> str:
        if self.generation.state == State.FAILED:
            return sentences.fault(self.generation.fault, self.generation.fault_code)
        return ""

    @property
    def credits(self) -> str:
        if self.generation.is_over:
            return sentences.credits_settled(self.generation.held, self.generation.charged or 0)
        return sentences.credits_held(self.generation.held)

    @property
    def since(self) -> datetime | None:
        """When the wait began, while it lasts."""
        return None if self.generation.is_over else self.generation.created

    @property
    def took(self) -> timedelta | None:
        ended = self.generation.ended
        return ended - self.generation.created if ended else None

    @property
    def asset(self) -> Asset | None:
        return self.generation.asset

    @property
    def stamp(self) -> str:
        """Changes whenever anything that the card shows does."""
        stage = self._attempt.stage if self._attempt else ""
        return f"{self.generation.pk} {self.generation.state} {stage} {self.percent}"


class Group:
    """One job with its cards, as the feed shows it."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.id = f"job-{job.pk}"

    @cached_property
    def cards(self) -> list[Card]:
        return [Card(generation) for generation in self.job.generations.all()]

    @cached_property
    def brief(self) -> Brief:
        return self.job.brief()

    @property
    def ratio(self) -> str:
        return shape(self.brief)

    @property
    def references(self) -> list[Asset]:
        return [place.asset for place in self.job.jobreference_set.all()]


def shape(brief: Brief) -> str:
    pixels = parse(brief.size)
    if pixels:
        return ratio_of(pixels)
    return brief.ratio if brief.ratio != AUTO else "1:1"


def with_cards(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Everything that a group shows, in a fixed number of queries."""
    return jobs.select_related("image_model", "member__user").prefetch_related(
        Prefetch("generations", Generation.objects.order_by("position").select_related("asset")),
        Prefetch("generations__attempts", _attempts()),
        "jobreference_set__asset",
    )


def seen(generations: QuerySet[Generation]) -> QuerySet[Generation]:
    """Generations with everything that a lone card shows."""
    return generations.select_related("asset", "job__image_model").prefetch_related(Prefetch("attempts", _attempts()))


def _attempts() -> QuerySet[Attempt]:
    """Newest first, without the raw answers, which no page shows."""
    return Attempt.objects.order_by("-sent").only("generation_id", "stage", "percent", "sent")


def groups(jobs: Iterable[Job]) -> list[Group]:
    return [Group(job) for job in jobs]
