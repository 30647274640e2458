"""Scripts that call the studio as fast as it answers, so many at once: bare streams, and each answer is checked."""

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import urlsplit

IMAGES, VIDEOS = "/v1/images/generations", "/v1/videos"


@dataclass(slots=True)
class Calls:
    """What came of them."""

    seconds: list[float] = field(default_factory=list)
    """Of each that was answered well."""
    wrong: list[str] = field(default_factory=list)
    took: float = 0.0
    """Seconds until the last of them was answered."""

    def within(self, share: float) -> float:
        """The milliseconds in which this share of them was answered."""
        if not self.seconds:
            raise AssertionError(f"not one call was answered: {self.wrong[:1]}")
        return sorted(self.seconds)[min(int(len(self.seconds) * share), len(self.seconds) - 1)] * 1000


Check = Callable[[dict[str, object]], object]
"""What an answer must hold; false, or a KeyError, for a wrong one."""


def call(
    url: str, key: str, said: dict[str, object], count: int, at_once: int, check: Check, within: float = 300
) -> Calls:
    """`count` calls of `said`, `at_once` of them open at any time, by callers who each keep their connection.

    Those that have no answer `within` so many seconds in all are given up.
    """
    calls, left = Calls(), iter(range(count))
    question = _question(url, key, json.dumps(said).encode())

    async def caller() -> None:
        parts = urlsplit(url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=1 << 20)
        for _ in left:
            began = time.perf_counter()
            writer.write(question)
            status, body = await _answer(reader)
            if _is_right(status, body, check):
                calls.seconds.append(time.perf_counter() - began)
            else:
                calls.wrong.append(f"{status} {body[:300]!r}")
        writer.close()

    async def all_of_them() -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(within):
                await asyncio.gather(*(caller() for _ in range(at_once)))

    began = time.perf_counter()
    asyncio.run(all_of_them())
    calls.took = time.perf_counter() - began
    return calls


def _is_right(status: int, body: bytes, check: Check) -> bool:
    try:
        return status == 200 and bool(check(json.loads(body)))
    except (ValueError, LookupError, TypeError):
        return False


def _question(url: str, key: str, body: bytes) -> bytes:
    parts = urlsplit(url)
    head = (
        f"POST {parts.path} HTTP/1.1",
        f"Host: {parts.netloc}",
        f"Authorization: Bearer {key}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    )
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:] if b": " in line)
    status = int(head.split(b" ", 2)[1])
    if b"content-length" in fields:
        return status, await reader.readexactly(int(fields[b"content-length"]))
    body = b""
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    await reader.readexactly(2)
    return status, body
