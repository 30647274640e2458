"""`python -m tests.chaos`: strikes the whole studio, on both stacks, and reads what is left. Exit 1 where a promise
was broken."""

import argparse
import os
import secrets
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from types import FrameType

from tests.chaos import checker, results, scenes, services, witnesses
from tests.chaos.results import Result
from tests.chaos.scenes.scene import Play, Scene
from tests.chaos.stage import SERVICES, STACKS, Stage

AT_ONCE = 3
"""Scenes played side by side: most of a scene is waiting, for a lease to run out or for a process to be there."""


def main() -> int:
    asked = arguments()
    chosen = [*choose(asked)]
    if any(stack == SERVICES for _, stack in chosen):
        services.require()
    began = time.monotonic()
    print(f"seed {asked.seed}: {len(chosen)} scenes; the same again with --seed {asked.seed}", flush=True)
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    folder.chmod(0o755)  # PostgreSQL's own user walks through it
    with Stage(folder) as stage, ThreadPoolExecutor(AT_ONCE) as hands:
        leave_nothing_behind(stage, folder)
        found = [*hands.map(lambda pair: play(stage, *pair, asked), chosen)]
    if not any(result.wrong for result in found):
        shutil.rmtree(folder)
    took = time.monotonic() - began
    is_whole = not (asked.short or asked.scene or asked.stack)
    path = results.keep(found, asked.seed, is_whole=is_whole, seconds=took)
    if is_whole:
        results.show(found)
    broken = sum(bool(result.wrong) for result in found)
    print(f"seed {asked.seed}: {len(found)} scenes in {took:.0f} s, {broken} broken; {path}")
    return 1 if broken else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument(
        "--seed", type=int, default=secrets.randbelow(10**6), help="the same strikes as in an earlier run"
    )
    parser.add_argument("--short", action="store_true", help="the part that the gate runs")
    parser.add_argument("--stack", choices=STACKS, help="on one stack only")
    parser.add_argument(
        "--scene", choices=[scene.name for scene in scenes.ALL], action="append", help="these scenes only"
    )
    return parser.parse_args()


def choose(asked: argparse.Namespace) -> Iterator[tuple[Scene, str]]:
    for scene in scenes.ALL:
        for stack in scene.short_on if asked.short else scene.stacks:
            if asked.stack in (None, stack) and (not asked.scene or scene.name in asked.scene):
                yield scene, stack


def leave_nothing_behind(stage: Stage, folder: Path) -> None:
    """Told to stop, end every process that was started, and clear away what they wrote."""

    def leave(number: int, _frame: FrameType | None) -> None:
        stage.abandon()
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)


def play(stage: Stage, scene: Scene, stack: str, asked: argparse.Namespace) -> Result:
    """One scene from its first prompt to the judgement. What it raises is broken too."""
    result = Result(scene.name, stack)
    began = time.monotonic()
    try:
        with stage.studio(stack, scene.environment, own_database=scene.own_database) as on:
            result.left = str(on.studio.data)
            perform(result, Play(on, Random(f"{asked.seed} {scene.name} {stack}"), asked.short), scene)
    except Exception:
        result.wrong.append(traceback.format_exc())
    result.seconds = round(time.monotonic() - began, 1)
    say(result)
    return result


def perform(result: Result, playing: Play, scene: Scene) -> None:
    """The checker reads whatever the scene has come to, also where it broke off."""
    try:
        scene.act(playing)
    except Exception:
        result.wrong.append(traceback.format_exc())
    books = witnesses.read(playing.on.studio)
    result.figures = {**checker.figures(books), **playing.figures}
    result.wrong += [*playing.wrong, *checker.judge(books)]


def say(result: Result) -> None:
    figures = ", ".join(f"{name} {value:g}" for name, value in result.figures.items())
    verdict = "BROKEN" if result.wrong else "kept"
    lines = [f"{verdict:6} {result.scene} on {result.stack} in {result.seconds:.0f} s: {figures}"]
    lines += [f"       {wrong}" for wrong in result.wrong]
    if result.wrong:
        lines.append(f"       its data and log: {result.left}")
    print(*lines, sep="\n", flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except services.Missing as wrong:
        sys.exit(str(wrong))
