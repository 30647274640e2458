"""One scene: its name, what it shows, on which stacks, and what it does."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from tests.chaos.stage import STACKS, Set

SHORT_CLOCKS = {"CHAOS_CLOCKS": "short"}


@dataclass(slots=True)
class Play:
    """One performance: the studio on stage, chance, and what came of it beside the checker's judgement."""

    on: Set
    random: Random
    is_short: bool
    figures: dict[str, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def sized(self, whole: int, short: int) -> int:
        return short if self.is_short else whole

    def demand(self, holds: object, otherwise: str) -> None:
        """What this scene alone can see."""
        if not holds:
            self.wrong.append(otherwise)


@dataclass(frozen=True, slots=True)
class Scene:
    name: str
    shows: str
    """The promise it is the check of, as the page of promises has it."""
    act: Callable[[Play], None]
    stacks: tuple[str, ...] = STACKS
    environment: dict[str, str] = field(default_factory=lambda: dict(SHORT_CLOCKS))
    own_database: bool = False
    short_on: tuple[str, ...] = ()
    """The stacks on which it is part of the short run."""
