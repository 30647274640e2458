"""The worker that tells receivers what became of jobs is killed with lines in its hands."""

import time
from collections import Counter, defaultdict

from tests.chaos.marks import READY
from tests.chaos.scenes.kills import LOOK, reapers_of
from tests.chaos.scenes.scene import Play, Scene
from tests.generations.hooks.receiver import Parcel, Receiver, Says, receiving
from tests.live.studio import wait_for

HELD = 0.4
"""Seconds for which the receiver holds each line: long enough to be killed in."""
TOLD_WITHIN = 120.0


def kill_hook_workers(play: Play) -> None:
    """W3. Whatever was on its way when its worker died is sent again, and the receiver knows it by its id."""
    studio = play.on.studio
    role = "web" if studio.is_embedded else "hooks"
    kills = play.sized(20 if studio.is_embedded else 50, 6)
    events = play.sized(80 if studio.is_embedded else 200, 24)
    with receiving() as receiver:
        receiver.says = hold
        studio.change(f"UPDATE generations_webhook SET url = '{receiver.url}'")
        studio.allow(receiver.origin)
        with reapers_of(play, (role,), kills, READY) as reapers:
            while reapers.are_at_work or len(studio.asked) < events:
                while len(studio.asked) < min(events, events * reapers.share + 10):
                    studio.ask(f"picture {len(studio.asked)} [pixels=64x64]")
                time.sleep(LOOK)
        studio.wait()
        wait_for(lambda: not _left(play), TOLD_WITHIN, "the last event")
        _judge(play, receiver, kills)


def hold(_parcel: Parcel) -> Says:
    time.sleep(HELD)
    return Says()


def _left(play: Play) -> int:
    return int(play.on.studio.rows("SELECT count(*) FROM generations_delivery WHERE state = 'waiting'")[0][0])


def _judge(play: Play, receiver: Receiver, kills: int) -> None:
    studio = play.on.studio
    states = {f"evt_{str(pk).replace('-', '')}": state for pk, state in studio.rows(_STATES)}
    whole = [parcel for parcel in receiver.came if len(parcel.body) == int(parcel.headers["content-length"])]
    bodies = defaultdict(set)  # a process may also die between the head of its message and the body
    for parcel in whole:
        bodies[parcel.id].add(parcel.body)
    again = len(whole) - len(bodies)
    play.figures |= {"kills": len(studio.history), "told": len(bodies), "told_again": again}
    play.demand(len(studio.history) >= kills * 0.9, f"only {len(studio.history)} of {kills} kills met a process")
    play.demand(again or play.is_short, "no kill met an open line, so nothing was shown")
    play.demand(Counter(states.values()) == {"taken": len(studio.asked)}, f"events came to {Counter(states.values())}")
    play.demand(bodies.keys() == states.keys(), f"never told: {states.keys() - bodies.keys()}")
    differing = [said for said in bodies.values() if len(said) > 1]
    play.demand(not differing, f"events came again with other bodies: {differing}")


_STATES = "SELECT id, state FROM generations_delivery"

SCENES = (
    Scene(
        "W3-hook-kills",
        "kill -9 of the worker that tells receivers loses no event; what comes twice has one id.",
        kill_hook_workers,
    ),
)
