"""Asked to stop, the studio finishes what it holds."""

import signal
import time

from tests.chaos.scenes.scene import Play, Scene
from tests.chaos.stage import EMBEDDED, SERVICES
from tests.live.studio import wait_for

OPEN, WAITING = 8, 8
DELAY = 8.0


def stop_with_open_calls(play: Play) -> None:
    """J10. TERM while eight lines are held; what comes after it is not begun, and what was begun is finished."""
    studio = play.on.studio
    assert studio.process is not None
    for number in range(OPEN):
        studio.ask(f"held {number} [pixels=64x64] [delay={DELAY}]", "sync")
    wait_for(lambda: len(studio.upstream.log()) == OPEN, 60, "eight open calls")
    studio.note("SIGTERM", "everything")
    began = time.monotonic()
    studio.process.send_signal(signal.SIGTERM)
    time.sleep(play.random.uniform(0.2, 0.8))
    for number in range(WAITING):
        studio.ask(f"waiting {number} [pixels=64x64]", "sync")
    code = studio.process.wait(timeout=120)
    play.figures["slowest"] = round(time.monotonic() - began, 1)
    play.demand(code == 0, f"it ended with {code}")
    _judge_stop(play)
    studio.start()
    studio.wait()
    play.demand(
        studio.counts() == {"succeeded": OPEN + WAITING},
        f"started again it came to {studio.counts()}",
    )


def _judge_stop(play: Play) -> None:
    studio = play.on.studio
    stages = dict(studio.rows("SELECT stage, count(*) FROM generations_attempt GROUP BY stage"))
    play.demand(not stages.get("sending"), f"{stages.get('sending')} calls were left open")
    play.demand(not stages.get("unknown"), f"{stages.get('unknown')} attempts are in doubt")
    play.demand(sum(stages.values()) == OPEN, f"{sum(stages.values())} calls were begun, {OPEN} of them before TERM")


SCENES = (
    Scene(
        "J10-stop",
        "TERM finishes the calls that are held and begins none: no attempt is in doubt after a planned stop.",
        stop_with_open_calls,
        short_on=(EMBEDDED, SERVICES),
    ),
)
