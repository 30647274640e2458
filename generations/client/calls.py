"""One call to a provider, from brief to meaning: submit and test one at a time, poll many at once."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx2 as httpx

from generations import dialects
from generations.brief import Brief
from generations.client import wires
from generations.client.answers import Heard, Reader, Unreadable, write_down
from generations.dialects import PAINTER, painter
from generations.dialects.wire import DATA_URL, Image, Outcome, Polled, Request, Response, Submitted
from generations.faults import Fault, Kind
from generations.models import Provider
from generations.sealing import Unsealable

POLL_PATIENCE = 15.0
"""Seconds for the answer to one poll, the wait for a free connection in them; a slow one says nothing about the
picture."""
PAINTER_PATIENCE = 30.0


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


def patience(provider: Provider) -> float:
    """Seconds within which a submission is answered, or never will be."""
    if provider.patience:
        return float(provider.patience)
    return PAINTER_PATIENCE if provider.dialect == PAINTER else dialects.named(provider.dialect).patience


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
    return _interpret(_call(provider, request, patience(provider), folder), dialect.read, folder)


def test(provider: Provider, folder: Path) -> Fault | None:
    """Make the provider's free call and say what is wrong with its address or key; None where all is well."""
    if provider.dialect == PAINTER:
        return None
    dialect = dialects.named(provider.dialect)
    heard = _call(provider, dialect.probe(), POLL_PATIENCE, folder)
    return heard if isinstance(heard, Fault) else dialect.diagnose(heard.response)


def poll(questions: list[tuple[Provider, str]], folder: Path) -> list[Answer]:
    """Ask for many accepted pictures at once; the answers stand in the order of the questions."""
    return wires.run(_poll_all(questions, folder))


async def _poll_all(questions: list[tuple[Provider, str]], folder: Path) -> list[Answer]:
    return await asyncio.gather(*(_poll_one(provider, upstream_id, folder) for provider, upstream_id in questions))


async def _poll_one(provider: Provider, upstream_id: str, folder: Path) -> Answer:
    try:
        dialect = dialects.named(provider.dialect)
        question = dialect.ask(upstream_id)
    except LookupError:
        return Answer(Fault(Kind.UNKNOWN, "the provider's dialect was changed to one that has no tasks"))
    return _interpret(await _call_async(provider, question, folder), dialect.hear, folder)


def _paint(brief: Brief, request_id: str, folder: Path) -> Answer:
    """One more sketch of the same brief is another sketch, as it would be anywhere else."""
    path = folder / "sketch"
    path.write_bytes(painter.draw(brief, request_id))
    return Answer(Outcome((Image(inline=path.name),)), inline={path.name: path})


def _interpret(heard: Heard | Fault, read: Callable[[Response], Submitted | Polled], folder: Path) -> Answer:
    if isinstance(heard, Fault):
        return Answer(heard)
    meaning = read(heard.response)
    if isinstance(meaning, Fault):
        hide = heard.without_key
        return Answer(replace(meaning, message=hide(meaning.message), code=hide(meaning.code)), heard.raw)
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


def _call(provider: Provider, request: Request, within: float, folder: Path) -> Heard | Fault:
    """Make one call on a connection of its own and read its answer within `within` seconds by our own clock."""
    deadline = time.monotonic() + within
    try:
        key = provider.api_key
        with (
            wires.fresh(within) as http,
            http.stream(**wires.arguments(provider, request, key)) as response,
            Reader(response, folder, key) as reader,
        ):
            for piece in response.iter_raw():  # each as it comes: gathered up, drops would hide from the clock
                reader.feed(piece)
                if time.monotonic() > deadline:
                    return Fault(Kind.UNKNOWN, "the answer took too long", status=response.status_code)
            return reader.close()
    except Unsealable:
        return Fault(Kind.DENIED, "the key was sealed with another SECRET_KEY")
    except Unreadable as wrong:
        return Fault(Kind.GARBLED, str(wrong))
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL) as wrong:
        return Fault(Kind.NOT_STARTED, type(wrong).__name__)
    except (httpx.HTTPError, OSError) as wrong:
        return Fault(Kind.UNKNOWN, type(wrong).__name__)


async def _call_async(provider: Provider, request: Request, folder: Path) -> Heard | Fault:
    try:
        async with asyncio.timeout(POLL_PATIENCE), wires.kept(origin(provider)) as http:
            key = provider.api_key
            async with http.stream(**wires.arguments(provider, request, key)) as response:
                with Reader(response, folder, key) as reader:
                    async for piece in response.aiter_raw(65536):
                        reader.feed(piece)
                    return reader.close()
    except Unsealable:
        return Fault(Kind.DENIED, "the key was sealed with another SECRET_KEY")
    except Unreadable as wrong:
        return Fault(Kind.GARBLED, str(wrong))
    except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError) as wrong:
        return Fault(Kind.UNKNOWN, type(wrong).__name__)
