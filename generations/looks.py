"""How does a state look? A hue, an icon and a word, never one alone."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from generations.models import Stage
from generations.standing import Condition

WAIT, WORK, DONE, TURN, FAIL = "wait", "work", "done", "turn", "fail"


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
SLOW = Look(TURN, "slow", _("Slower than usual"))
ASKED = Look(WAIT, "cancelled", _("Asked to cancel"))
READY = Look(DONE, "check", _("Ready"))
LATE = Look(DONE, "late", _("Came late"))
REFUSED = Look(TURN, "refused", _("Refused"))
NOT_POSSIBLE = Look(TURN, "failed", _("Not possible"))
FAILED = Look(FAIL, "failed", _("Failed"))
CANCELLED = Look(WAIT, "cancelled", _("Cancelled"))
STAGES = {
    Stage.SENDING: SENDING,
    Stage.ACCEPTED: WORKING,
    Stage.UNKNOWN: WORKING,
    Stage.DELIVERED: SAVING,
    Stage.KEPT: SAVING,
}
CONDITIONS = {
    Condition.WELL: Look(DONE, "check", Condition.WELL.label),
    Condition.SLOW: Look(TURN, "slow", Condition.SLOW.label),
    Condition.TROUBLE: Look(FAIL, "failed", Condition.TROUBLE.label),
    Condition.UNAVAILABLE: Look(WAIT, "cancelled", Condition.UNAVAILABLE.label),
}
