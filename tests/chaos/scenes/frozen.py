"""A worker that is frozen past its lease, while another takes over, and then goes on as if nothing had been."""

import time
from dataclasses import dataclass
from functools import partial

from tests.chaos.scenes.scene import Play, Scene
from tests.chaos.stage import EMBEDDED
from tests.chaos.subject import Subject
from tests.live.studio import wait_for

TAKEN_OVER_WITHIN = 45.0
MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Freeze:
    """Where a worker is stopped, and what has become of its picture before it goes on."""

    point: str
    kind: str
    meanwhile: str
    """The state of the generation, or the stage of its attempt, that the others bring about."""
    state: str
    said: str = ""
    """What the worker says when it goes on and finds its lease gone, where it says anything."""


FREEZES = (
    Freeze("poll.after", "async", "succeeded", "succeeded"),
    Freeze("download.after", "async", "succeeded", "succeeded", "late_picture_refused"),
    Freeze("download.before", "sync", "succeeded", "succeeded", "late_picture_refused"),
    Freeze("rename.after", "sync", "succeeded", "succeeded", "late_picture_refused"),
    # Gone on with while the generation still waits: the answer counts as if nothing had been.
    Freeze("stored.before", "async", "unknown", "succeeded"),
    Freeze("stored.before", "sync", "unknown", "succeeded"),
    # Gone on with after the deadline: the credits are back, the picture is kept all the same, at no charge.
    Freeze("answer.after", "async", "failed", "failed", "late_answer"),
    Freeze("answer.after", "sync", "failed", "failed", "late_answer"),
)
SHORT = ("download.after", "answer.after")


def freeze_each(play: Play) -> None:
    """J12. A second worker stands by, so that what the first one held is taken over."""
    studio = play.on.studio
    studio.write("UPDATE generations_provider SET patience = 600 WHERE patience IS NOT NULL")
    standing_by = ("--queues", "submit,poll,collect", "--concurrency", "8", "--hostname", "standing-by@%h")
    studio.hire("worker", *standing_by, "--without-gossip", "--without-mingle")
    freezes = [freeze for freeze in FREEZES if not play.is_short or freeze.point in SHORT]
    play.random.shuffle(freezes)
    for freeze in freezes:
        _insist(play, freeze)
    studio.wait()
    play.figures["frozen"] = len(freezes)


def _insist(play: Play, freeze: Freeze) -> None:
    """Again where nobody could take over: one that is frozen while it writes keeps SQLite's one lock to itself."""
    studio = play.on.studio
    for number in range(MOST_TRIES):
        prompt = f"frozen at {freeze.point} {freeze.kind} {number} [pixels=64x64]"
        said = studio.log.read_text().count(freeze.said)
        studio.arm(freeze.point, "freeze")
        studio.ask(prompt, freeze.kind)
        wait_for(partial(studio.struck, freeze.point), 120, f"a process coming to {freeze.point}")
        was_taken_over = _wait_for_the_others(studio, prompt, freeze)
        studio.thaw()
        if was_taken_over:
            _judge(play, prompt, freeze, said)
            return
    play.demand(holds=False, otherwise=f"nobody took over from a worker that was frozen at {freeze.point}")


def _wait_for_the_others(studio: Subject, prompt: str, freeze: Freeze) -> bool:
    end = time.monotonic() + TAKEN_OVER_WITHIN
    while time.monotonic() < end:
        state, stage, _ = studio.fate(prompt)
        if freeze.meanwhile in (state, stage):
            return True
        if freeze.meanwhile == "failed" and stage == "unknown":
            studio.write("UPDATE generations_attempt SET deadline = sent WHERE stage = 'unknown'")
        time.sleep(0.2)
    return False


def _judge(play: Play, prompt: str, freeze: Freeze, said: int) -> None:
    """The picture is kept in each case; whose it is, and what it costs, depends on who was first."""
    studio = play.on.studio
    wait_for(lambda: studio.fate(prompt)[:2] == (freeze.state, "kept"), 120, f"the end of {prompt!r}")
    if freeze.said:
        wait_for(lambda: studio.log.read_text().count(freeze.said) > said, 60, f"{freeze.said} in the log")
    is_lost = studio.fate(prompt)[2]
    play.demand(is_lost == (freeze.state == "failed"), f"{prompt!r} is flagged as lost: {is_lost}")


SCENES = (
    Scene(
        "J12-frozen",
        "A worker that was frozen past its lease changes nothing when it goes on; a late picture is kept for free.",
        freeze_each,
        short_on=(EMBEDDED,),
    ),
)
