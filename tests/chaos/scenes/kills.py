"""Workers and web killed with SIGKILL at random moments, while pictures are under way."""

import threading
import time
from functools import partial
from random import Random

import httpx2 as httpx

from tests.chaos.marks import LOADED, READY
from tests.chaos.scenes.scene import Play, Scene
from tests.chaos.stage import EMBEDDED, SERVICES
from tests.chaos.striking import Reaper, Reapers, draw_lives, kill
from tests.chaos.subject import EMAIL, QUEUES, VIDEOS, Subject, stamp
from tests.live.studio import wait_for

LOOK = 0.2
LIFE = 2.0
"""Seconds for which a process works, at most."""


def kill_async_workers(play: Play) -> None:
    """J1. Every worker in turn, at any age, from its first breath to some seconds of work."""
    studio = play.on.studio
    if studio.is_embedded:
        kills, generations, roles = play.sized(40, 6), play.sized(150, 30), ("web",)
    else:
        kills, generations, roles = play.sized(200, 12), play.sized(500, 40), QUEUES
    with reapers_of(play, roles, kills, READY) as reapers:
        while reapers.are_at_work or len(studio.asked) < generations:
            while len(studio.asked) < min(generations, generations * reapers.share + 10):
                lag = play.random.uniform(0.0, 0.4)
                studio.ask(f"{_picture(play.random, len(studio.asked), 0.2, 3.0)} [lag={lag:.2f}]")
            time.sleep(LOOK)
    studio.wait()
    _judge_kills(play, kills)


def kill_sync_workers(play: Play) -> None:
    """J2. The worker that holds the lines, each time with up to four calls open."""
    studio = play.on.studio
    kills = play.sized(20 if studio.is_embedded else 50, 4)
    moments = [play.random.uniform(0.0, 1.0) for _ in range(kills)]  # first, as chance is asked as often as it needs
    for moment in moments:
        for _ in range(4 - _in_hand(studio)):
            studio.ask(_picture(play.random, len(studio.asked), 0.5, 3.0), "sync")
        wait_for(partial(_is_none_waiting, studio), 120, "four open calls")
        time.sleep(moment)
        for pid in studio.pids("web" if studio.is_embedded else "submit"):
            if kill(pid):
                studio.note("SIGKILL", "the one that holds the lines")
    studio.wait()
    _judge_kills(play, kills)


def _judge_kills(play: Play, kills: int) -> None:
    studio = play.on.studio
    doubted = studio.rows("SELECT count(*) FROM generations_attempt WHERE stage = 'unknown'")[0][0]
    play.figures["kills"] = len(studio.history)
    play.demand(len(studio.history) >= kills * 0.9, f"only {len(studio.history)} of {kills} kills met a process")
    play.demand(doubted or play.is_short, "no kill met an open call, so nothing was shown")


def _in_hand(studio: Subject) -> int:
    """What waits, or is being called for by a worker that lives; the calls of the last one died with it."""
    died = max((strike.time for strike in studio.history), default=0.0)
    counts = studio.counts()
    sending = studio.rows("SELECT sent FROM generations_attempt WHERE stage = 'sending'")
    waiting = len(studio.asked) - sum(counts.values()) + counts.get("queued", 0)
    return waiting + sum(stamp(sent) > died for (sent,) in sending)


def _is_none_waiting(studio: Subject) -> bool:
    counts = studio.counts()
    return sum(counts.values()) == len(studio.asked) and not counts.get("queued")


def _picture(random: Random, number: int, least: float, most: float) -> str:
    return f"picture {number} [pixels=64x64] [delay={random.uniform(least, most):.2f}]"


def reapers_of(play: Play, roles: tuple[str, ...], kills: int, works_when: str) -> Reapers:
    shares = [kills // len(roles) + (number < kills % len(roles)) for number in range(len(roles))]
    lives = [draw_lives(play.random, share, LIFE, works_when) for share in shares]
    return Reapers(*(Reaper(play.on.studio, role, mine) for role, mine in zip(roles, lives, strict=True)))


def kill_web(play: Play) -> None:
    """J4. The web is killed while forms are pressed; whoever gets no answer presses the same form again."""
    studio = play.on.studio
    presses, kills = play.sized(200, 40), play.sized(10, 3)
    prompts = [f"form {number} [pixels=64x64] [delay=0.2]" for number in range(presses)]
    reapers = reapers_of(play, ("web",), kills, LOADED)
    hands = [Presser(studio, prompts[start::4], reapers) for start in range(4)]
    with reapers:
        for hand in hands:
            hand.start()
        for hand in hands:
            hand.join()
    studio.asked += [prompt for hand in hands for prompt in hand.taken]
    studio.wait()
    _judge_presses(play, hands, presses)


class Presser(threading.Thread):
    """Alice at one browser, who presses Create for each of her prompts until she is answered."""

    def __init__(self, studio: Subject, prompts: list[str], reapers: Reapers) -> None:
        super().__init__(daemon=True)
        self.alice = studio.person(EMAIL)
        self.prompts, self.reapers = prompts, reapers
        self.taken: list[str] = []
        self.again = 0

    def run(self) -> None:
        """One form after the other, spread over the time in which the web is being killed."""
        for place, prompt in enumerate(self.prompts):
            while self.reapers.are_at_work and place > len(self.prompts) * self.reapers.share + 3:
                time.sleep(LOOK)
            self._insist(prompt)

    def _insist(self, prompt: str) -> None:
        end = time.monotonic() + 120
        while time.monotonic() < end:
            try:
                self.alice.create(prompt, VIDEOS, key=f"the form of {prompt}")
            except (httpx.HTTPError, AssertionError, ValueError):  # no answer, or a page that says so
                self.again += 1
                time.sleep(LOOK)
            else:
                self.taken.append(prompt)
                return


def _judge_presses(play: Play, hands: list[Presser], presses: int) -> None:
    studio = play.on.studio
    jobs = [prompt for (prompt,) in studio.rows("SELECT prompt FROM generations_job")]
    again = sum(hand.again for hand in hands)
    play.figures |= {"kills": len(studio.history), "answered": len(studio.asked), "pressed_again": again}
    play.demand(len(studio.asked) == presses, f"{len(studio.asked)} of {presses} forms were answered")
    play.demand(sorted(jobs) == sorted(studio.asked), "the forms that were answered are not the jobs that there are")
    slowest = max(studio.waits())
    play.figures["slowest"] = round(slowest, 1)
    play.demand(slowest <= 60, f"a job waited {slowest:.0f} s for its start")


SCENES = (
    Scene(
        "J1-async-kills",
        "kill -9 of workers at random moments loses, doubles and miscounts nothing on polled upstreams.",
        kill_async_workers,
        short_on=(SERVICES,),
    ),
    Scene(
        "J2-sync-kills",
        "kill -9 with four lines held leaves exactly those calls in doubt: flagged, credits back, never sent again.",
        kill_sync_workers,
        short_on=(EMBEDDED,),
    ),
    Scene(
        "J4-web-kills",
        "Every form that was answered is one job, however often it was pressed; every hold has its job.",
        kill_web,
    ),
)
