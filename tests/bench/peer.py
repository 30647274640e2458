"""`make bench-peer`: the studio beside LiteLLM's proxy, in turns and against the same scripted provider.

The proxy relays an answer and writes nothing down. The studio fetches the picture, checks it, stores it with its
thumbnail, charges and settles.
"""

import json
import statistics
import sys
from dataclasses import dataclass, field

import httpx2 as httpx

from tests.bench import inside, page
from tests.bench.callers import IMAGES, Calls, call
from tests.bench.figures import Figure, figure
from tests.bench.litellm import KEY, PROGRAM, Peer, litellm
from tests.bench.provider import scripted
from tests.bench.served import BASE64, URL, furnished
from tests.bench.spending import Spending, processor, tree
from tests.bench.stacks import missing
from tests.live.studio import Studio

ROUNDS, AT_ONCE, CALLS, FIRST = 5, 10, 60, 20
MANY, MANY_CALLS = 100, 300
ALONE = 20
PNG = "iVBORw0KGgo"
"""How every PNG begins in base64."""


@dataclass(frozen=True, slots=True)
class Case:
    """One kind of answer, as both are asked for it."""

    name: str
    said: dict[str, object]
    most: float
    """How much processor time the studio may take for each, of what the proxy takes."""


WITH_URL = Case("url", {"model": URL, "prompt": "a lamp [own]", "size": "1280x1280", "response_format": "url"}, 0.5)
WITH_BASE64 = Case("base64", {"model": BASE64, "prompt": "a lamp [own] [b64]", "response_format": "b64_json"}, 1.0)
CASES = (WITH_URL, WITH_BASE64)


@dataclass(slots=True)
class Sides:
    """The two that are measured, and what the studio has made so far."""

    studio: Studio
    key: str
    peer: Peer
    made: int = 0
    said: list[str] = field(default_factory=list)

    def ours(self, case: Case, count: int, at_once: int) -> Calls:
        self.made += count
        return _right(call(f"{self.studio.url}{IMAGES}", self.key, case.said, count, at_once, _holds_a_picture))

    def theirs(self, case: Case, count: int, at_once: int) -> Calls:
        return _right(call(f"{self.peer.url}{IMAGES}", KEY, case.said, count, at_once, _holds_a_picture))


def measure() -> list[Figure]:
    with (
        scripted() as url,
        furnished(url) as (studio, key),
        litellm(url, [URL, BASE64]) as peer,
    ):
        studio.start()
        sides = Sides(studio, key, peer)
        for case in CASES:
            sides.ours(case, FIRST, AT_ONCE)
            sides.theirs(case, FIRST, AT_ONCE)
        figures = [line for case in CASES for line in _processor(sides, case)]
        figures += [*_fairness(sides), *_added(sides, url)]
        _judge(sides)
    return figures


def _processor(sides: Sides, case: Case) -> list[Figure]:
    """Processor time of an answer, ours and theirs in turns."""
    ours, theirs = [], []
    for _ in range(ROUNDS):
        theirs.append(_their_cost(sides, case))
        ours.append(_our_cost(sides, case))
    ratios = [mine / other for mine, other in zip(ours, theirs, strict=True)]
    span = f"{min(ratios):.2f} to {max(ratios):.2f}"
    return [
        figure(f"{case.name}: LiteLLM's processor time", statistics.median(theirs), 0, "ms", "≥"),
        figure(f"{case.name}: ours, without decoding", statistics.median(ours), 0, "ms", "≥"),
        Figure(f"{case.name}: ours to theirs ({span})", statistics.median(ratios), max(ratios), case.most, "×"),
    ]


def _their_cost(sides: Sides, case: Case) -> float:
    before = sum(map(processor, tree(sides.peer.pid)))
    sides.theirs(case, CALLS, AT_ONCE)
    return (sum(map(processor, tree(sides.peer.pid))) - before) / CALLS * 1000


def _our_cost(sides: Sides, case: Case) -> float:
    """Of web, workers and database, in milliseconds; the decoders' own time is the picture's."""
    assert sides.studio.process is not None
    with Spending(sides.studio, sides.studio.process.pid) as spending:
        sides.ours(case, CALLS, AT_ONCE)
    parts = spending.parts
    print(f"  {case.name}:", ", ".join(f"{name} {spent / CALLS * 1000:.1f} ms" for name, spent in parts.items()))
    return (parts["worker"] + parts["database"]) / CALLS * 1000


def _fairness(sides: Sides) -> list[Figure]:
    """How much longer than usual the slowest wait, with a hundred calls open."""
    theirs = sides.theirs(WITH_URL, MANY_CALLS, MANY)
    ours = sides.ours(WITH_URL, MANY_CALLS, MANY)
    return [
        figure("100 at once: LiteLLM's p99 to its p50", theirs.within(0.99) / theirs.within(0.5), 0, "×", "≥"),
        figure("100 at once: our p99 to our p50", ours.within(0.99) / ours.within(0.5), 3, "×"),
    ]


def _added(sides: Sides, upstream: str) -> list[Figure]:
    """What the studio adds to a call alone, beside the bare steps that it cannot do without; and what those spend."""
    steps = json.loads(inside.run(sides.studio, "steps", f"{upstream}/p/step-{{}}.png"))
    print("  bare steps:", ", ".join(f"{name} {took:.1f} ms ({cpu:.1f})" for name, (took, cpu) in steps.items()))
    bare, alone = sum(took for took, _ in steps.values()), sides.ours(WITH_URL, ALONE, 1).within(0.5)
    spent = sum(cpu for _, cpu in steps.values())
    return [
        figure(f"a call alone, to its bare steps ({bare:.0f} ms)", alone / bare, 2, "×"),
        figure("processor time of the bare steps, less decoder and database", spent, 0, "ms", "≥"),
    ]


def _right(calls: Calls) -> Calls:
    assert not calls.wrong, calls.wrong[0]
    return calls


def _holds_a_picture(answer: dict[str, object]) -> bool:
    (image,) = answer["data"]
    return image["b64_json"].startswith(PNG) if image.get("b64_json") else bool(image["url"])


def _judge(sides: Sides) -> None:
    """Every picture is there and was paid for once."""
    studio = sides.studio
    sums = "COUNT(asset_id), SUM(held), SUM(charged)"
    ((made, held, charged),) = studio.rows(f"SELECT {sums} FROM generations_generation")
    assert (made, charged) == (sides.made, held), (made, sides.made, held, charged)
    studio.manage("audit")
    with httpx.Client(trust_env=False, headers={"Authorization": f"Bearer {sides.key}"}) as script:
        answer = script.post(f"{studio.url}{IMAGES}", json=WITH_URL.said, timeout=60).json()
        assert script.get(answer["data"][0]["url"]).content.startswith(b"\x89PNG")


def main() -> int:
    if lacking := missing() or ("" if PROGRAM.exists() else "LiteLLM is not installed; `make bench-peer` does it"):
        sys.exit(f"Not measured: {lacking}.")
    figures = measure()
    print(*figures, sep="\n")
    page.write({"peer": (__doc__ or "", figures)})
    return 0 if all(line.is_met for line in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
