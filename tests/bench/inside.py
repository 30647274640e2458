"""Runs a module of the bench inside a studio: `python -m tests.bench.inside MODULE WORD…` calls its `main(WORD…)`."""

import importlib
import os
import subprocess
import sys
from typing import Any

import django

from tests.live.studio import ROOT, Studio


def start(studio: Studio, module: str, *words: object, **pipes: Any) -> subprocess.Popen[str]:
    """A process of the bench's own that finds the studio's settings, database and broker."""
    command = [sys.executable, "-m", "tests.bench.inside", f"tests.bench.{module}", *map(str, words)]
    environment = studio.environment | {"DJANGO_SETTINGS_MODULE": "gptstudio.settings"}
    return subprocess.Popen(command, cwd=ROOT, env=environment, text=True, **pipes)


def run(studio: Studio, module: str, *words: object) -> str:
    """The same, waited for. Gives what it prints."""
    process = start(studio, module, *words, stdout=subprocess.PIPE)
    said, _ = process.communicate(timeout=300)
    assert process.returncode == 0, said
    return said


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gptstudio.settings")
    django.setup()
    importlib.import_module(sys.argv[1]).main(*sys.argv[2:])
