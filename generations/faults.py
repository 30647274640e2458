"""Why no picture came. One small vocabulary for every provider, whatever words its wire uses."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a fault means for the generation, for the provider and for the next route."""

    REFUSED = "refused"
    """The content policy said no. An answer: no retry, no other provider."""
    INVALID = "invalid"
    """The provider cannot take this brief as it stands. Asking again changes nothing."""
    UNSUPPORTED = "unsupported"
    """The wire has no words for this brief. Nothing was sent; another route may have them."""
    DENIED = "denied"
    """Our key or our money is not accepted there. The operator must act; another route may serve."""
    BUSY = "busy"
    """The provider took nothing on and told us to come back."""
    NOT_STARTED = "not_started"
    """No byte of the call left this machine, or the provider proved that it began nothing."""
    BROKEN = "broken"
    """The provider took the work on and then said, in words we can read, that it failed."""
    UNKNOWN = "unknown"
    """A byte left and no verdict came. Possibly made, possibly billed: never sent again."""
    GARBLED = "garbled"
    """A verdict came that we cannot read: HTML, junk, or success without a picture."""


COMES_BACK = frozenset({Kind.NOT_STARTED, Kind.BUSY})
"""Nothing began: the same route may be asked again after a pause."""

MOVES_ON = frozenset({Kind.NOT_STARTED, Kind.BUSY, Kind.DENIED, Kind.UNSUPPORTED})
"""Nothing began, proven: another route may be asked."""

IN_DOUBT = frozenset({Kind.UNKNOWN, Kind.GARBLED})
"""The upstream may have billed us: the cost is booked as lost until somebody knows better."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One failed answer, read. `message` is the provider's own text, for the admin's eyes only."""

    kind: Kind
    message: str = ""
    code: str = ""
    status: int | None = None
    retry_after: float | None = None
    """Seconds the provider asked us to wait, where it did."""
