"""What does a person see of a generation? Its state in word, icon and hue, its clock, and what its credits did."""

import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from accounts.models import Member
from generations import faults, intake, pricing, sentences, standing
from generations.brief import Brief
from generations.looks import (
    ASKED,
    CANCELLED,
    FAILED,
    LATE,
    NOT_POSSIBLE,
    QUEUED,
    READY,
    REFUSED,
    SAVING,
    SENDING,
    SLOW,
    STAGES,
    Look,
)
from generations.models import Asset, Attempt, Generation, Job, Stage, State
from generations.sizes import AUTO, parse, ratio_of

PATIENCE = timedelta(seconds=15)
"""No wait is called long before this, however quick the image model usually is."""
YOUR_TURN = frozenset({faults.Kind.REFUSED, faults.Kind.INVALID, faults.Kind.UNSUPPORTED})
"""Faults that the person who asked can do something about."""
WITHOUT_PICTURE = (State.FAILED, State.CANCELLED)


class Card:
    """One generation as its slot shows it.

    What it cannot know of itself is told to it: how long one like it usually takes, and the job that began it anew.
    """

    def __init__(self, generation: Generation, usual: timedelta | None = None, anew: uuid.UUID | None = None) -> None:
        self.generation = generation
        self.id = f"card-{generation.pk}"
        self.usual = usual
        self.anew = anew

    @property
    def _attempt(self) -> Attempt | None:
        return next(iter(self.generation.attempts.all()), None)

    @property
    def look(self) -> Look:
        if self.is_late:
            return LATE
        match self.generation.state:
            case State.QUEUED:
                return QUEUED
            case State.RUNNING:
                return self._look_of_running
            case State.SUCCEEDED:
                return READY
            case State.CANCELLED:
                return CANCELLED
        if self.generation.fault == faults.Kind.REFUSED:
            return REFUSED
        return NOT_POSSIBLE if self.generation.fault in YOUR_TURN else FAILED

    @property
    def _look_of_running(self) -> Look:
        if self.generation.cancel_asked:
            return ASKED
        look = STAGES.get(Stage(self._attempt.stage), SENDING) if self._attempt else SENDING
        return SLOW if self.is_slow and look is not SAVING else look

    @property
    def is_late(self) -> bool:
        """The picture came when the wait for it had ended and its credits were back."""
        return self.generation.state in WITHOUT_PICTURE and self.generation.asset_id is not None

    @property
    def is_slow(self) -> bool:
        """Whether a provider has had it for more than twice as long as usual."""
        if self.generation.state != State.RUNNING or self.usual is None:
            return False
        return timezone.now() - self.generation.created > max(2 * self.usual, PATIENCE)

    @property
    def is_sent(self) -> bool:
        return self.generation.state == State.RUNNING

    @property
    def can_be_cancelled(self) -> bool:
        return not self.generation.is_over and not self.generation.cancel_asked

    @property
    def can_be_retried(self) -> bool:
        came_not = self.generation.state in WITHOUT_PICTURE and self.generation.asset_id is None
        return came_not and self.generation.job.image_model.is_enabled

    @property
    def ratio(self) -> str:
        """The shape of its place from the first paint, so that nothing jumps when the picture comes."""
        return shape(self.generation.job.brief())

    @property
    def percent(self) -> int | None:
        """How far the provider says it is, only where it said so and still works."""
        is_at_work = self._attempt and self._attempt.stage == Stage.ACCEPTED
        return self._attempt.percent if is_at_work and self.is_sent and self._attempt else None

    @property
    def note(self) -> str:
        """What there is to say of a wait."""
        if self.generation.is_over:
            return ""
        if self.generation.cancel_asked:
            return self.cost_of_cancelling
        tries = len(self.generation.attempts.all())
        if not self.is_sent:
            return sentences.wait("queued" if not tries else "again")
        if self._attempt and self._attempt.stage == Stage.UNKNOWN:
            return sentences.wait("unknown")
        return sentences.wait("slow") if self.look is SLOW else sentences.wait("anew") if tries > 1 else ""

    @property
    def remark(self) -> str:
        """What there is to say of a picture that came."""
        unseen = max((attempt.result.get("unseen", 0) for attempt in self.generation.attempts.all()), default=0)
        return sentences.unseen(unseen) if unseen and self.asset else ""

    @property
    def sentence(self) -> str:
        """Why no picture came."""
        if self.generation.state == State.FAILED:
            return sentences.fault(self.generation.fault, self.generation.fault_code)
        return ""

    @property
    def credits(self) -> str:
        if self.is_late:
            return sentences.kept_late()
        if self.generation.is_over:
            return sentences.credits_settled(self.generation.held, self.generation.charged or 0)
        return sentences.credits_held(self.generation.held)

    @property
    def price(self) -> int | None:
        """What another picture of the same brief costs today. None where the tariff has no such line any more."""
        brief = self.generation.job.brief()
        try:
            return pricing.price(self.generation.job.image_model.tariff, brief.tier, brief.quality)
        except pricing.Unpriced:
            return None

    @property
    def cost_of_cancelling(self) -> str:
        return sentences.cost_of_cancelling(self.generation.held)

    @property
    def is_watched(self) -> bool:
        """Whether a provider is still asked for the picture, though nobody waits for it any more."""
        now = timezone.now()
        return any(each.watch_until and each.watch_until > now for each in self.generation.attempts.all())

    @property
    def cost_of_retrying(self) -> str:
        return sentences.cost_of_retrying(self.price, may_still_come=self.is_watched)

    @property
    def since(self) -> datetime | None:
        """When the wait began, while it lasts."""
        return None if self.generation.is_over else self.generation.created

    @property
    def came(self) -> datetime | None:
        """When the last of it came: its end, or the picture after it."""
        return self.generation.asset.created if self.is_late and self.generation.asset else self.generation.ended

    @property
    def took(self) -> timedelta | None:
        return self.came - self.generation.created if self.came else None

    @property
    def asset(self) -> Asset | None:
        return self.generation.asset

    @property
    def stamp(self) -> str:
        """Changes whenever anything that the card shows does."""
        stage = self._attempt.stage if self._attempt else ""
        shown = (self.generation.state, self.look.icon, stage, self.percent, self.note, self.anew)
        return f"{self.generation.pk} {shown}"


class Group:
    """One job with its cards, as the feed shows it."""

    def __init__(self, job: Job, cards: list[Card]) -> None:
        self.job = job
        self.id = f"job-{job.pk}"
        self.cards = cards

    @property
    def cancellable(self) -> list[Card]:
        return [card for card in self.cards if card.can_be_cancelled]

    @property
    def is_sent(self) -> bool:
        """Whether a provider is working on any of what could be cancelled."""
        return any(card.is_sent for card in self.cancellable)

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


def cards(generations: Iterable[Generation], member: Member) -> list[Card]:
    """Generations as this member sees them: at most two queries more, however many they are."""
    shown = list(generations)
    usual = usual_times() if any(each.state == State.RUNNING for each in shown) else {}
    anew = _begun_anew(member, shown)
    return [Card(each, usual.get(each.job.image_model_id), anew.get(intake.retry_key(each))) for each in shown]


def _begun_anew(member: Member, generations: list[Generation]) -> dict[str, uuid.UUID]:
    keys = [intake.retry_key(each) for each in generations if each.state in WITHOUT_PICTURE]
    if not keys:
        return {}
    return dict(Job.objects.filter(member=member, origin=intake.STUDIO, key__in=keys).values_list("key", "pk"))


def groups(jobs: Iterable[Job], member: Member) -> list[Group]:
    shown = list(jobs)
    drawn = cards((generation for job in shown for generation in job.generations.all()), member)
    return [Group(job, [card for card in drawn if card.generation.job_id == job.pk]) for job in shown]


def usual_times() -> dict[int, timedelta]:
    """The median wait of the last hour for each image model that made something in it."""
    return {each.image_model.pk: each.median for each in standing.standings() if each.median}


def with_cards(jobs: QuerySet[Job]) -> QuerySet[Job]:
    """Everything that a group shows, in a fixed number of queries."""
    return jobs.select_related("image_model", "member__user").prefetch_related(
        Prefetch("generations", Generation.objects.order_by("position").select_related("asset")),
        Prefetch("generations__attempts", _attempts()),
        "image_model__prices",
        "jobreference_set__asset",
    )


def seen(generations: QuerySet[Generation]) -> QuerySet[Generation]:
    """Generations with everything that a lone card shows."""
    shown = generations.select_related("asset", "job__image_model")
    return shown.prefetch_related(Prefetch("attempts", _attempts()), "job__image_model__prices")


def _attempts() -> QuerySet[Attempt]:
    """Newest first, without the raw answers, which no page shows."""
    return Attempt.objects.order_by("-sent").only("generation_id", "stage", "percent", "sent", "result", "watch_until")
