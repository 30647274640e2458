"""Asks one provider for many accepted pictures at once."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

import h11
import httpx2 as httpx

from generations import dialects
from generations.client import lines, wires
from generations.client.answers import Heard, Reader, Unreadable
from generations.client.calls import Answer, interpret
from generations.dialects.wire import POLL, Dialect, Request
from generations.faults import Fault, Kind
from generations.models import Provider
from generations.sealing import Unsealable

PATIENCE = 15.0
"""Seconds for the answer to one poll, the wait for a free connection in them; a slow one says nothing about the
picture."""


def poll(provider: Provider, upstream_ids: list[str], folder: Path) -> list[Answer]:
    """Ask for all of them; the answers stand in the order of the ids. Never raises for what the provider does."""
    try:
        asker = _Asker.of(provider)
    except LookupError:
        fault = Fault(Kind.UNKNOWN, "the provider's dialect was changed to one that has no tasks")
    except Unsealable:
        fault = Fault(Kind.DENIED, "the key was sealed with another SECRET_KEY")
    except (httpx.InvalidURL, h11.LocalProtocolError, UnicodeError) as wrong:
        fault = Fault(Kind.UNKNOWN, type(wrong).__name__)
    else:
        return lines.run(asker.ask_all(upstream_ids, folder))
    return [Answer(fault) for _ in upstream_ids]


@dataclass(frozen=True, slots=True)
class _Asker:
    """What all polls of one provider share, made once for each batch of them."""

    dialect: Dialect
    origin: lines.Origin
    path: str
    model: h11.Request
    """Checked once; what all of them say beside the id."""
    key: str

    @classmethod
    def of(cls, provider: Provider) -> Self:
        dialect, key = dialects.named(provider.dialect), provider.api_key
        shared = {**wires.headers_for(key), **dialect.ask("").headers}
        url = httpx.URL(wires.base(provider))
        if url.scheme not in ("http", "https") or not url.host:
            raise httpx.InvalidURL("neither http nor https")
        head = [("Host", url.netloc.decode("ascii")), *shared.items()]
        model = h11.Request(method="GET", target="/", headers=head)
        port = url.port or (443 if url.scheme == "https" else 80)
        origin = lines.Origin(url.raw_host.decode("ascii"), port, url.scheme == "https")
        return cls(dialect, origin, url.raw_path.decode("ascii").rstrip("/"), model, key)

    async def ask_all(self, upstream_ids: list[str], folder: Path) -> list[Answer]:
        """As many at once as there are lines. Whoever has not been answered when the patience is over never is."""
        answers = [Answer(Fault(Kind.UNKNOWN, "TimeoutError"))] * len(upstream_ids)
        questions = enumerate(upstream_ids)
        at_once = [self._ask_on(questions, answers, folder) for _ in upstream_ids[: lines.AT_ONCE]]
        with suppress(TimeoutError):
            await asyncio.wait_for(asyncio.gather(*at_once), PATIENCE)
        return answers

    async def _ask_on(self, questions: Iterator[tuple[int, str]], answers: list[Answer], folder: Path) -> None:
        """Ask one question after the other for as long as there are any."""
        trunk, read = lines.to(self.origin), partial(dialects.classify, self.dialect.name, POLL)
        async with trunk.room:
            for place, upstream_id in questions:
                heard = await self._hear(trunk, self.dialect.ask(upstream_id), folder)
                answers[place] = interpret(heard, read, folder)

    async def _hear(self, trunk: lines.Lines, request: Request, folder: Path) -> Heard | Fault:
        try:
            line = await trunk.take()
            try:
                head = await line.ask(self._write(request))
                with Reader(head.status_code, head.headers, folder, self.key) as reader:
                    while piece := await line.more():
                        reader.feed(piece)
                    return reader.close()
            finally:
                trunk.give_back(line)
        except Unreadable as wrong:
            return Fault(Kind.GARBLED, str(wrong))
        except (h11.ProtocolError, OSError, TimeoutError) as wrong:
            return Fault(Kind.UNKNOWN, type(wrong).__name__)

    def _write(self, request: Request) -> h11.Request:
        query = f"?{urlencode(request.query)}" if request.query else ""
        return h11.Request(
            method=request.method, target=f"{self.path}{request.path}{query}", headers=self.model.headers
        )
