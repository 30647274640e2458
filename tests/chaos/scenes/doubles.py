"""Everything said or looked for more often than once: messages, sweeps, beats."""

from tests.chaos.scenes.scene import SHORT_CLOCKS, Play, Scene
from tests.chaos.stage import EMBEDDED


def deliver_thrice(play: Play) -> None:
    """J8. Each message comes three times."""
    _make(play)


def sweep_thrice(play: Play) -> None:
    """J11. Three sweepers in each worker, and two beats where there is a broker to beat for."""
    studio = play.on.studio
    if not studio.is_embedded:
        for number in range(2):
            studio.hire("beat", "--schedule", str(studio.data / f"beat-{number}"))
    _make(play)


def _make(play: Play) -> None:
    studio = play.on.studio
    number = play.sized(150 if studio.is_embedded else 300, 30)
    for place in range(number):
        delay = play.random.uniform(0.0, 2.0)
        studio.ask(f"picture {place} [pixels=64x64] [delay={delay:.2f}]", "sync" if place % 3 == 2 else "async")
    studio.wait()
    billed, kept = len(studio.upstream.submissions()), studio.counts().get("succeeded", 0)
    play.demand(billed == kept == number, f"{number} asked for, {billed} submitted, {kept} kept and charged")


SCENES = (
    Scene(
        "J8-messages-thrice",
        "A message that comes three times does its work once: submissions = charges = pictures.",
        deliver_thrice,
        environment=SHORT_CLOCKS | {"CHAOS_RINGS": "3"},
        short_on=(EMBEDDED,),
    ),
    Scene(
        "J11-sweepers",
        "Any number of sweepers and beats at once double nothing.",
        sweep_thrice,
        environment=SHORT_CLOCKS | {"CHAOS_SWEEPERS": "3"},
    ),
)
