"""What the upstream remembers: who asked, what was submitted and billed, and which tasks are under way."""

import asyncio
import json
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.upstream.asking import Asked
from tests.upstream.script import UNBILLED, Script

MOST_ASKED = 50_000


@dataclass(slots=True)
class Wish:
    """A submission that its wire has found in order."""

    model: str
    prompt: str
    size: str
    """`WxH` of the picture to draw."""
    count: int = 1
    """Pictures to answer with."""
    billed: int = 1
    """Pictures to bill."""
    format: str = "png"
    clear: bool = False
    form: str = "url"
    facts: dict[str, Any] = field(default_factory=dict)
    """What the book keeps of the body."""


@dataclass(slots=True)
class Order:
    """A wish on its way: its id, its script, and how often it was asked for."""

    id: str
    wish: Wish
    script: Script
    origin: str
    gate: asyncio.Event
    """What a `held` order waits for."""
    began: float = field(default_factory=time.monotonic)
    created: float = field(default_factory=time.time)
    polls: int = 0
    trouble: str = ""
    """Why the provider could not do it, beside what the script says."""

    @property
    def is_held(self) -> bool:
        return self.script.held and not self.gate.is_set()

    @property
    def share(self) -> float:
        """How much is done, 0 to 1: time and polls must both have come, and the gate be open to what is held."""
        spent = (time.monotonic() - self.began) / self.script.delay if self.script.delay else 1.0
        heard = (self.polls - 1) / self.script.steps if self.script.steps else 1.0
        is_stuck = self.is_held or self.script.fail in ("stuck", "unknown_state")
        return 0.5 if is_stuck else min(spent, heard, 1.0)


class Book:
    """Everything since the last `clear`."""

    def __init__(self, log: Path | None = None) -> None:
        self._log = log
        self.gate = asyncio.Event()
        self.clear()

    def release(self) -> None:
        """Let go of whatever is held, and hold nothing more before the next `clear`."""
        self.gate.set()

    def clear(self) -> None:
        self.release()  # nobody is left to wait at a gate that nobody opens
        self.gate = asyncio.Event()
        self.asked: deque[dict[str, Any]] = deque(maxlen=MOST_ASKED)
        self.submissions: list[dict[str, Any]] = []
        self.orders: dict[str, Order] = {}
        self.repeated: dict[tuple[str, str], str] = {}
        self._seen: Counter[tuple[str, str]] = Counter()

    @property
    def paid(self) -> list[dict[str, Any]]:
        return [entry for entry in self.submissions if entry["billed"]]

    def note(self, asked: Asked) -> None:
        self.asked.append(
            {
                "time": time.time(),
                "method": asked.method,
                "path": asked.path,
                "query": asked.query,
                "key_ends": asked.key[-4:],
                "headers": asked.public_headers(),
            }
        )

    def now_failing(self, letter: str, prompt: str, script: Script) -> str:
        """The fault that this submission meets; one asked for `times` times is used up by each."""
        if not script.fail or script.times is None:
            return script.fail
        self._seen[letter, prompt] += 1
        return script.fail if self._seen[letter, prompt] <= script.times else ""

    def enter(self, letter: str, asked: Asked, order: Order) -> None:
        """Write a submission down, with what it is billed."""
        fate, wish = order.script.fail or "made", order.wish
        entry = self._entry(letter, asked, fate) | {
            "id": order.id,
            "model": wish.model,
            "prompt": wish.prompt,
            "size": wish.size,
            "billed": 0 if fate in UNBILLED else wish.billed,
            **wish.facts,
        }
        self.submissions.append(entry)
        if self._log and entry["billed"]:
            with self._log.open("a") as file:
                file.write(json.dumps(entry, ensure_ascii=False) + "\n")

    def turn_away(self, letter: str, asked: Asked, status: int) -> None:
        """Write down a submission that its wire would not take, or whose key it did not know."""
        self.submissions.append(self._entry(letter, asked, "rejected") | {"status": status, "billed": 0})

    def _entry(self, letter: str, asked: Asked, fate: str) -> dict[str, Any]:
        return {
            "provider": letter,
            "path": asked.path,
            "fate": fate,
            "time": time.time(),
            "key_ends": asked.key[-4:],
            "headers": asked.public_headers(),
            "bytes": len(asked.body),
        }
