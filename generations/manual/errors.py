"""What can go wrong on a wire, read off the wire itself: its `refuse` is asked about each reason."""

import json
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from generations.dialects import AT_ONCE
from generations.dialects.serving import Refusal, Why
from generations.scripts import SERVED

WHEN: dict[Why, str | Promise] = {
    Why.NO_KEY: _("The call carries no key."),
    Why.BAD_KEY: _("The key is not known here, is revoked, or has expired."),
    Why.FORBIDDEN: _("The key, or the member whose key it is, may not do this."),
    Why.NOT_READ: _("The body cannot be read."),
    Why.TOO_LARGE: _("The body is too large."),
    Why.NO_PLACE: _("There is nothing at this address."),
    Why.NO_METHOD: _("The address does not take this method."),
    Why.NO_TASK: _("Your team has nothing of this name."),
    Why.NO_MODEL: _("No such image model is offered."),
    Why.MISSING: _("A field that is needed is missing or empty."),
    Why.INVALID: _("A field holds what it cannot hold."),
    Why.NO_CREDIT: _("The pool has too few credits, or a cap is reached."),
    Why.TOO_OFTEN: _("Too many calls. Retry-After says when there is room again."),
    Why.TOO_MANY: _("Too many pictures of your team are under way."),
    Why.OTHER_WISH: _("The idempotency key was used for another call."),
    Why.BROKEN: _("Something went wrong on our side."),
    Why.REFUSED: _("The content policy said no."),
    Why.FAILED: _("The work was begun, and no picture came."),
    Why.CANCELLED: _("The job was cancelled."),
    Why.STOPPING: _("The server stops while you wait. The picture goes on, and the same call finds it."),
}
AFTERWARDS = (Why.REFUSED, Why.FAILED, Why.CANCELLED)
"""Known only when the job is over."""
WAITING = (*AFTERWARDS, Why.STOPPING)
"""Told only to those who wait for their picture."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One way in which a call fails: the wire's words for it, and when it happens."""

    status: int
    code: str
    when: str | Promise


def errors(dialect: str) -> list[Wrong]:
    """How each refused call is answered. Where one call waits for its picture, that none came is among them."""
    whys = [why for why in WHEN if dialect in AT_ONCE or why not in WAITING]
    return sorted((_wrong(dialect, why) for why in whys), key=lambda wrong: wrong.status)


def ends(dialect: str) -> list[Wrong]:
    """How a task says why it has no picture, where tasks are asked for."""
    return [] if dialect in AT_ONCE else [_wrong(dialect, why) for why in (Why.INVALID, *AFTERWARDS)]


def shape_of_an_error(dialect: str) -> str:
    """The body of a refused call, as an example."""
    refusal = Refusal(Why.INVALID, "'size' cannot be '12'.", "size")
    return json.dumps(SERVED[dialect].refuse(refusal).body, ensure_ascii=False, indent=2)


def _wrong(dialect: str, why: Why) -> Wrong:
    answer = SERVED[dialect].refuse(Refusal(why, ""))
    told = answer.body.get("error")
    code = told["code"] or "null" if told else answer.body["msg"] or str(answer.status)
    return Wrong(answer.status, code, WHEN[why])
