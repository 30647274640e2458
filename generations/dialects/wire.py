"""The shapes that every dialect is written in: what goes out, what comes back, what it meant."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from generations.brief import Brief
from generations.faults import Fault

URL: Final = "url"
DATA_URL: Final = "data-url"
FILE: Final = "file"
ReferenceForm = Literal["url", "data-url", "file"]


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a wire's words reach for the wishes that nothing but the provider can fulfil.

    Limits stand here only where the wire's own document states them; None means that it states none.
    """

    prompt: int | None = None
    references: int | None = 0
    form: ReferenceForm = FILE
    mask: bool = False
    transparent: bool = False
    soft: frozenset[str] = frozenset()
    """The fields of a brief that it has words for, of those that a provider may also pass over."""


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a multipart body."""

    name: str
    filename: str
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Request:
    """One call as the wire has it. `path` is joined to the provider's origin; the client adds the key.

    With `parts` or `form` the body is multipart, else `json` where there is one.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    form: tuple[tuple[str, str], ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Response:
    """One answer, read. `body` is its JSON where it parses, else None; `text` its first 500 characters.

    Long base64 strings never stand in `body`: the client has written their bytes to disk and left
    a token in their place, to be handed on as it is in `Image.inline`.
    """

    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: Any = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """Where one finished picture is: an address to fetch, or base64 as it stood on the wire (or the client's token)."""

    url: str = ""
    inline: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took the brief on and will be asked again by this id."""

    upstream_id: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Under way. `percent` only where the wire stated it."""

    percent: int | None = None
    started: bool = True
    """False while the provider says that it has not begun."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Finished, with at least one image."""

    images: tuple[Image, ...]
    revised_prompt: str = ""
    quality: str = ""
    """The quality that was really used, where the wire states it."""
    image_tokens: int | None = None
    """How much of the references was read, where the wire counts it: 0 says that nobody looked at them."""


SUBMIT: Final = "submit"
POLL: Final = "poll"
Phase = Literal["submit", "poll"]
"""What an answer answers: a submission, or the question how it goes."""

Submitted = Accepted | Outcome | Fault
Polled = Progress | Outcome | Fault


class Dialect(Protocol):
    """One wire format, towards providers. A dialect does no I/O and keeps no state."""

    name: str
    """What the registry and the provider's row call it."""
    reach: Reach
    """Which hard wishes it has words for."""
    references_as: ReferenceForm
    """The form in which this wire takes reference pictures."""
    patience: float
    """Seconds to wait for the answer to a submission."""

    def write(self, brief: Brief, upstream_name: str, request_id: str) -> Request | Fault:
        """The request that submits `brief`, always for one picture; Unsupported where the wire cannot say it."""

    def read(self, response: Response) -> Submitted:
        """What the answer to a submission meant."""

    def ask(self, upstream_id: str) -> Request:
        """The request that asks how it goes."""

    def hear(self, response: Response) -> Polled:
        """What the answer to `ask` meant."""

    def probe(self) -> Request:
        """A free request that shows whether the address and the key are right."""

    def diagnose(self, response: Response) -> Fault | None:
        """What the answer to `probe` says is wrong; None where all is well."""
