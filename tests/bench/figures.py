"""What comes out of a scene: figures, each beside the limit it has to keep."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import eq, ge, le

SIGNS: dict[str, Callable[[float, float], bool]] = {"≤": le, "≥": ge, "=": eq}


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the page: what was measured, what came out, and what it has to be."""

    what: str
    judged: float
    highest: float
    limit: float
    unit: str
    sign: str = "≤"

    @property
    def is_met(self) -> bool:
        return SIGNS[self.sign](self.judged, self.limit)

    def __str__(self) -> str:
        verdict = "met" if self.is_met else "**missed**"
        judged, highest = f"{self.judged:,.2f}", f"{self.highest:,.2f}"
        return f"| {self.what} | {judged} | {highest} | {self.sign} {self.limit:g} | {self.unit} | {verdict} |"


def figure(what: str, judged: float, limit: float, unit: str, sign: str = "≤") -> Figure:
    """A figure that was measured once."""
    return Figure(what, judged, judged, limit, unit, sign)
