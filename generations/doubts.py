"""Did the provider bill that? Calls that were possibly paid for nothing, and what a person found out about them."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from generations.faults import Kind
from generations.models import Attempt, Stage


class Why(TextChoices):
    """What makes a call doubtful."""

    WAITING = "waiting", _("No answer yet")
    COMING = "coming", _("Its picture has come late")
    NO_ANSWER = "no_answer", _("The line broke before an answer came")
    DEADLINE = "deadline", _("Accepted, and no verdict before the deadline")
    UNREADABLE = "unreadable", _("Its answer could not be read")
    NOT_KEPT = "not_kept", _("A picture was made, and could not be brought home")


def why(attempt: Attempt) -> Why:
    """Why an unresolved attempt is in doubt."""
    if attempt.ended is None:
        return Why.WAITING
    if attempt.stage == Stage.DELIVERED:
        return Why.COMING
    if attempt.result.keys() & {"url", "staged"}:
        return Why.NOT_KEPT
    if attempt.fault == Kind.GARBLED:
        return Why.UNREADABLE
    return Why.DEADLINE if attempt.upstream_id else Why.NO_ANSWER


SETTLED_BY_HAND = (Stage.FAILED, Stage.UNKNOWN)


def is_decidable(attempt: Attempt) -> bool:
    """Whether a person may settle an unresolved attempt: nobody waits for it any more, and no picture is on its way."""
    return attempt.stage in SETTLED_BY_HAND and attempt.ended is not None


def decidable() -> QuerySet[Attempt]:
    """Those that a person may settle."""
    return Attempt.objects.unresolved().filter(stage__in=SETTLED_BY_HAND, ended__isnull=False)


def settle(chosen: Collection[UUID], by: User, *, billed: bool) -> list[Attempt]:
    """Write down what a person found out: the call was billed and is lost, or it was not and cost nothing.

    Returns the attempts this settled, as they stood before. One that another person was quicker to settle is not among
    them, nor is one whose picture came after all.
    """
    verdict = {"checked": timezone.now(), "checked_by": by}
    nothing = {} if billed else {"cost": 0, "is_lost": False}
    with transaction.atomic():
        found = list(decidable().filter(pk__in=chosen).select_for_update().defer("raw"))
        decidable().filter(pk__in=[attempt.pk for attempt in found]).update(**verdict, **nothing)
    return found
