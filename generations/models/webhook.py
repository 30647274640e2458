"""Where a team wants to be told what became of its jobs, and each event on its way there."""

import uuid
from datetime import datetime, timedelta
from typing import Any, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Member, Team
from generations.models.job import Job
from generations.sealing import seal, unseal

OVERLAP = timedelta(hours=24)
"""How long the former secret still signs beside a new one."""


class Event(models.TextChoices):
    """What can be told. The value is the `type` that receivers see."""

    SUCCEEDED = "job.succeeded", _("A job has ended with a picture")
    FAILED = "job.failed", _("A job has ended without one")
    CANCELLED = "job.cancelled", _("A job was cancelled")
    TEST = "webhook.test", _("Test")


CHOSEN = [(event.value, event.label) for event in (Event.SUCCEEDED, Event.FAILED, Event.CANCELLED)]
"""The events that a webhook may ask for."""


class Off(models.TextChoices):
    """Why a webhook is told nothing."""

    HAND = "hand", _("Switched off")
    GONE = "gone", _("The receiver is gone")
    FAILING = "failing", _("It only failed")


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def for_team(self, team: Team) -> Self:
        return self.filter(team=team)

    def on(self) -> Self:
        return self.filter(disabled__isnull=True)


class Webhook(models.Model):
    """An address that a team is told at. Its secret is sealed at rest, and shown only when it is made."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.PROTECT, related_name="webhooks", verbose_name=_("team"))
    member = models.ForeignKey(Member, models.PROTECT, related_name="webhooks", verbose_name=_("made by"))
    url = models.CharField(_("address"), max_length=2000)
    events = models.JSONField(_("events"), default=list)
    sealed_secret = models.TextField(editable=False)
    sealed_former = models.TextField(blank=True, editable=False)
    former_until = models.DateTimeField(_("former secret signs until"), null=True, blank=True, editable=False)
    disabled = models.DateTimeField(_("off since"), null=True, blank=True, editable=False)
    disabled_for = models.CharField(_("off because"), max_length=8, blank=True, choices=Off, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True, editable=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ("created", "pk")

    def __str__(self) -> str:
        return self.url

    @property
    def is_on(self) -> bool:
        return self.disabled is None

    @property
    def secret(self) -> str:
        """The secret in the clear. Raises Unsealable."""
        return unseal(self.sealed_secret)

    @secret.setter
    def secret(self, plain: str) -> None:
        self.sealed_secret = seal(plain)

    def secrets(self, now: datetime) -> list[str]:
        """Those that sign now, the current one first. Raises Unsealable."""
        is_overlapping = self.former_until is not None and now < self.former_until
        return [self.secret, *([unseal(self.sealed_former)] if is_overlapping else [])]


class Way(models.TextChoices):
    """How far a delivery has come."""

    WAITING = "waiting", _("On its way")
    TAKEN = "taken", _("Delivered")
    GIVEN_UP = "given_up", _("Given up")


class Reply(models.TextChoices):
    """What came of one try. Whatever forbids an address is told in the same words."""

    TAKEN = "taken", _("Delivered")
    STATUS = "status", _("The answer was not a 2xx")
    REDIRECT = "redirect", _("The answer leads elsewhere; it is not followed")
    GONE = "gone", _("The receiver says that it is gone for good")
    SLOW = "slow", _("No answer within 15 seconds")
    UNREACHABLE = "unreachable", _("Nobody could be reached")
    ADDRESS = "address", _("This address cannot be used")
    SEALED = "sealed", _("The secret cannot be read any more; make a new one")
    OURS = "ours", _("The studio could not write it")
    OFF = "off", _("The webhook was switched off")

    def noted(self, now: datetime, status: int | None = None) -> dict[str, Any]:
        """This reply as a line of a delivery's log."""
        return {"at": now.isoformat(), "status": status, "reply": self.value}


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self) -> Self:
        """Waiting, due, and under nobody's live lease. Asks only for its own columns, so that an UPDATE is guarded."""
        now = timezone.now()
        free = models.Q(lease_until__isnull=True) | models.Q(lease_until__lt=now)
        return self.filter(free, state=Way.WAITING, due_at__lte=now)

    def heard(self) -> Self:
        """Those of call-backs, and of webhooks that are on."""
        return self.filter(models.Q(webhook__isnull=True) | models.Q(webhook__disabled__isnull=True))

    def over_since(self, moment: datetime) -> Self:
        """What has arrived or was given up, and was last tried before that moment. Nothing is over untried."""
        return self.exclude(state=Way.WAITING).filter(tried__lt=moment)

    def under_way(self) -> Self:
        return self.filter(state=Way.WAITING, lease_until__gt=timezone.now())

    def held(self, pk: uuid.UUID, lease: str) -> Self:
        """The delivery, while `lease` is still the last one taken on it."""
        return self.filter(pk=pk, lease=lease)


class Delivery(models.Model):
    """One event on its way to one address: a webhook, or the call-back that a job came with. Its id never changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, models.PROTECT, related_name="deliveries", verbose_name=_("team"))
    webhook = models.ForeignKey(
        Webhook, models.CASCADE, null=True, blank=True, related_name="deliveries", verbose_name=_("webhook")
    )
    job = models.ForeignKey(
        Job, models.PROTECT, null=True, blank=True, related_name="deliveries", verbose_name=_("job")
    )
    event = models.CharField(_("event"), max_length=16, choices=Event, editable=False)
    body = models.TextField(_("body"), blank=True, editable=False, help_text=_("A call-back's is written when sent."))
    state = models.CharField(_("state"), max_length=8, choices=Way, default=Way.WAITING, editable=False)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0, editable=False)
    due_at = models.DateTimeField(_("not before"), default=timezone.now, editable=False)
    lease = models.CharField(max_length=32, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    tried = models.DateTimeField(_("last try"), null=True, editable=False)
    status = models.PositiveSmallIntegerField(_("status"), null=True, editable=False)
    reply = models.CharField(_("reply"), max_length=12, blank=True, choices=Reply, editable=False)
    log = models.JSONField(_("last tries"), default=list, editable=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ("-created",)
        indexes = (
            # What is on its way; nearly all rows have arrived and stay out of it.
            models.Index(fields=("due_at",), name="delivery_due", condition=models.Q(state="waiting")),
            models.Index(fields=("webhook", "-tried"), name="delivery_log"),
            models.Index(fields=("webhook", "-created", "-id"), name="delivery_list"),
            # The longest untried first: what is to be cleared away.
            models.Index(fields=("tried",), name="delivery_over"),
        )
        constraints = (
            models.UniqueConstraint(fields=("job", "webhook"), name="delivery_once_per_webhook"),
            models.UniqueConstraint(
                fields=("job",), name="delivery_once_per_call_back", condition=models.Q(webhook__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.event_id}: {self.event}"

    @property
    def event_id(self) -> str:
        """What receivers know the event by: the same at every try."""
        return f"evt_{self.pk.hex}"
