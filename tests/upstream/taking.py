"""How is a submission taken? The same for each wire: the key, the check, the script, the book, the answer."""

import asyncio
import base64
from dataclasses import replace
from typing import Any, Protocol
from urllib.parse import quote

from tests.upstream.answers import COMMON, Answer
from tests.upstream.asking import Asked, File
from tests.upstream.book import Book, Order, Wish
from tests.upstream.pictures import draw, media_type
from tests.upstream.script import RESULT, UNBILLED, Script, keyed, parse
from tests.upstream.sizes import edges

BAD_KEY, POOR_KEY = "bad-key", "poor-key"
LONG = 200


class Wire(Protocol):
    """What differs from wire to wire."""

    letter: str
    faults: dict[str, Answer]
    """How this wire words the faults of a submission; those of `COMMON` need no words."""

    def turn_away(self, asked: Asked, fault: str) -> Answer:
        """The answer to a key that is unknown (`401`) or has no credit (`402`)."""

    def check(self, asked: Asked) -> Wish | Answer:
        """The wish in the body, or the document's own error."""

    def new_id(self) -> str: ...

    async def begin(self, order: Order, asked: Asked, book: Book) -> None:
        """Take the order on, before it is answered."""

    async def answer(self, order: Order) -> Answer:
        """The answer to an order that was taken on."""


async def take(wire: Wire, asked: Asked, book: Book, usual: Script) -> Answer:
    """One submission, from the key to the answer. Raises Misspelt."""
    checked = turned_away(wire, asked) or wire.check(asked)
    if isinstance(checked, Answer):
        book.turn_away(wire.letter, asked, checked.status)
        return checked
    order = _ordered(wire, checked, asked, book, usual)
    book.enter(wire.letter, asked, order)
    fault = {**COMMON, **wire.faults}.get(order.script.fail)
    if not fault or order.script.fail not in UNBILLED:
        await wire.begin(order, asked, book)
    await asyncio.sleep(order.script.lag)
    return fault or await wire.answer(order)


def turned_away(wire: Wire, asked: Asked) -> Answer | None:
    if asked.key in ("", BAD_KEY):
        return wire.turn_away(asked, "401")
    return wire.turn_away(asked, "402") if asked.key == POOR_KEY else None


def _ordered(wire: Wire, wish: Wish, asked: Asked, book: Book, usual: Script) -> Order:
    script = parse(wish.prompt, wire.letter, usual)
    fail = keyed(asked.key) or book.now_failing(wire.letter, wish.prompt, script)
    return Order(wire.new_id(), wish, replace(script, fail=fail), asked.origin, book.gate)


def bytes_of(order: Order, place: int = 0) -> bytes:
    """The picture itself; half as wide and high as was asked where the script wants a wrong size."""
    width, height = edges(order.script.pixels or order.wish.size) or (64, 64)
    if order.script.fail == "wrong_size":
        width, height = width // 2, height // 2
    mark = f"{order.id}-{place}"
    return draw(width, height, mark, order.wish.format, noise=order.script.noise, clear=order.wish.clear)


def base64_of(order: Order, place: int = 0) -> str:
    return base64.b64encode(bytes_of(order, place)).decode()


def data_url_of(order: Order, place: int = 0) -> str:
    return f"data:image/{order.wish.format};base64,{base64_of(order, place)}"


def url_of(order: Order, place: int = 0) -> str:
    """Where the picture can be fetched, or what the script wants in that place."""
    if order.script.fail == "result_private":
        return "http://169.254.169.254/latest/meta-data/picture.png"
    fault = order.script.fail if order.script.fail in RESULT else ""
    size = order.script.pixels or order.wish.size
    query = f"size={size}&noise={int(order.script.noise)}&clear={int(order.wish.clear)}&fail={fault}"
    return f"{order.origin}/files/{quote(order.id)}-{place}.{order.wish.format}?{query}"


def place_of(order: Order) -> str:
    """What stands in a field for URLs: a URL, or a data URL where the script asks for one."""
    return data_url_of(order) if order.script.form in ("b64", "dataurl") else url_of(order)


def picture_facts(value: str) -> dict[str, Any]:
    """What the book keeps of a reference picture in JSON: its address, or its kind and length."""
    if value.startswith(("http://", "https://")):
        return {"form": "url", "url": value}
    content = decoded(value)
    return {"form": "data", "bytes": len(content), "media_type": media_type(content)}


def file_facts(file: File) -> dict[str, Any]:
    kept = {"form": "file", "name": file.name, "filename": file.filename}
    return kept | {"bytes": len(file.content), "media_type": file.media_type}


def decoded(value: str) -> bytes:
    """The bytes of base64 with or without its `data:` prefix; none where it is not base64."""
    try:
        return base64.b64decode(value.partition(",")[2] if value.startswith("data:") else value, validate=True)
    except ValueError:
        return b""


def shortened(value: Any) -> Any:
    """A body as the book keeps it: pictures in it cut short, everything else whole."""
    if isinstance(value, dict):
        return {key: kept if key == "prompt" else shortened(kept) for key, kept in value.items()}
    if isinstance(value, list):
        return [shortened(kept) for kept in value]
    return f"{value[:40]}… ({len(value)})" if isinstance(value, str) and len(value) > LONG else value
