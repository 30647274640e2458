"""The shapes of the other direction: what a caller says to us in a wire's words, and what we answer in them.

call ── listen ──▶ Wish ── intake, engine ──▶ Task ── reply ──▶ body
          └── Refused ── refuse ──▶ Answer            (each wire has its own words for the same refusal)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Literal, Protocol

from generations.brief import Brief

AS_URL: Final = "url"
AS_BASE64: Final = "base64"
Form = Literal["url", "base64"]


class Why(StrEnum):
    """Why a call is not taken, or came to nothing. A wire has one answer for each; `refuse` looks it up."""

    NO_KEY = "no_key"
    BAD_KEY = "bad_key"
    FORBIDDEN = "forbidden"
    """The key is good and may not do this: its scopes, its image models, its member's role."""
    NOT_READ = "not_read"
    """The body is not what this wire is written in: no JSON, no object, a form cut short."""
    TOO_LARGE = "too_large"
    NO_PLACE = "no_place"
    """Nothing stands at this address."""
    NO_METHOD = "no_method"
    NO_TASK = "no_task"
    """Unknown, or another team's: the answer is the same."""
    NO_MODEL = "no_model"
    MISSING = "missing"
    INVALID = "invalid"
    NO_CREDIT = "no_credit"
    TOO_OFTEN = "too_often"
    TOO_MANY = "too_many"
    """As many pictures are under way as the team may have."""
    OTHER_WISH = "other_wish"
    """The idempotency key belongs to another wish."""
    REFUSED = "refused"
    """The content policy said no."""
    FAILED = "failed"
    """Taken on, and no picture came."""
    CANCELLED = "cancelled"
    BROKEN = "broken"
    """The trouble is ours."""
    STOPPING = "stopping"
    """The process in which a caller waited stops. The work goes on."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why nothing was done, in the house's words. `message` is one sentence for the caller."""

    why: Why
    message: str
    field: str = ""
    """The field at fault, as the caller wrote it."""
    code: str = ""
    """A finer code, for the wires that have one: OpenAI's names for what is wrong with a field."""
    retry_after: int | None = None
    """Seconds until it is worth trying again."""
    limit: int | None = None
    window: int | None = None
    """Of requests that came too often: how many there may be in how many seconds."""
    tier: str = ""
    """Whose limit that is: the key's, or its team's."""


class Refused(Exception):
    """A call cannot be taken. Nothing was kept of it and nothing is held."""

    def __init__(self, why: Why, message: str, field: str = "", code: str = "") -> None:
        super().__init__(message)
        self.refusal = Refusal(why, message, field, code)

    @classmethod
    def by(cls, refusal: Refusal) -> "Refused":
        made = cls(refusal.why, refusal.message)
        made.refusal = refusal
        return made


@dataclass(frozen=True, slots=True)
class Given:
    """A picture as a caller hands it over: an address, base64 with or without its `data:` head, or a file."""

    text: str = ""
    file: Any = None
    """What the body keeps the file as; a dialect hands it on and never looks inside."""
    field: str = ""
    """Where it stood, to be named when it is no picture."""


@dataclass(frozen=True, slots=True)
class Said:
    """A call's body, read: of JSON its object, of a form its parts, each under its name in the order they came."""

    fields: Mapping[str, Any]
    files: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    is_form: bool = False
    """The values are texts, as a form has no others."""
    is_edit: bool = False
    """It came to the address for edits, on the wires that have one."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What one call asks for. The brief is without its pictures, which nobody has brought yet."""

    brief: Brief
    references: tuple[Given, ...] = ()
    mask: Given | None = None
    count: int = 1
    form: Form = AS_URL
    is_streamed: bool = False
    call_back: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """One picture of a task that has come: where it can be fetched, and what it is."""

    url: str
    media_type: str
    size: str
    """`WxH` in pixels."""
    background: str = ""
    quality: str = ""
    revised_prompt: str = ""
    inline: str = ""
    """What stands for its base64 until the answer is written: a picture is never whole in memory."""


@dataclass(frozen=True, slots=True)
class Task:
    """A job as its caller asks after it: one state for all its pictures. Times are seconds since 1970."""

    id: str
    """32 hexadecimal digits; each wire dresses them as its callers expect."""
    image_model: str
    brief: Brief
    state: str
    """queued, running, succeeded, failed or cancelled."""
    created: float
    ended: float | None = None
    percent: int = 0
    pictures: tuple[Made, ...] = ()
    refusal: Refusal | None = None
    """Why there is no picture, of one that failed or was cancelled."""
    said: str = ""
    """The call's body as it came, for the wire that gives it back."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a status, a JSON body, headers."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


class Served(Protocol):
    """One wire towards callers. It does no I/O and keeps no state."""

    name: str
    """As the registry has it, and as a job's origin says."""

    def listen(self, said: Said) -> Wish:
        """What the call asks for. Raises Refused at the first thing that this wire cannot take."""

    def refuse(self, refusal: Refusal) -> Answer:
        """The same refusal in this wire's words."""
