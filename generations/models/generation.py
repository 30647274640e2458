"""One picture being made, and the only ways in which its state may change."""

import uuid
from functools import partial
from typing import Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Member, Team
from generations import faults
from generations.models.asset import Asset
from generations.models.job import Job
from gptstudio.statements import Given, Statement


class State(models.TextChoices):
    """Where a generation stands."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Ready")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


MOVES: dict[State, tuple[State, ...]] = {
    State.QUEUED: (State.RUNNING,),
    State.RUNNING: (State.QUEUED,),
    State.SUCCEEDED: (State.RUNNING,),
    State.FAILED: (State.QUEUED, State.RUNNING),
    State.CANCELLED: (State.QUEUED, State.RUNNING),
}
"""Each state, and the states from which it may be reached."""

ALIVE = (State.QUEUED, State.RUNNING)
ENDED = (State.SUCCEEDED, State.FAILED, State.CANCELLED)


class GenerationQuerySet(models.QuerySet["Generation"]):
    def for_team(self, team: Team) -> Self:
        return self.filter(job__team=team)

    def under_way(self) -> Self:
        return self.filter(state__in=ALIVE)

    def move(self, pk: uuid.UUID, to: State, **changes: Any) -> bool:
        """Make one move if the table of moves allows it from where the row stands. True for the one who made it.

        Nothing goes back to the queue that somebody has asked to cancel.
        """
        if self.query.where:
            raise TypeError("a move is of the one row that is named; what was filtered before would be dropped")
        return MOVABLE[to].update({"state": to, "changed": timezone.now(), **changes}, pk=pk) == 1


class Generation(models.Model):
    """One picture being made: its state, its hold, its attempts, its asset."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey(Job, models.PROTECT, related_name="generations", verbose_name=_("job"))
    member = models.ForeignKey(Member, models.PROTECT, related_name="generations", verbose_name=_("member"))
    position = models.PositiveSmallIntegerField(_("position"))
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.QUEUED, editable=False)
    held = models.PositiveIntegerField(_("held"), help_text=_("Credits set aside when it was submitted."))
    charged = models.PositiveIntegerField(_("charged"), null=True, help_text=_("Credits taken when it ended."))
    asset = models.OneToOneField(
        Asset, models.PROTECT, null=True, blank=True, related_name="generation", verbose_name=_("asset")
    )
    fault = models.CharField(_("fault"), max_length=16, blank=True, choices=[(kind, kind) for kind in faults.Kind])
    fault_code = models.CharField(_("reason"), max_length=40, blank=True)
    due_at = models.DateTimeField(_("not before"), default=timezone.now, editable=False)
    ring_at = models.DateTimeField(_("ring again at"), default=timezone.now, editable=False)
    rings = models.PositiveSmallIntegerField(default=0, editable=False)
    cancel_asked = models.DateTimeField(_("asked to cancel"), null=True, blank=True, editable=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)
    started = models.DateTimeField(_("started"), null=True, blank=True)
    changed = models.DateTimeField(_("changed"), default=timezone.now, editable=False)
    ended = models.DateTimeField(_("ended"), null=True, blank=True)

    objects = GenerationQuerySet.as_manager()

    class Meta:
        verbose_name = _("generation")
        verbose_name_plural = _("generations")
        ordering = ("job", "position")
        indexes = (
            # The sweep looks for what is queued and due; finished rows, nearly all of them, stay out of it.
            models.Index(fields=("ring_at",), name="generation_due", condition=models.Q(state="queued")),
            # Whose turn is next asks for a member's oldest one; the limit of a team asks how many are under way.
            models.Index(fields=("member", "due_at"), name="generation_turn", condition=models.Q(state="queued")),
            models.Index(
                fields=("member",), name="generation_active", condition=models.Q(state__in=("queued", "running"))
            ),
            # How the last hour went.
            models.Index(fields=("ended",), name="generation_failed", condition=models.Q(state="failed")),
            # A page asks which of its cards have changed since it last looked.
            models.Index(fields=("job", "changed"), name="generation_changed"),
        )
        constraints = (models.UniqueConstraint(fields=("job", "position"), name="generation_place_once"),)

    def __str__(self) -> str:
        return f"{self.pk}: {self.state}"

    @property
    def is_over(self) -> bool:
        return self.state in ENDED


def _movable(to: State) -> GenerationQuerySet:
    movable = Generation.objects.filter(pk=Given("pk"), state__in=MOVES[to])
    return movable.filter(cancel_asked__isnull=True) if to == State.QUEUED else movable


MOVABLE = {to: Statement(partial(_movable, to)) for to in State}
"""Each state, and one generation that may reach it from where it stands."""


class Turn(models.Model):
    """When a member's generation was last begun: who has waited longest is next."""

    member = models.OneToOneField(Member, models.CASCADE, primary_key=True, related_name="turn")
    last = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("turn")
        verbose_name_plural = _("turns")

    def __str__(self) -> str:
        return f"{self.member_id}: {self.last:%H:%M:%S}"
