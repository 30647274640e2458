"""The whole studio as a person starts it: `manage.py studio` in processes of its own, driven through its pages."""

import json
import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2 as httpx
import psycopg

ROOT = Path(__file__).resolve().parent.parent.parent
PASSWORD = "a long enough password"


def free_port() -> int:
    """One that no outgoing connection takes by chance while a killed studio is started again."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def wait_for(condition: Callable[[], Any], within: float = 30.0, what: str = "it") -> Any:
    """The first truthy value of `condition`, asked for every 50 ms."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen within {within} s")


class Studio:
    """One studio with data of its own. `environment` chooses the stack; nothing chooses the embedded default."""

    patience = 60.0
    """Seconds that a command or a start may take."""

    def __init__(self, data: Path, upstream: str, environment: dict[str, str]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.data = data
        self.log = data / "studio.log"
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            "STUDIO_DATA": str(data),
            "PORT": str(self.port),
            "FETCH_ALLOW": upstream,
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.people: list[Person] = []

    def manage(self, *words: str) -> str:
        """Run a command of the studio's and give what it prints; a failing one fails the test with its words."""
        done = subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=self.patience, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "studio", "--with-parent"],
                cwd=ROOT, env=self.environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        wait_for(self.is_ready, self.patience, "the start")

    def is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        return "GPT Studio is ready" in self.log.read_text().rpartition("\x00")[2] and self.answers()

    def answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}/health/live", trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self) -> int:
        """As Ctrl-C: let it finish, and give its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=30)

    def kill(self) -> None:
        """End every process of the studio at once, as a power cut would."""
        assert self.process is not None
        for pid in [*self.children(), self.process.pid]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(timeout=10)
        wait_for(lambda: not self.answers(), what="the end")
        self.log.write_text("")

    def children(self) -> list[int]:
        """Every process below the studio's own."""
        parents = {
            int(path.name): int(stat.rpartition(")")[2].split()[1])
            for path in Path("/proc").iterdir()
            if path.name.isdigit() and (stat := _read(path / "stat"))
        }
        assert self.process is not None
        found = [self.process.pid]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found[1:]

    def lead_to(self, upstream: str) -> None:
        """Let every provider of a studio that was furnished elsewhere be this upstream."""
        self.change(f"UPDATE generations_provider SET base_url = '{upstream}' WHERE base_url <> ''")

    def change(self, statement: str) -> None:
        """Write to the database beside the running studio."""
        if url := self.environment.get("DATABASE_URL"):
            with psycopg.connect(url) as line:
                line.execute(statement)
        else:
            with closing(sqlite3.connect(self.data / "studio.sqlite3", timeout=20)) as line, line:
                line.execute(statement)

    def allow(self, origin: str) -> None:
        """Start again as a studio that may fetch from this origin too."""
        self.stop()
        self.log.write_text("")
        self.environment["FETCH_ALLOW"] += f",{origin}"
        self.start()

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database holds, read beside the running studio."""
        if url := self.environment.get("DATABASE_URL"):
            with psycopg.connect(url, autocommit=True) as line:
                return line.execute(query).fetchall()
        with closing(sqlite3.connect(f"file:{self.data}/studio.sqlite3?mode=ro", uri=True, timeout=20)) as line:
            return line.execute(query).fetchall()

    def states(self) -> list[str]:
        return [state for (state,) in self.rows("SELECT state FROM generations_generation ORDER BY created, position")]

    def wait_until_over(self, count: int, within: float = 60.0) -> list[str]:
        """The states of all generations once there are `count` and each has ended."""

        def over() -> list[str] | None:
            states = self.states()
            return states if len(states) == count and not {"queued", "running"} & set(states) else None

        try:
            return wait_for(over, within, f"the end of {count} generations")
        except AssertionError as wrong:
            attempts = self.rows("SELECT stage, fault, fault_text, tries, stumbles FROM generations_attempt")
            raise AssertionError(f"{wrong}: {self.states()} {attempts}\n{self.log.read_text()[-3000:]}") from wrong

    def bootstrap(self, email: str, team: str, *more: str, credits: int = 1000) -> dict[str, Any]:
        words = ("--email", email, "--password", PASSWORD, "--team", team, "--credits", str(credits))
        return json.loads(self.manage("bootstrap", *words, *more))

    def person(self, email: str) -> "Person":
        """Somebody who signs in with the password that `bootstrap` gave them."""
        self.people.append(Person(self, email))
        return self.people[-1]

    def close(self) -> None:
        """End whatever still runs, and every line that was opened to it."""
        for person in self.people:
            person.http.close()
        if self.process and self.process.poll() is None:
            self.kill()


class Person:
    """Somebody signed in, pressing the studio's own forms."""

    def __init__(self, studio: Studio, email: str) -> None:
        self.studio = studio
        self.spent = 0.0
        self.http = httpx.Client(base_url=studio.url, trust_env=False, follow_redirects=True, timeout=30)
        page = self.http.get("/sign-in/")
        token = _hidden(page.text, "csrfmiddlewaretoken")
        answer = self.http.post(
            page.url,
            data={"login": email, "password": PASSWORD, "csrfmiddlewaretoken": token},
            headers={"Referer": str(page.url)},
        )
        assert answer.url.path == "/", answer.text[:2000]

    def create(
        self,
        prompt: str,
        image_model: str,
        files: list[bytes] | None = None,
        headers: dict[str, str] | None = None,
        **fields: Any,
    ) -> httpx.Response:
        """Press Create. `spent` grows by the seconds that the press alone took."""
        page = self.http.get("/")
        said = {
            "csrfmiddlewaretoken": _hidden(page.text, "csrfmiddlewaretoken"),
            "key": _hidden(page.text, "key"),
            "prompt": prompt,
            "image_model": image_model,
            "ratio": "1:1",
            "tier": "1K",
            "n": "1",
            **fields,
        }
        pictures = [("files", (f"{number}.png", file, "image/png")) for number, file in enumerate(files or [])]
        began = time.monotonic()
        answer = self.http.post(
            "/", data=said, files=pictures or None, headers={"Referer": f"{self.studio.url}/", **(headers or {})}
        )
        self.spent += time.monotonic() - began
        assert answer.status_code == 200, answer.text
        return answer


def _hidden(page: str, name: str) -> str:
    (tag,) = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)[:1]
    return re.search(r'value="([^"]*)"', tag)[1]


def is_gone(pid: int) -> bool:
    """Whether a process has ended, waited for or not."""
    stat = _read(Path(f"/proc/{pid}/stat"))
    return not stat or ") Z " in stat


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def fresh_database(url: str, name: str, template: str = "template0") -> str:
    """A PostgreSQL database of its own, made anew, empty or as a copy. Gives its address."""
    with psycopg.connect(urlsplit(url)._replace(path="/postgres").geturl(), autocommit=True) as line:
        line.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        line.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return urlsplit(url)._replace(path=f"/{name}").geturl()
