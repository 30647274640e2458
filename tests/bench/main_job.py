"""The main job on the embedded default, against the scripted upstream of the tests."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import wraps
from typing import Any

import httpx2 as httpx

from tests.bench.figures import Figure, figure
from tests.bench.memory import Watch
from tests.bench.stacks import ALICE, EMBEDDED, installed
from tests.live.studio import ROOT, Person, Studio, free_port, wait_for
from tests.upstream.fixture import Handle

VIDEOS, VIP = "gpt-image-2", "gpt-image-2-vip"
PROVIDERS = {"DYU videos": ("videos", VIDEOS), "APIYI vip": ("images-vip", VIP)}


@contextmanager
def upstream() -> Iterator[Handle]:
    """The scripted upstream, for as long as the block runs."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.upstream", "--port", str(port)], cwd=ROOT)
    handle = Handle(f"http://127.0.0.1:{port}")
    try:
        wait_for(lambda: _answers(handle), what="the scripted upstream")
        yield handle
    finally:
        handle.close()
        process.terminate()
        process.wait()


def _answers(handle: Handle) -> bool:
    try:
        handle.clear()
    except httpx.ConnectError:
        return False
    return True


@contextmanager
def running() -> Iterator[tuple[Studio, Handle]]:
    """A studio on the embedded default with credits to spare; its books must be right when it has done its work."""
    with upstream() as served, installed(EMBEDDED, served.url) as studio:
        for name, (dialect, image_model) in PROVIDERS.items():
            address = ("--dialect", dialect, "--base-url", served.url, "--api-key", "good-key")
            studio.manage("provider", name, *address, "--image-model", image_model)
        studio.start()
        yield studio, served
        studio.manage("audit")


def _in_a_studio(scene: Callable[[Studio, Handle], list[Figure]]) -> Callable[[], list[Figure]]:
    @wraps(scene)
    def play() -> list[Figure]:
        with running() as (studio, served):
            return scene(studio, served)

    return play


def press_to_card(studio: Studio, _upstream: Handle) -> list[Figure]:
    """From the press of Create to the answer with the card, as the page's script asks for it."""
    alice = studio.person(ALICE)
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
    alice = studio.person(ALICE)
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
        figure("the slowest of them, beyond the poll interval", max(lags) - interval, 1.5, "s"),
    ]


def _stamp(moment: Any) -> float:
    return (moment if isinstance(moment, datetime) else datetime.fromisoformat(f"{moment}+00:00")).timestamp()


def two_hundred_in_flight(studio: Studio, upstream: Handle) -> list[Figure]:
    """200 pictures on an upstream that takes two seconds for each, half of them by held lines."""
    alice = studio.person(ALICE)
    began = time.monotonic()
    for number in range(10):
        for image_model in (VIP, VIDEOS):
            alice.create(f"a market {number} [delay=2]", image_model, n="10")
    states = studio.wait_until_over(200, within=300)
    took = time.monotonic() - began
    errors = len(states) - states.count("succeeded")
    return [
        figure("errors", errors, 0, "pictures"),
        figure("all kept after", took, 120, "s"),
    ]


def fifty_large_answers(studio: Studio, upstream: Handle) -> list[Figure]:
    """Fifty 4K pictures that come as base64 inside the answer, landing together."""
    alice = studio.person(ALICE)
    with Watch(studio) as watch:
        for number in range(5):
            alice.create(f"a city {number} [delay=3] [form=b64] [noise]", VIP, n="10", ratio="16:9", tier="4K")
        states = studio.wait_until_over(50, within=300)
    errors = len(states) - states.count("succeeded")
    return [
        figure("errors", errors, 0, "pictures"),
        figure("web and worker", watch.worker, 300, "MB"),
        figure("the decoders beside it", watch.decoders, 1000, "MB"),
    ]


SCENES = {
    "press": _in_a_studio(press_to_card),
    "kept": _in_a_studio(done_to_kept),
    "flight": _in_a_studio(two_hundred_in_flight),
    "large": _in_a_studio(fifty_large_answers),
}
