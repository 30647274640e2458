"""The studio under attack: its processes by what they do, ways to strike them, and what was struck when."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from generations.failpoints import STRUCK, arm
from gptstudio.queues import THREADS
from tests.live.studio import ROOT, Studio
from tests.upstream.fixture import Handle

EMAIL = "alice@example.com"
QUEUES = ("submit", "poll", "collect")
VIDEOS, VIP = "gpt-image-2", "gpt-image-2-vip"
KINDS = {"async": VIDEOS, "sync": VIP}
"""The image models of the two shapes of upstream: one that is asked again and again, one that holds the line."""
OPEN = ("queued", "running")


@dataclass(frozen=True, slots=True)
class Strike:
    """What was done to the studio, and when."""

    time: float
    how: str
    whom: str


class Subject(Studio):
    """One studio, its own history, and the process that hands prompts in."""

    patience = 240.0

    def __init__(self, data: Path, upstream: Handle, environment: dict[str, str]) -> None:
        self.failpoints = data / "failpoints"
        self.failpoints.mkdir(exist_ok=True)
        chaos = {"DJANGO_SETTINGS_MODULE": "tests.chaos.settings", "FAILPOINTS": str(self.failpoints)}
        super().__init__(data, upstream.url, {**chaos, **environment})
        self.upstream = upstream
        self.is_embedded = "BROKER_URL" not in environment
        self.history: list[Strike] = []
        self.hired: list[subprocess.Popen[bytes]] = []
        self.asked: list[str] = []
        self._asking: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    # --- what is asked of it ---

    def ask(self, prompt: str, kind: str = "async") -> str:
        """Hand a prompt in past the forms. The process that does so is never struck."""
        with self._lock:
            if self._asking is None:
                self._asking = self._start_asking()
            assert self._asking.stdin is not None
            self._asking.stdin.write(json.dumps([prompt, KINDS[kind]]) + "\n")
            self._asking.stdin.flush()
            self.asked.append(prompt)
        return prompt

    def _start_asking(self) -> "subprocess.Popen[str]":
        unarmed = self.data / "unarmed"
        unarmed.mkdir(exist_ok=True)
        with self.log.open("a") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.chaos.asking", EMAIL],
                cwd=ROOT, env={**self.environment, "FAILPOINTS": str(unarmed)},
                stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=log, text=True,
            )  # fmt: skip

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database holds. One that is down at the moment is asked again."""
        end = time.monotonic() + self.patience
        while True:
            try:
                return super().rows(query)
            except (psycopg.OperationalError, sqlite3.OperationalError):
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)

    def write(self, statement: str) -> None:
        """Change a row by hand, before anything runs."""
        if url := self.environment.get("DATABASE_URL"):
            with psycopg.connect(url, autocommit=True) as line:
                line.execute(statement)
            return
        with closing(sqlite3.connect(self.data / "studio.sqlite3")) as line, line:
            line.execute(statement)

    def counts(self) -> dict[str, int]:
        """How many generations stand in each state."""
        return dict(self.rows("SELECT state, count(*) FROM generations_generation GROUP BY state"))

    def fate(self, prompt: str) -> tuple[str, str, bool]:
        """The state of a prompt's generation, the stage of its last attempt, and whether that is flagged as lost."""
        found = self.rows(
            "SELECT g.state, a.stage, a.is_lost FROM generations_generation g JOIN generations_job j ON j.id = g.job_id"
            f" LEFT JOIN generations_attempt a ON a.generation_id = g.id WHERE j.prompt = '{prompt}'"
            " ORDER BY a.sent DESC LIMIT 1"
        )
        state, stage, is_lost = found[0] if found else ("", "", False)
        return state, stage or "", bool(is_lost)

    def waits(self) -> list[float]:
        """The seconds that each generation waited for its start."""
        moments = self.rows("SELECT started, created FROM generations_generation WHERE started IS NOT NULL")
        return [stamp(started) - stamp(created) for started, created in moments]

    def unfinished(self) -> int:
        counts = self.counts()
        return len(self.asked) - sum(count for state, count in counts.items() if state not in OPEN)

    def wait(self, most: int = 0, within: float = 300.0) -> None:
        """Until no more than `most` of what was asked for is unfinished."""
        end = time.monotonic() + within
        while (left := self.unfinished()) > most:
            if time.monotonic() > end:
                raise AssertionError(f"{left} of {len(self.asked)} are unfinished after {within:.0f} s: {self._left()}")
            time.sleep(0.2)

    def _left(self) -> list[tuple[Any, ...]]:
        return self.rows(
            "SELECT g.id, g.state, a.stage, a.fault, a.lease_until, a.deadline FROM generations_generation g"
            " LEFT JOIN generations_attempt a ON a.generation_id = g.id WHERE g.state IN ('queued', 'running') LIMIT 10"
        )

    def open_calls(self) -> int:
        """Calls that are under way as far as the database knows."""
        return int(self.rows("SELECT count(*) FROM generations_attempt WHERE stage = 'sending'")[0][0])

    # --- its processes ---

    def pids(self, role: str) -> list[int]:
        """The processes that do a queue's work, or serve pages. Embedded, one process does it all."""
        lines = {pid: _command(pid) for pid in self.children()}
        if role in THREADS and not self.is_embedded:
            return [pid for pid, words in lines.items() if f"--queues\0{role}\0" in words]
        masters = [pid for pid, words in lines.items() if "gunicorn" in words]
        return masters[1:]

    def has_come(self, pid: int, how_far: str) -> bool:
        """Whether a process says that it has come so far, or is no more."""
        return (self.failpoints / f"{pid}.{how_far}").exists() or not Path(f"/proc/{pid}").exists()

    def thaw(self) -> None:
        """Let every process go on that was frozen."""
        for pid in [*self.children(), *(process.pid for process in self.hired)]:
            if _is_frozen(pid):
                os.kill(pid, signal.SIGCONT)

    def note(self, how: str, whom: str) -> None:
        with self._lock:
            self.history.append(Strike(time.time(), how, whom))

    def kill(self) -> None:
        """As a power cut. What was said until then is kept in `before.log`, for the log begins anew."""
        self.note("SIGKILL", "everything")
        with (self.data / "before.log").open("a") as before:
            before.write(self.log.read_text())
        super().kill()

    def hire(self, *words: str) -> None:
        """One more process of Celery's beside the studio's own: another worker, a beat."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "--app", "gptstudio", *words],
                cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.hired.append(process)

    # --- its failpoints ---

    def arm(self, name: str, action: str = "kill", hit: int = 1) -> None:
        arm(self.failpoints, name, action, hit)

    def struck(self, name: str) -> bool:
        """Whether the point has struck; once told, it is forgotten, so that it may be armed again."""
        try:
            (self.failpoints / f"{name}{STRUCK}").unlink()
        except FileNotFoundError:
            return False
        self.note("failpoint", name)
        return True

    def close(self) -> None:
        for process in self.hired:
            process.kill()
            process.wait()
        super().close()
        if self._asking:
            self._asking.kill()
            self._asking.communicate()


def stamp(moment: datetime | str) -> float:
    """Seconds since the epoch. SQLite gives a time as text, in UTC."""
    return (moment if isinstance(moment, datetime) else datetime.fromisoformat(f"{moment}+00:00")).timestamp()


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return ""


def _is_frozen(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"
    except OSError:
        return False
