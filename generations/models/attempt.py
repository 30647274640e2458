"""One paid call of one provider for one generation: the intent, the upstream id, the outcome, what it cost us."""

import uuid
from datetime import timedelta
from typing import Any, NamedTuple, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from generations import faults
from generations.models.generation import Generation
from generations.models.provider import Provider, Route
from gptstudio.statements import Given, Statement


class Stage(models.TextChoices):
    """How far an attempt has come. `sending` is written before a byte leaves."""

    SENDING = "sending", _("Sending")
    ACCEPTED = "accepted", _("Accepted")
    DELIVERED = "delivered", _("Delivered")
    KEPT = "kept", _("Kept")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("Unknown")


UNRESOLVED = models.Q(is_lost=True, checked__isnull=True) & ~models.Q(stage=Stage.KEPT)


class Held(NamedTuple):
    """An attempt as its holder may change it."""

    pk: uuid.UUID
    lease: str

    def update(self, **changes: Any) -> int:
        """1 where the lease still holds, else 0."""
        return HELD.update(changes, pk=self.pk, lease=self.lease)


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def due(self, stage: Stage, ahead: timedelta = timedelta()) -> Self:
        """Waiting in `stage`, due by now or `ahead`, and under nobody's live lease; the most overdue first."""
        now = timezone.now()
        free = models.Q(lease_until__isnull=True) | models.Q(lease_until__lt=now)
        return self.filter(free, stage=stage, due_at__lte=now + ahead).order_by("due_at")

    def abandoned(self) -> Self:
        """Sending under a lease that nobody renews: the worker is gone, and so is the answer."""
        return self.filter(stage=Stage.SENDING, lease_until__lt=timezone.now())

    def held(self, pk: uuid.UUID, lease: str) -> "Held":
        """The attempt, while `lease` is still the last one taken on it. A worker that was frozen finds nothing."""
        return Held(pk, lease)

    def at_work(self) -> Self:
        """What providers are working on as far as we know. Each is a place of its provider's limit."""
        return self.filter(stage__in=(Stage.SENDING, Stage.ACCEPTED))

    def watched(self) -> Self:
        """Given up and due to be asked for once more: the picture may come late. The most overdue first."""
        now = timezone.now()
        free = models.Q(lease_until__isnull=True) | models.Q(lease_until__lt=now)
        return self.filter(free, stage=Stage.UNKNOWN, watch_until__isnull=False, due_at__lte=now).order_by("due_at")

    def in_doubt(self) -> Self:
        """Unknown and past their deadline, with a generation that still waits for a verdict."""
        return self.filter(stage=Stage.UNKNOWN, ended__isnull=True, deadline__lt=timezone.now())

    def unresolved(self) -> Self:
        """Possibly paid for nothing, and no person has looked into it. What was kept late is paid for, not in doubt."""
        return self.filter(UNRESOLVED)


class Attempt(models.Model):
    """One call that may cost money, written down before it is made and never made twice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    generation = models.ForeignKey(Generation, models.PROTECT, related_name="attempts", verbose_name=_("generation"))
    provider = models.ForeignKey(Provider, models.PROTECT, related_name="attempts", verbose_name=_("provider"))
    route = models.ForeignKey(Route, models.SET_NULL, null=True, related_name="attempts", verbose_name=_("route"))
    stage = models.CharField(_("stage"), max_length=9, choices=Stage, default=Stage.SENDING, editable=False)
    upstream_name = models.CharField(_("upstream name"), max_length=120, editable=False)
    upstream_id = models.TextField(_("upstream id"), blank=True, editable=False)
    percent = models.PositiveSmallIntegerField(_("progress"), null=True, editable=False)
    result = models.JSONField(_("result"), default=dict, editable=False)
    raw = models.TextField(_("raw answer"), blank=True, editable=False)
    fault = models.CharField(_("fault"), max_length=16, blank=True, choices=[(kind, kind) for kind in faults.Kind])
    fault_text = models.TextField(_("what the provider said"), blank=True, editable=False)
    status = models.PositiveSmallIntegerField(_("HTTP status"), null=True, editable=False)
    cost = models.PositiveBigIntegerField(_("cost"), default=0, help_text=_("Micro-dollars."))
    is_lost = models.BooleanField(
        _("lost"), default=False, help_text=_("Paid, or possibly paid, for nothing delivered.")
    )
    due_at = models.DateTimeField(_("due at"), default=timezone.now, editable=False)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0, editable=False)
    stumbles = models.PositiveSmallIntegerField(_("unreadable answers in a row"), default=0, editable=False)
    lease = models.CharField(max_length=32, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    sent = models.DateTimeField(_("sent"), default=timezone.now, editable=False)
    deadline = models.DateTimeField(_("deadline"), editable=False)
    ended = models.DateTimeField(_("ended"), null=True, editable=False)
    watch_until = models.DateTimeField(_("watched until"), null=True, editable=False)
    checked = models.DateTimeField(_("looked into"), null=True, editable=False)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+", verbose_name=_("by")
    )

    objects = AttemptQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        ordering = ("-sent",)
        indexes = (
            # What the sweep and the poller claim from: only the live attempts, by when they are due.
            models.Index(
                fields=("stage", "due_at"), name="attempt_due", condition=models.Q(stage__in=("accepted", "delivered"))
            ),
            # Given up, and still asked for now and then: the picture may come late.
            models.Index(
                fields=("due_at",),
                name="attempt_watched",
                condition=models.Q(stage="unknown", watch_until__isnull=False),
            ),
            # How much a provider is working on at the moment.
            models.Index(
                fields=("provider",), name="attempt_at_once", condition=models.Q(stage__in=("sending", "accepted"))
            ),
            # How a provider has done in the last hour.
            models.Index(fields=("ended",), name="attempt_ended"),
            models.Index(fields=("lease_until",), name="attempt_sending", condition=models.Q(stage="sending")),
            models.Index(
                fields=("deadline",), name="attempt_in_doubt", condition=models.Q(stage="unknown", ended__isnull=True)
            ),
            # What the operator has yet to look into, counted on each page of the desk.
            models.Index(
                fields=("sent",), name="attempt_unresolved", condition=models.Q(is_lost=True, checked__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.pk}: {self.stage}"


HELD = Statement(lambda: Attempt.objects.filter(pk=Given("pk"), lease=Given("lease")))
