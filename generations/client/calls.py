"""One call to a provider, from brief to meaning."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import httpcore2 as httpcore
import httpx2 as httpx

from generations import dialects
from generations.brief import Brief
from generations.client import wires
from generations.client.answers import Heard, Reader, Unreadable, write_down
from generations.dialects import PAINTER, painter
from generations.dialects.wire import DATA_URL, SUBMIT, Image, Outcome, Polled, Request, Response, Submitted
from generations.failpoints import reach, tracing
from generations.faults import Fault, Kind
from generations.fetch.guard import Deadline
from generations.models import Provider
from generations.sealing import Unsealable

PROBE_PATIENCE = 15.0
PAINTER_PATIENCE = 30.0
TASK_PATIENCE = 60.0
"""A wire that needs no more than this says only that it took the work on; any other holds the line for the picture."""
LARGE_PATIENCE = 600.0
"""For a picture of 4K, or with more than a few references, on a wire that holds the line for it."""
FEW_REFERENCES = 4
MOST_SAID = 500
"""Characters of a provider's message that are kept."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a provider's answer meant, its text with the key removed, and the pictures that came inside it."""

    meaning: Submitted | Polled
    raw: str = ""
    inline: dict[str, Path] = field(default_factory=dict)
    """Files in the caller's folder, by the token that stands in `Image.inline`."""


def origin(provider: Provider) -> str:
    """Scheme, host and port of the base URL: what the operator vouches for."""
    parts = urlsplit(provider.base_url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def patience(provider: Provider, brief: Brief | None = None) -> float:
    """Seconds within which a submission is answered, or never will be; of `brief`, where it takes longer than most."""
    if provider.patience:
        return float(provider.patience)
    if provider.dialect == PAINTER:
        return PAINTER_PATIENCE
    usual = dialects.named(provider.dialect).patience
    is_held = usual > TASK_PATIENCE
    return LARGE_PATIENCE if is_held and brief and _is_large(brief) else usual


def _is_large(brief: Brief) -> bool:
    return brief.tier == "4K" or len(brief.references) > FEW_REFERENCES


def reference_form(provider: Provider) -> str:
    """The form in which the provider's wire takes reference pictures."""
    return DATA_URL if provider.dialect == PAINTER else dialects.named(provider.dialect).references_as


def submit(provider: Provider, brief: Brief, upstream_name: str, request_id: str, folder: Path) -> Answer:
    """Ask one provider for one picture and wait for its answer, as long as its patience lasts.

    Pictures inside the answer land in `folder`. Never raises for what the provider does: a call of which no byte
    left is NotStarted, one that got no verdict Unknown, one with a verdict that cannot be read Garbled.
    """
    if provider.dialect == PAINTER:
        return _paint(brief, request_id, folder)
    dialect = dialects.named(provider.dialect)
    request = dialect.write(brief, upstream_name, request_id)
    if isinstance(request, Fault):
        return Answer(request)
    read = partial(dialects.classify, provider.dialect, SUBMIT)
    return interpret(_call(provider, request, patience(provider, brief), folder), read, folder)


def test(provider: Provider, folder: Path) -> Fault | None:
    """Make the provider's free call and say what is wrong with its address or key; None where all is well."""
    if provider.dialect == PAINTER:
        return None
    dialect = dialects.named(provider.dialect)
    heard = _call(provider, dialect.probe(), PROBE_PATIENCE, folder)
    if isinstance(heard, Fault):
        return heard
    fault = dialect.diagnose(heard.response)
    return _kept(fault, heard) if fault else None


def _paint(brief: Brief, request_id: str, folder: Path) -> Answer:
    """One more sketch of the same brief is another sketch, as it would be anywhere else."""
    path = folder / "sketch"
    path.write_bytes(painter.draw(brief, request_id))
    return Answer(Outcome((Image(inline=path.name),)), inline={path.name: path})


def interpret(heard: Heard | Fault, read: Callable[[Response], Submitted | Polled], folder: Path) -> Answer:
    """What an answer means to the dialect that reads it, with our key taken out of all that is kept of it."""
    if isinstance(heard, Fault):
        return Answer(heard)
    meaning = read(heard.response)
    if isinstance(meaning, Fault):
        return Answer(_kept(meaning, heard), heard.raw)
    if not isinstance(meaning, Outcome):
        return Answer(meaning, heard.raw)
    inline = meaning.images[0].inline
    try:
        return Answer(
            meaning, heard.raw, {inline: heard.inline.get(inline) or write_down(inline, folder)} if inline else {}
        )
    except Unreadable as wrong:
        return Answer(Fault(Kind.GARBLED, str(wrong), status=heard.response.status), heard.raw)
    except OSError as wrong:
        return Answer(Fault(Kind.UNKNOWN, type(wrong).__name__, status=heard.response.status), heard.raw)


def _kept(fault: Fault, heard: Heard) -> Fault:
    """A fault as it may be kept. The key goes before the cut: one that stood across it would leave its beginning."""
    hide = heard.without_key
    return replace(fault, message=hide(fault.message)[:MOST_SAID], code=hide(fault.code))


def _call(provider: Provider, request: Request, within: float, folder: Path) -> Heard | Fault:
    """Make one call and read its answer, all of it within `within` seconds by our own clock."""
    try:
        key = provider.api_key
        with (
            wires.sent(wires.write(provider, request, key), Deadline.after(within), **tracing()) as response,
            Reader(response.status, response.headers, folder, key) as reader,
        ):
            reach("answer.before")
            for piece in response.iter_stream():
                reader.feed(piece)
            heard = reader.close()
            reach("answer.after")
            return heard
    except Unsealable:
        return Fault(Kind.DENIED, "the key was sealed with another SECRET_KEY")
    except (UnicodeError, httpcore.LocalProtocolError):
        return Fault(Kind.DENIED, "the key holds a character that no header can")
    except Unreadable as wrong:
        return Fault(Kind.GARBLED, str(wrong))
    except (wires.NotDialled, httpx.InvalidURL) as wrong:
        return Fault(Kind.NOT_STARTED, str(wrong))
    except wires.BROKEN as wrong:
        return Fault(Kind.UNKNOWN, type(wrong).__name__)
