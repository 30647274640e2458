"""The broker emptied, the broker gone, the database crashed, each under load. On the clocks of production."""

import time

from tests.chaos.scenes.scene import Play, Scene
from tests.chaos.stage import SERVICES
from tests.chaos.subject import QUEUES, Subject
from tests.live.studio import wait_for

LOOK = 0.2
FEW = 2
"""Bells that have to wait in the broker before it is emptied."""
REAL = {"CHAOS_CLOCKS": "real"}


def flush_broker(play: Play) -> None:
    """J5. Every message is gone, ten times, while bells wait for a worker of few threads."""
    studio, broker = play.on.studio, play.on.redis
    assert broker is not None
    flushes, generations, lost = play.sized(10, 2), play.sized(300, 30), 0
    for number in range(flushes):
        for _ in range(generations // flushes):
            lag = play.random.uniform(0.8, 1.6)
            studio.ask(f"picture {len(studio.asked)} [pixels=64x64] [lag={lag:.2f}]")
        wait_for(lambda: broker.waiting(QUEUES) >= FEW, 60, "bells that wait")
        time.sleep(play.random.uniform(0.0, 0.5))
        lost += broker.waiting(QUEUES)
        broker.flush()
        studio.note("FLUSHALL", f"redis, {number + 1}")
        studio.wait(most=10)
    studio.wait()
    slowest = max(studio.waits())
    play.figures |= {"flushes": flushes, "messages_lost": lost, "slowest": round(slowest, 1)}
    play.demand(lost >= flushes, f"{lost} messages were lost in {flushes} flushes, so little was shown")
    play.demand(slowest <= 30, f"a generation waited {slowest:.0f} s for its start")


def restart_broker(play: Play) -> None:
    """J6. The broker is killed, stays away for some seconds, and comes back empty."""
    studio, broker = play.on.studio, play.on.redis
    assert broker is not None
    slowest = 0.0
    restarts = play.sized(5, 1)
    for number in range(restarts):
        _ask(play, 10)
        time.sleep(play.random.uniform(0.0, 1.0))
        broker.kill()
        studio.note("SIGKILL", f"redis, {number + 1}")
        _ask(play, 10)
        time.sleep(play.random.uniform(2.0, 6.0))
        broker.start()
        slowest = max(slowest, _until_begun(play, 60.0))
    studio.wait()
    play.figures |= {"restarts": restarts, "slowest": round(slowest, 1)}


def restart_database(play: Play) -> None:
    """J7. The database crashes with everything under way, and plays its log back."""
    studio, database = play.on.studio, play.on.postgres
    assert database is not None
    slowest = 0.0
    restarts = play.sized(5, 1)
    for number in range(restarts):
        _ask(play, 20)
        time.sleep(play.random.uniform(0.5, 2.5))
        database.restart()
        studio.note("restart -m immediate", f"postgres, {number + 1}")
        slowest = max(slowest, _until_begun(play, 15.0))
    studio.wait()
    play.figures |= {"restarts": restarts, "slowest": round(slowest, 1)}


def _ask(play: Play, number: int) -> None:
    """Pictures of both kinds, which take long enough to be under way when it happens."""
    studio = play.on.studio
    for kind in ("async", "async", "sync") * number:
        if not number:
            return
        number -= 1
        studio.ask(f"picture {len(studio.asked)} [pixels=64x64] [delay={play.random.uniform(0.2, 2.0):.2f}]", kind)


def _until_begun(play: Play, limit: float) -> float:
    """Seconds until somebody takes up a generation that is asked for now, and the pages answer."""
    studio = play.on.studio
    began = time.monotonic()
    prompt = studio.ask(f"after the storm {len(studio.asked)} [pixels=64x64]")
    while not (_is_begun(studio, prompt) and studio.answers()):
        if time.monotonic() > began + 120:
            break
        time.sleep(LOOK)
    took = time.monotonic() - began
    play.demand(took <= limit, f"it took {took:.1f} s until work was taken up again, and {limit:.0f} are promised")
    return took


def _is_begun(studio: Subject, prompt: str) -> bool:
    return bool(
        studio.rows(
            "SELECT 1 FROM generations_generation g JOIN generations_job j ON j.id = g.job_id"
            f" WHERE j.prompt = '{prompt}' AND g.started IS NOT NULL"
        )
    )


SCENES = (
    Scene(
        "J6-broker-restarts",
        "A broker that dies and comes back empty costs no job; work is taken up again within 60 s.",
        restart_broker,
        (SERVICES,),
        REAL,
    ),
    Scene(
        "J7-database-restarts",
        "A database that crashes under load costs no job and no credit; work is taken up again within 15 s.",
        restart_database,
        (SERVICES,),
        REAL,
        own_database=True,
    ),
    Scene(
        "J5-broker-flushed",
        "A broker that loses every message costs seconds, never a job.",
        flush_broker,
        (SERVICES,),
        REAL | {"WORKER_THREADS": "4"},
    ),
)
