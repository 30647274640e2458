"""Each failpoint, once for each shape of upstream: a process is killed exactly there, and one state is predicted."""

import time
from dataclasses import dataclass
from functools import partial

from tests.chaos.scenes.scene import Play, Scene
from tests.chaos.stage import EMBEDDED, SERVICES
from tests.chaos.subject import Subject
from tests.live.studio import wait_for

REACHED_WITHIN = SETTLED_WITHIN = 120.0


@dataclass(frozen=True, slots=True)
class Fate:
    """How it must end: the generation's state, how often the upstream billed, whether the attempt is flagged."""

    state: str
    billed: int
    is_lost: bool


AS_IF_NOTHING = Fate("succeeded", 1, is_lost=False)
NOTHING_LEFT = Fate("failed", 0, is_lost=True)
"""The intent stands and no byte has left; nobody can know that, so it counts as possibly paid."""
IN_DOUBT = Fate("failed", 1, is_lost=True)


@dataclass(frozen=True, slots=True)
class Case:
    """A process dies when it comes to `point` with a picture that is made as `script` says."""

    point: str
    fate: Fate
    script: str = ""

    @property
    def prompt(self) -> str:
        return f"struck at {self.point} [pixels=64x64] {self.script}".strip()


SENT = (
    Case("intent.before", AS_IF_NOTHING),
    Case("intent.after", NOTHING_LEFT),
    Case("send.before", NOTHING_LEFT),
    Case("send.after", IN_DOUBT),
    Case("answer.before", IN_DOUBT),
    Case("answer.after", IN_DOUBT),
    Case("stored.before", IN_DOUBT),
    Case("stored.after", AS_IF_NOTHING),
)
ASKED = (
    Case("poll.before", AS_IF_NOTHING),
    Case("poll.after", AS_IF_NOTHING),
)
BROUGHT_HOME = (
    Case("download.before", AS_IF_NOTHING),
    Case("download.after", AS_IF_NOTHING),
    Case("rename.before", AS_IF_NOTHING),
    Case("rename.after", AS_IF_NOTHING),
    Case("told.before", AS_IF_NOTHING),
    Case("told.after", AS_IF_NOTHING),
    Case("settle.before", AS_IF_NOTHING),
    Case("settle.after", AS_IF_NOTHING),
    Case("bell.before", AS_IF_NOTHING),
    Case("bell.after", AS_IF_NOTHING),
)
INSIDE_THE_ANSWER = (
    # The bytes came with the answer, and the first file they are put in is written before the answer is.
    Case("rename.before", IN_DOUBT, "[form=dataurl]"),
    Case("rename.after", IN_DOUBT, "[form=dataurl]"),
    Case("download.after", AS_IF_NOTHING, "[form=dataurl]"),
    Case("settle.before", AS_IF_NOTHING, "[form=dataurl]"),
)
CASES = {"async": (*SENT, *ASKED, *BROUGHT_HOME), "sync": (*SENT, *BROUGHT_HOME, *INSIDE_THE_ANSWER)}
SHORT = {"send.before", "send.after", "stored.before", "stored.after", "settle.before"}


def strike_each(play: Play, kind: str) -> None:
    studio = play.on.studio
    cases = [case for case in CASES[kind] if not play.is_short or case.point in SHORT]
    play.random.shuffle(cases)
    for case in cases:
        studio.arm(case.point)
        studio.ask(case.prompt, kind)
        wait_for(partial(studio.struck, case.point), REACHED_WITHIN, f"a process coming to {case.point}")
        wait_for(partial(_is_out_of_hands, studio, case), SETTLED_WITHIN, f"the recovery from {case.point}")
    studio.wait()
    for case in cases:
        _compare(play, case)
    play.figures["points"] = len(cases)


def _is_out_of_hands(studio: Subject, case: Case) -> bool:
    """Ended, or unknown: then the next process that dies takes nothing of this case with it."""
    time.sleep(0.2)
    state, stage, _ = studio.fate(case.prompt)
    return state not in ("", "queued", "running") or stage == "unknown"


def _compare(play: Play, case: Case) -> None:
    studio = play.on.studio
    state, _, is_lost = studio.fate(case.prompt)
    came_to = Fate(state, sum(bill["prompt"] == case.prompt for bill in studio.upstream.log()), is_lost)
    play.demand(came_to == case.fate, f"{case.prompt!r} came to {came_to}, and {case.fate} was predicted")


SCENES = tuple(
    Scene(
        f"failpoints-{kind}",
        "Killed at any named point, a generation reaches the one state that is predicted for it.",
        partial(strike_each, kind=kind),
        short_on=(EMBEDDED, SERVICES),
    )
    for kind in CASES
)
