"""The container files and the settings speak of the same variables, queues and images."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from gptstudio.queues import QUIET, THREADS

ROOT = Path(__file__).resolve().parent.parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SETTINGS = (ROOT / "gptstudio" / "settings.py").read_text()
READ = sorted(set(re.findall(r'env\.\w+\(\s*"([A-Z_0-9]+)"', SETTINGS)))
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "gptstudio"}


@pytest.mark.parametrize("name", OURS)
def test_every_variable_of_a_service_is_one_that_the_settings_read(name: str) -> None:
    assert OURS[name]["environment"].keys() <= set(READ)


def test_every_variable_of_the_image_is_one_that_the_settings_read() -> None:
    lines = re.search(r"^ENV (.+?[^\\])$", (ROOT / "Dockerfile").read_text(), re.MULTILINE | re.DOTALL)
    assert lines
    assert set(re.findall(r"([A-Z_]+)=", lines[1])) - {"PATH", "PYTHONUNBUFFERED"} <= set(READ)


def test_every_queue_has_a_worker() -> None:
    consumed = re.findall(r"--queues (\w+)", " ".join(service["command"] for service in OURS.values()))
    assert sorted(consumed) == sorted(THREADS)


@pytest.mark.parametrize("name", [name for name, service in OURS.items() if " worker " in service["command"]])
def test_workers_do_not_talk_among_themselves(name: str) -> None:
    assert set(QUIET) <= set(OURS[name]["command"].split())


def test_a_worker_that_holds_lines_is_given_the_time_to_let_go_of_them() -> None:
    drain = int(re.search(r'"DRAIN_SECONDS", (\d+)', SETTINGS)[1])  # type: ignore[index]
    assert int(OURS["worker-submit"]["stop_grace_period"].rstrip("s")) > drain


@pytest.mark.parametrize("name", READ)
def test_every_variable_is_explained_to_the_operator(name: str) -> None:
    assert f"| `{name}` |" in (ROOT / "docs" / "operating.md").read_text()
