"""Briefs as a member may have them: within what one of the studio's own image models can do."""

from dataclasses import replace

from hypothesis import strategies as st

from generations.brief import Brief, Picture
from generations.catalog import LISTINGS, Capabilities
from generations.scripts import SERVED, Call, call_of

BASE = "http://127.0.0.1:8000"
CAN = {listing.name: listing.capabilities for listing in LISTINGS}
ODD = (
    "'",
    '"',
    "\\",
    "$(id)",
    "`id`",
    "\n",
    "-d @/etc/passwd",
    "--help",
    "{}",
    "${x}",
    "%s",
    "<!--",
    "\t",
    "🛶",
    "纸船",
    "!!",
)
"""What means something to a shell, to Python or to JavaScript."""
prompts = st.lists(st.sampled_from(ODD) | st.text(min_size=1, max_size=12), min_size=1).map("".join).filter(str.strip)
kinds = st.sampled_from(["image/png", "image/jpeg", "image/webp"])
pictures = st.builds(
    lambda number, kind: Picture(url=f"{BASE}/p/{number}/", media_type=kind), st.integers(1, 99), kinds
)


@st.composite
def wishes(draw: st.DrawFn) -> tuple[Brief, int, Capabilities]:
    """A brief, how many pictures of it, and what its image model can do."""
    name = draw(st.sampled_from([*CAN]))
    can = CAN[name]
    given = st.lists(pictures, min_size=can.fewest_references, max_size=min(can.most_references, 5))
    brief = Brief(
        draw(prompts),
        name,
        quality=draw(st.sampled_from(["", *can.qualities])),
        format=draw(st.sampled_from(["", *can.formats])),
        moderation=draw(st.sampled_from(["", *can.moderations])),
        compression=draw(st.none() | st.integers(0, 100)) if can.compression else None,
        references=tuple(draw(given)),
    ).sized(draw(st.sampled_from(can.sizes)))
    return brief, draw(st.integers(1, 10)), can


def calls(brief: Brief, count: int, can: Capabilities) -> list[Call]:
    """Those of the wires that can ask for it."""
    asked = (call_of(dialect, brief, count, can) for dialect in SERVED)
    return [call for call in asked if isinstance(call, Call)]


def bare(brief: Brief) -> Brief:
    """Without its pictures, as a wire hears it."""
    return replace(brief, references=(), mask=None)
