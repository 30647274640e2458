"""A missing or senseless value stops the start with one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


def start_with(data: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", "import gptstudio.settings as s; print(s.PUBLIC_URL, s.SESSION_COOKIE_NAME)"],
        cwd=ROOT, env=bare | {"STUDIO_DATA": str(data)} | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("PORT", "a port"),
        ("PUBLIC_URL", "studio.example.com"),
        ("STORAGE_URL", "ftp://somewhere"),
        ("LOG_LEVEL", "LOUD"),
        ("REMAP_SIGTERM", "SIGQUIT"),
    ],
)
def test_a_senseless_value_stops_the_start_and_names_itself(tmp_path: Path, name: str, value: str) -> None:
    started = start_with(tmp_path, **{name: value})
    assert started.returncode != 0
    assert name in started.stderr.strip().splitlines()[-1]


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    assert start_with(tmp_path).stdout.split() == ["http://127.0.0.1:8000", "session"]


def test_a_secure_address_makes_the_cookies_secure(tmp_path: Path) -> None:
    assert start_with(tmp_path, PUBLIC_URL="https://studio.example.com").stdout.split()[1] == "__Host-session"


def test_the_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    start_with(tmp_path)
    made = (tmp_path / "secret_key").read_text()
    start_with(tmp_path)
    assert (tmp_path / "secret_key").read_text() == made
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
