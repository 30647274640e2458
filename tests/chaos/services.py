"""A Redis and a PostgreSQL of the suite's own, on ports of their own, to be struck without hurting anybody else's."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.live.studio import free_port, wait_for

OWNER = "postgres"
"""Whom the cluster belongs to where we are root, as PostgreSQL refuses to run as root."""


class Missing(Exception):
    """A program that the suite needs is not installed. The message is one sentence."""


def find(program: str) -> str:
    """The path of an installed program. Raises Missing."""
    if (found := find_installed(program)) is None:
        raise Missing(f"The chaos suite needs {program}, which is not installed.")
    return found


def find_installed(program: str) -> str | None:
    """On the path, or where Debian keeps the programs of a cluster."""
    beside = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), reverse=True)
    return shutil.which(program) or next(map(str, beside), None)


class Redis:
    """A broker that keeps nothing on disk, so that a restart has lost every message."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def url(self, number: int) -> str:
        return f"redis://127.0.0.1:{self.port}/{number}"

    def start(self) -> None:
        words = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self.process = subprocess.Popen(
            [find("redis-server"), *words, "--databases", "64", "--dir", str(self.folder)],
            stdout=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        wait_for(self.answers, what="the start of Redis")

    def answers(self) -> bool:
        try:
            return self.say("PING") == "+PONG"
        except OSError:
            return False

    def say(self, *words: str) -> str:
        """One command in Redis' own words; the suite needs no client beside a socket."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as line:
            line.sendall(f"{' '.join(words)}\r\n".encode())
            return line.recv(1024).decode().strip()

    def waiting(self, queues: tuple[str, ...]) -> int:
        """How many messages nobody has taken yet."""
        return sum(int(self.say("LLEN", queue).lstrip(":")) for queue in queues)

    def flush(self) -> None:
        self.say("FLUSHALL")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


class Postgres:
    """A cluster of its own, made anew."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "cluster"
        self.log = folder / "postgres.log"
        self.port = free_port()
        if os.geteuid() == 0:
            shutil.chown(folder, OWNER, OWNER)

    def url(self, name: str) -> str:
        return f"postgres://{OWNER}@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        self._run("initdb", "--username", OWNER, "--auth", "trust", "--no-sync", "--encoding", "UTF8", "--no-locale")
        settings = f"-p {self.port} -c listen_addresses=127.0.0.1 -c max_connections=300 -k {self.folder}"
        self._run("pg_ctl", "start", "--wait", "--log", str(self.log), "--options", settings)

    def restart(self) -> None:
        """As a crash: no checkpoint, every line cut, then the log is played back."""
        self._run("pg_ctl", "restart", "--wait", "--mode", "immediate", "--log", str(self.log))

    def stop(self) -> None:
        if (self.folder / "postmaster.pid").exists():
            self._run("pg_ctl", "stop", "--mode", "immediate")

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=1).close()
        except psycopg.Error:
            return False
        return True

    def _run(self, program: str, *words: str) -> None:
        command = [find(program), "--pgdata", str(self.folder), *words]
        if os.geteuid() == 0:
            command = [find("runuser"), "-u", OWNER, "--", *command]
        done = subprocess.run(
            command, cwd=self.folder.parent, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout


@contextmanager
def redis_server(folder: Path) -> Iterator[Redis]:
    """A Redis for as long as the block runs."""
    folder.mkdir()
    broker = Redis(folder)
    try:
        broker.start()
        yield broker
    finally:
        broker.kill()


@contextmanager
def postgres_cluster(folder: Path) -> Iterator[Postgres]:
    """A PostgreSQL for as long as the block runs."""
    folder.mkdir()
    database = Postgres(folder)
    try:
        database.start()
        yield database
    finally:
        database.stop()


def require() -> None:
    """Raises Missing where a program is not there, before anything else has begun."""
    for program in ("redis-server", "initdb", "pg_ctl", *(["runuser"] if os.geteuid() == 0 else [])):
        find(program)
