"""Failpoints strike where the suite says, once, and exist nowhere else."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from generations import failpoints
from generations.client import wires
from generations.dialects.wire import Request
from generations.failpoints import NAMES, arm, reach
from generations.fetch.guard import Deadline
from generations.models import Provider

ROOT = Path(__file__).parents[2]
BY_TRACE = {"send.before", "send.after"}
"""Reached from inside the HTTP library, which calls them by events of its own."""


@pytest.fixture
def folder(tmp_path: Path, settings) -> Path:
    settings.FAILPOINTS = tmp_path
    return tmp_path


def reached_in_the_source() -> list[str]:
    calls = [
        node
        for path in (ROOT / "generations").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "reach"
    ]
    return [argument.value for call in calls for argument in call.args if isinstance(argument, ast.Constant)]


def struck(folder: Path, script: str) -> int:
    """The exit of a process that runs `script` with failpoints on, negative for a signal."""
    head = (
        "from django.conf import settings\n"
        f"settings.configure(FAILPOINTS={str(folder)!r})\n"
        "from generations.failpoints import reach\n"
    )
    return subprocess.run([sys.executable, "-c", head + script], cwd=ROOT, timeout=60, check=False).returncode


def test_each_point_is_reached_from_the_source_and_no_other():
    found = reached_in_the_source()
    assert set(found) | BY_TRACE == NAMES
    assert set(failpoints._SENDING.values()) == BY_TRACE
    assert not BY_TRACE & set(found)


def test_the_studios_own_settings_know_no_failpoints():
    assert not hasattr(settings, "FAILPOINTS")


def test_an_environment_variable_alone_does_nothing(tmp_path):
    arm(tmp_path, "settle.before", "kill")
    script = (
        "from django.conf import settings\n"
        "from generations.failpoints import reach, tracing\n"
        "assert not hasattr(settings, 'FAILPOINTS')\n"
        "assert tracing() == {}\n"
        "reach('settle.before')\n"
    )
    environment = {
        **os.environ,
        "FAILPOINTS": str(tmp_path),
        "STUDIO_DATA": str(tmp_path / "data"),
        "DJANGO_SETTINGS_MODULE": "gptstudio.settings",
    }
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, timeout=60, check=False)
    assert done.returncode == 0
    assert (tmp_path / "settle.before").exists()


def test_in_production_a_request_carries_no_trace():
    assert failpoints.tracing() == {}


def test_an_armed_point_kills_the_process_that_comes_to_it(folder):
    arm(folder, "settle.before", "kill")
    assert struck(folder, "reach('settle.after'); reach('settle.before')") == -9


def test_it_strikes_once(folder):
    arm(folder, "settle.before", "kill")
    assert struck(folder, "reach('settle.before')") == -9
    assert struck(folder, "reach('settle.before')") == 0
    assert [path.name for path in folder.iterdir()] == ["settle.before.struck"]


def test_it_waits_for_its_hit(folder):
    arm(folder, "settle.before", "kill", hit=3)
    assert struck(folder, "reach('settle.before'); reach('settle.before')") == 0
    assert struck(folder, "[reach('settle.before') for _ in range(3)]") == -9


def test_a_misspelt_point_fails_loudly(folder):
    with pytest.raises(LookupError, match="no failpoint 'settel"):
        reach("settel.before")
    with pytest.raises(LookupError, match="no failpoint 'settel"):
        arm(folder, "settel.before", "kill")


def test_a_misspelt_action_fails_loudly(folder):
    with pytest.raises(LookupError, match="'kil' is none of kill, freeze"):
        arm(folder, "settle.before", "kil")


def test_the_first_and_the_last_byte_of_a_paid_call_are_reached(folder, monkeypatch, upstream):
    """The events are the HTTP library's own words; a version that words them otherwise must not go unseen."""
    seen: list[str] = []
    monkeypatch.setattr(failpoints, "reach", seen.append)
    request = wires.write(Provider(base_url=upstream.url), Request("POST", "/v1/videos", json={"prompt": "a lamp"}), "")
    with wires.sent(request, Deadline.after(5), **failpoints.tracing()):
        pass
    assert seen == ["send.before", "send.after"]
