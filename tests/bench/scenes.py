"""What is measured: four scenes from the life of a studio."""

import statistics
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.bench.memory import Watch
from tests.live.studio import Person, Studio
from tests.upstream.fixture import Handle

VIDEOS, VIP = "gpt-image-2", "gpt-image-2-vip"
PROVIDERS = {"DYU videos": ("videos", VIDEOS), "APIYI vip": ("images-vip", VIP)}


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the page: what was measured, what came out, and what it has to be."""

    what: str
    judged: float
    highest: float
    limit: float
    unit: str

    @property
    def is_met(self) -> bool:
        return self.judged <= self.limit

    def __str__(self) -> str:
        verdict = "met" if self.is_met else "**missed**"
        return f"| {self.what} | {self.judged:.2f} | {self.highest:.2f} | ≤ {self.limit:g} | {self.unit} | {verdict} |"


def furnish(studio: Studio, upstream: Handle) -> None:
    studio.bootstrap("alice@example.com", "Bench", 1_000_000)
    for name, (dialect, image_model) in PROVIDERS.items():
        address = ("--dialect", dialect, "--base-url", upstream.url, "--api-key", "good-key")
        studio.manage("provider", name, *address, "--image-model", image_model)


def press_to_card(studio: Studio, _upstream: Handle) -> list[Figure]:
    """From the press of Create to the answer with the card, as the page's script asks for it."""
    alice = studio.person("alice@example.com")
    times = [_press(alice, f"a lighthouse {number}", "sketch") for number in range(5)]
    times = [_press(alice, f"a harbour {number} [delay=5]", VIDEOS) * 1000 for number in range(50)]
    studio.wait_until_over(55, within=180)
    return [Figure("press of Create to card", statistics.median(times), max(times), 100, "ms")]


def _press(alice: Person, prompt: str, image_model: str) -> float:
    before = alice.spent
    alice.create(prompt, image_model, headers={"HX-Request": "true"})
    return alice.spent - before


def done_to_kept(studio: Studio, upstream: Handle) -> list[Figure]:
    """From the moment the upstream has a picture to the moment it is kept, less the longest wait between two polls."""
    alice = studio.person("alice@example.com")
    upstream.clear()
    delays = [2 + number / 7 for number in range(30)]
    for delay in delays:
        alice.create(f"a pier [delay={delay:.3f}]", VIDEOS)
    studio.wait_until_over(len(delays), within=180)
    done = {paid["id"]: paid["time"] + float(paid["prompt"].split("=")[1][:-1]) for paid in upstream.log()}
    kept = studio.rows("SELECT upstream_id, ended, due_at, tries FROM generations_attempt WHERE stage = 'kept'")
    lags = [_stamp(ended) - done[upstream_id] for upstream_id, ended, *_ in kept]
    interval = max(3.0 * 1.2**tries for *_, tries in kept) * 1.15
    return [
        Figure("upstream done to kept", statistics.median(lags), max(lags), interval + 1.5, "s"),
        Figure("the slowest of them, beyond the poll interval", max(lags) - interval, max(lags) - interval, 1.5, "s"),
    ]


def _stamp(moment: Any) -> float:
    return (moment if isinstance(moment, datetime) else datetime.fromisoformat(f"{moment}+00:00")).timestamp()


def two_hundred_in_flight(studio: Studio, upstream: Handle) -> list[Figure]:
    """200 pictures on an upstream that takes two seconds for each, half of them by held lines."""
    alice = studio.person("alice@example.com")
    began = time.monotonic()
    for number in range(10):
        for image_model in (VIP, VIDEOS):
            alice.create(f"a market {number} [delay=2]", image_model, n="10")
    states = studio.wait_until_over(200, within=300)
    took = time.monotonic() - began
    errors = len(states) - states.count("succeeded")
    return [
        Figure("200 in flight on a 2 s upstream: errors", errors, errors, 0, "pictures"),
        Figure("200 in flight on a 2 s upstream: all kept after", took, took, 120, "s"),
    ]


def fifty_large_answers(studio: Studio, upstream: Handle) -> list[Figure]:
    """Fifty 4K pictures that come as base64 inside the answer, landing together."""
    alice = studio.person("alice@example.com")
    with Watch(studio) as watch:
        for number in range(5):
            alice.create(f"a city {number} [delay=3] [form=b64] [noise]", VIP, n="10", ratio="16:9", tier="4K")
        states = studio.wait_until_over(50, within=300)
    errors = len(states) - states.count("succeeded")
    return [
        Figure("fifty 4K base64 answers: errors", errors, errors, 0, "pictures"),
        Figure("fifty 4K base64 answers: web and worker", watch.worker, watch.worker, 300, "MB"),
        Figure("fifty 4K base64 answers: the decoders beside it", watch.decoders, watch.decoders, 1000, "MB"),
    ]


ALL = (press_to_card, done_to_kept, two_hundred_in_flight, fifty_large_answers)
