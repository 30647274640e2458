"""The processes of a running studio: started together, kept running, stopped together."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from types import FrameType

from django.conf import settings
from django.db import connections

from gptstudio import lifeline
from gptstudio.queues import QUIET, THREADS

BLINK = 0.1
"""Seconds between two looks at the processes."""

STILLBORN = 10
"""A process that ends by itself within so many seconds would only do so again."""

START_SECONDS = 60


class Failed(Exception):
    """The studio cannot run. The message is one sentence for the person at the terminal."""


def commands() -> dict[str, list[str]]:
    """What to run: the web, and a worker for each queue unless they live inside the web process."""
    python = [sys.executable, "-m"]
    web = {"web": [*python, "gunicorn", "--config", "python:gptstudio.gunicorn", "gptstudio.wsgi"]}
    if settings.IS_EMBEDDED:
        return web
    # Celery warns whoever runs it as root of unpickling; its messages here are JSON.
    python.insert(1, "-Wignore:You're running the worker")
    worker = [*python, "celery", "--app", "gptstudio", "worker", *QUIET]
    return web | {
        queue: [*worker, "--queues", queue, "--concurrency", str(threads), "--hostname", f"{queue}@%h"]
        for queue, threads in THREADS.items()
    }


class Tree:
    """One process tree: its members restart when they end, and all of them end with it."""

    def __init__(self, commands: dict[str, list[str]]) -> None:
        self.commands = commands
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.started: dict[str, float] = {}
        self.asked = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.ask)

    def ask(self, number: int, _frame: FrameType | None) -> None:
        """Once: finish what runs, then end. Only a second Ctrl-C ends it now: a service manager may say TERM twice."""
        if number == signal.SIGINT or not self.asked:
            self.asked += 1

    def start(self) -> None:
        for name in self.commands:
            self.spawn(name)

    def spawn(self, name: str) -> None:
        # A session of its own keeps the terminal's Ctrl-C from it: who stops, and in which order, is decided here.
        self.running[name] = subprocess.Popen(  # noqa: S603 our own command
            self.commands[name],
            stdout=subprocess.DEVNULL,  # banners; what there is to say is in the log, on stderr
            start_new_session=True,
            preexec_fn=partial(lifeline.hold, os.getpid()),  # noqa: PLW1509 this process has one thread
        )
        self.started[name] = time.monotonic()

    def wait_for_web(self) -> None:
        """Return when the web answers, or when somebody asked to stop. Raises Failed."""
        end = time.monotonic() + START_SECONDS
        while not self.asked and not answers():
            self.tend()
            if time.monotonic() > end:
                raise Failed(f"The web did not answer within {START_SECONDS} seconds.")
            time.sleep(BLINK)

    def watch(self) -> None:
        """Keep the processes running until somebody asks to stop. Raises Failed."""
        while not self.asked:
            self.tend()
            time.sleep(BLINK)

    def tend(self) -> None:
        """Start again whatever has ended. Raises Failed for what gave up by itself as soon as it had started."""
        for name, process in self.running.items():
            if (ending := process.poll()) is None:
                continue
            if ending >= 0 and time.monotonic() - self.started[name] < STILLBORN:
                raise Failed(f"The {name} process could not start; what it said stands above.")
            self.spawn(name)

    def stop(self, say: Callable[[str], None]) -> None:
        """Ask every process to finish, wait for them within bounds, and leave none behind."""
        for process in self.alive():
            process.terminate()
        patience, told = self.asked, False
        end, hint = time.monotonic() + settings.DRAIN_SECONDS, time.monotonic() + 3
        while self.alive() and self.asked <= patience and time.monotonic() < end:
            if not told and time.monotonic() > hint:
                say("Finishing the pictures under way. Ctrl-C again stops at once.")
                told = True
            time.sleep(BLINK)
        for process in self.alive():
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def alive(self) -> list[subprocess.Popen[bytes]]:
        return [process for process in self.running.values() if process.poll() is None]


def disconnect() -> None:
    """Close every database connection and its pool, whose threads a process that forks must not have."""
    for line in connections.all(initialized_only=True):
        line.close()
        if hasattr(line, "close_pool"):
            line.close_pool()


def refuse_taken_port() -> None:
    """Raises Failed where somebody else listens already."""
    with socket.socket(socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((settings.HOST, settings.PORT))
        except OSError as wrong:
            reason = os.strerror(wrong.errno or 0).lower()
            raise Failed(f"Cannot listen on {settings.HOST}:{settings.PORT}: {reason}. Choose another PORT.") from wrong


def answers() -> bool:
    """Whether the web says anything at all."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.HOST, settings.HOST)  # noqa: S104
    line = http.client.HTTPConnection(here, settings.PORT, timeout=5)
    try:
        line.request("GET", "/health/live")
        line.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()
    return True
