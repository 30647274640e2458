"""How many calls are taken on a second, each written down with its credits held?"""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from tests.bench.callers import VIDEOS, Calls, call
from tests.bench.figures import Figure, figure
from tests.bench.provider import scripted
from tests.bench.served import TASK, furnished, web
from tests.bench.stacks import DATABASE_URL
from tests.live.studio import Studio, fresh_database

AT_ONCE, CALLS, FIRST, PRICE = 50, 3_000, 200, 4
SECONDS = 8
TABLES = """
CREATE TABLE wallet (id int PRIMARY KEY, balance bigint NOT NULL);
CREATE TABLE job (id bigserial PRIMARY KEY, wallet int NOT NULL, said text NOT NULL);
CREATE TABLE generation (id bigserial PRIMARY KEY, wallet int NOT NULL, state text NOT NULL);
CREATE TABLE entry (id bigserial PRIMARY KEY, wallet int NOT NULL, amount bigint NOT NULL);
INSERT INTO wallet VALUES (1, 1000000000);
"""
SEVEN = """
BEGIN;
SELECT balance FROM wallet WHERE id = 1 FOR UPDATE;
UPDATE wallet SET balance = balance - 10 WHERE id = 1;
INSERT INTO job (wallet, said) VALUES (1, 'a lighthouse at night');
INSERT INTO generation (wallet, state) VALUES (1, 'queued');
INSERT INTO entry (wallet, amount) VALUES (1, -10);
COMMIT;
"""
"""What taking a call on must write at the least, in its seven round trips, on one wallet that all of them wait for."""


def creates() -> list[Figure]:
    """Fifty scripts create tasks on one wallet, beside pgbench with seven round trips on one row just before."""
    limit = _pgbench()
    with scripted() as url, furnished(url) as (studio, key), web(studio, 2):
        _create(studio, key, FIRST)
        balance = _balance(studio)
        calls = _create(studio, key, CALLS)
        spent = balance - _balance(studio)
        studio.manage("audit")
    return [
        figure("answered with a task", len(calls.seconds), CALLS, "calls", "="),
        figure("credits held", spent, CALLS * PRICE, "credits", "="),
        figure("pgbench, seven round trips on one row", limit, 1, "transactions/s", "≥"),
        figure("taken on", CALLS / calls.took, 0.3 * limit, "calls/s", "≥"),
        figure("99 % of them within", calls.within(0.99), 150, "ms"),
    ]


def _create(studio: Studio, key: str, count: int) -> Calls:
    said: dict[str, object] = {"model": TASK, "prompt": "a lighthouse at night"}
    return call(f"{studio.url}{VIDEOS}", key, said, count, AT_ONCE, lambda answer: answer["status"] == "queued")


def _balance(studio: Studio) -> int:
    ((balance,),) = studio.rows("SELECT balance FROM accounts_wallet")
    return int(balance)


def _pgbench() -> float:
    """Transactions a second of as many clients on one hot row."""
    url = fresh_database(DATABASE_URL, "bench_limit")
    subprocess.run(["psql", "--quiet", url, "--command", TABLES], check=True, capture_output=True)
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "seven.sql"
        script.write_text(SEVEN)
        shape = ("--client", str(AT_ONCE), "--jobs", "2", "--time", str(SECONDS))
        command = [_program(), "--no-vacuum", *shape, "--file", str(script), url]
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(re.search(r"tps = ([\d.]+)", said)[1])


def _program() -> str:
    """Debian keeps it beside the server."""
    beside = sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"))
    return shutil.which("pgbench") or str(beside[-1])
