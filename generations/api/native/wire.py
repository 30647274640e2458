"""The words of the native API: the house's own, and one shape for whatever goes wrong.

    {"error": {"code": …, "message": …, "field": …}}

`code` is stable and made for programs, `message` is one sentence for people, and `field` is where the fault lies as
the caller wrote it (`references[0]`), or null.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from generations.api.native.asked import Wished
from generations.dialects.serving import Answer, Refusal, Refused, Said, Why, Wish

STATUSES: Final[Mapping[Why, int]] = {
    Why.NOT_READ: 400,
    Why.NO_KEY: 401,
    Why.BAD_KEY: 401,
    Why.NO_CREDIT: 402,
    Why.FORBIDDEN: 403,
    Why.NO_PLACE: 404,
    Why.NO_TASK: 404,
    Why.NO_METHOD: 405,
    Why.TOO_MANY: 409,  # unlike too often it has no time: there is room again when a picture has ended
    Why.CANCELLED: 409,
    Why.TOO_LARGE: 413,
    Why.NO_MODEL: 422,
    Why.MISSING: 422,
    Why.INVALID: 422,
    Why.OTHER_WISH: 422,  # as the IETF draft on the Idempotency-Key header has it
    Why.REFUSED: 422,
    Why.TOO_OFTEN: 429,
    Why.BROKEN: 500,
    Why.FAILED: 500,
    Why.STOPPING: 503,  # nobody waits in this API
}
LONGEST_NAME = 80
"""Characters of a field's name that are said back to whoever made it up."""

_MISSING, _UNKNOWN = "missing", "extra_forbidden"
"""Pydantic's names for what is wrong, https://docs.pydantic.dev/latest/errors/validation_errors/"""


class Native:
    """The wire of `/api/studio/v1`."""

    name = "native"

    def listen(self, said: Said) -> Wish:
        """What a body asks for, with the thirty sizes for ratios and tiers. Raises Refused at the first wrong field."""
        try:
            return Wished.model_validate(said.fields).wish()
        except ValidationError as wrong:
            raise Refused.by(first_wrong(wrong.errors())) from wrong

    def refuse(self, refusal: Refusal) -> Answer:
        error = {"code": str(refusal.why), "message": refusal.message, "field": refusal.field or None}
        status = STATUSES[refusal.why]
        return Answer(status, {"error": error}, {"WWW-Authenticate": "Bearer"} if status == 401 else {})


WIRE = Native()


def first_wrong(errors: Sequence[Any], outside: int = 0) -> Refusal:
    """The first of pydantic's complaints, said as a refusal. `outside`: names that stand around the caller's own."""
    wrong = errors[0]
    field = _path(wrong["loc"][outside:])
    if wrong["type"] == _UNKNOWN:
        return Refusal(Why.INVALID, f"'{field}' is not known here.", field)
    if wrong["type"] == _MISSING:
        return Refusal(Why.MISSING, f"'{field}' is missing.", field)
    return Refusal(Why.INVALID, f"'{field}': {wrong['msg']}.", field)


def _path(names: Sequence[str | int]) -> str:
    """`references[0]`, as the caller would write it."""
    said = "".join(f"[{name}]" if isinstance(name, int) else f".{name}" for name in names)
    return said.removeprefix(".")[:LONGEST_NAME]
