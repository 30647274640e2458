"""What is installed is what was declared, resolved once."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUN = PROJECT["project"]["dependencies"]
PRODUCTION = PROJECT["project"]["optional-dependencies"]["production"]
GROUPS = PROJECT["dependency-groups"]
LOCKS = {
    "requirements.txt": RUN,
    "requirements-production.txt": RUN + PRODUCTION,
    "requirements-dev.txt": RUN + GROUPS["test"] + GROUPS["lint"],
    "requirements-services.txt": RUN
    + PRODUCTION
    + GROUPS["test"]
    + GROUPS["lint"]
    + GROUPS["browser"]
    + GROUPS["clients"],
}


def pins(lock: str) -> dict[tuple[str, str], str]:
    """The version of each package; of one that differs by Python, of each Python."""
    found = re.findall(r"^([a-z0-9-]+)==(\S+)(?: ; (.+?))? \\$", (ROOT / lock).read_text(), re.MULTILINE)
    return {(name, python): version for name, version, python in found}


def versions(lock: str) -> set[tuple[str, str]]:
    return {(name, version) for (name, _), version in pins(lock).items()}


def name_of(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=~! ;]", requirement)[0]).lower()


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_holds_every_package_that_is_asked_for(lock: str) -> None:
    assert {name_of(requirement) for requirement in LOCKS[lock]} <= {name for name, _ in pins(lock)}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_a_hash_for_every_package_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert len(re.findall(r"^[a-z0-9-]+==.*\\\n    --hash=sha256:", text, re.MULTILINE)) == len(pins(lock))


@pytest.mark.parametrize("lock", LOCKS)
def test_all_locks_agree_so_that_one_can_be_installed_upon_another(lock: str) -> None:
    assert versions(lock) <= versions("requirements-services.txt")
