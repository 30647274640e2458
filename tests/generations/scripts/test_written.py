"""Whatever stands in a prompt, a script says it and does nothing else with it."""

import ast
import json
import re
import shlex
import subprocess
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given

from generations.scripts import CURL, JAVASCRIPT, LANGUAGES, PYTHON, Call, written
from tests.generations.scripts.briefs import BASE, CAN, ODD, calls, wishes
from tests.generations.scripts.test_calls import SKETCH

LITERAL = re.compile(r'"(?:[^"\\\n]|\\.)*"')


def strings(fields: Any) -> list[str]:
    """Every text that a call holds."""
    if isinstance(fields, dict):
        return [text for value in fields.values() for text in strings(value)]
    if isinstance(fields, list):
        return [text for value in fields for text in strings(value)]
    return [fields] if isinstance(fields, str) else []


def told(call: Call) -> Any:
    """The body as the shell hands it to curl."""
    words = [word for word in shlex.split(written(call, CURL, BASE)) if word != "\n"]  # where a line goes on
    assert words[:4] == ["curl", "--silent", "--show-error", BASE + call.path]
    assert words[4:6] == ["-H", "Authorization: Bearer $GPT_STUDIO_KEY"]
    if not call.files:
        return json.loads(words[words.index("-d") + 1])
    pairs = [words[place + 1] for place, word in enumerate(words) if word == "--form-string"]
    return dict(pair.split("=", 1) for pair in pairs)


@given(wishes())
def test_a_shell_hands_curl_every_word_as_it_is(wish):
    for call in calls(*wish):
        fields = {name: str(value) for name, value in call.fields.items()} if call.files else call.fields
        assert told(call) == fields


@pytest.mark.parametrize("text", ODD)
def test_a_real_shell_hands_curl_every_word_as_it_is(text):
    (call,) = calls(replace(SKETCH, prompt=f"a {text} boat"), 1, CAN["sketch"])[:1]
    first, _end, _rest = written(call, CURL, BASE).partition("> answer.json")
    script = f"curl() {{ printf '%s\\0' \"$@\"; }}\n{first}"
    words = subprocess.run(["/bin/sh", "-c", script], capture_output=True, check=True).stdout.decode().split("\0")
    assert json.loads(words[words.index("-d") + 1]) == call.fields


@given(wishes())
def test_python_reads_every_word_as_it_is(wish):
    for call in calls(*wish):
        tree = ast.parse(written(call, PYTHON, BASE))
        found = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)]
        assert set(strings(call.fields)) <= {each for each in found if isinstance(each, str)}


@given(wishes())
def test_javascript_reads_every_word_as_it_is(wish):
    for call in calls(*wish):
        found = {json.loads(text) for text in LITERAL.findall(written(call, JAVASCRIPT, BASE))}
        assert set(strings(call.fields)) <= found


@given(wishes())
def test_no_script_holds_a_key(wish):
    for call in calls(*wish):
        for language in LANGUAGES:
            text = written(call, language, BASE)
            assert "gs_live_" not in text.replace(call.fields.get("prompt", ""), "")
            assert "GPT_STUDIO_KEY" in text


def test_each_script_of_a_plain_wish_fits_on_a_page():
    for call in calls(SKETCH, 1, CAN["sketch"]):
        for language in LANGUAGES:
            text = written(call, language, BASE)
            assert text.count("\n") < 45
            assert text.endswith("\n")
