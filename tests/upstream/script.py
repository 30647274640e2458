"""What does a prompt ask of the upstream itself? `a lighthouse [delay=2] [fail=429]`, for one request."""

import re
from dataclasses import dataclass, replace
from typing import Any

from tests.upstream.sizes import edges

SUBMISSION = {
    "invalid": "a field is wrong; D tells it as 429",
    "sensitive": "the gateway's own word list refuses the prompt",
    "401": "the key is unknown",
    "402": "no credit is left, in each document's own status",
    "409": "too many tasks are active",
    "429": "too many requests; come back in 2 seconds",
    "500": "the server broke",
    "502html": "a gateway's web page, status 502",
    "503": "nobody there serves the model",
    "524html": "a gateway's web page after it lost patience, status 524",
    "html200": "a web page, status 200",
    "junk": "JSON that breaks off, status 200",
    "error200": "an error, status 200",
    "empty_data": "success without an id or a picture",
    "hang": "no answer, ever",
    "reset": "the connection is reset once the request has been read",
}
"""What a submission can meet in place of its answer."""

TASK = {
    "refused": "the content policy refuses: A and B in the task, C, D and E in the answer",
    "task_failed": "the task fails for no stated reason; C, D and E: status 500",
    "unknown_state": "the task stays in a state that nobody knows; A and B only",
    "no_url": "the task succeeds and names no picture",
    "lost_task": "the task is not known any more; A and B only",
    "stuck": "the task never ends; C, D and E: no answer, ever",
}
"""What can become of a task that was taken on."""

RESULT = {
    "result404": "the picture is not there",
    "result_html": "a web page is there",
    "result_svg": "an SVG with a script is there",
    "result_bomb": "bytes without end",
    "result_pixels": "a small PNG that says it is 60,000 pixels wide and high",
    "result_private": "its address is 169.254.169.254",
    "result_redirect": "it redirects to 169.254.169.254",
    "result_slow": "16 bytes each half second",
    "result_truncated": "the connection ends half-way",
    "wrong_size": "half as wide and as high as was asked",
}
"""What can be wrong with the picture, or with the place where it should be."""

FAULTS = {**SUBMISSION, **TASK, **RESULT}
FORMS = {"url": "an address", "b64": "bare base64", "dataurl": "base64 behind data:image/…;base64,"}

UNBILLED = {"refused", "task_failed", "invalid", "sensitive", "401", "402", "409", "429", "503"}
"""Faults by which the provider began nothing or gives the money back. After any other it has billed."""

KEYED = "fail-"
"""A key such as `fail-429` lets every submission made with it fail so: for a provider that is always out of order."""

_BRACKET = re.compile(r"\[([^\[\]]+)\]")
_WORD = re.compile(r"(?:([a-e])\.)?(\w+)(?:=(\S+))?")


class Misspelt(ValueError):
    """The prompt holds a directive that nobody knows."""


@dataclass(frozen=True, slots=True)
class Script:
    """What is to happen to one request."""

    delay: float = 0.0
    """Seconds until the picture is made."""
    lag: float = 0.0
    """Seconds until the submission is answered."""
    held: bool = False
    """Not made before the book's gate opens."""
    steps: int = 0
    """Polls that are told of progress before the one that is told of the end."""
    fail: str = ""
    times: int | None = None
    """How many submissions of this prompt fail; None: all."""
    poll: str = ""
    polls: int = 1
    """How many polls of the task get the answer `poll`."""
    form: str = ""
    pixels: str = ""
    noise: bool = False
    fetch: bool = False
    blind: bool = False
    """E: its usage says that it has not looked at the references."""


def parse(prompt: str, letter: str, default: Script) -> Script:
    """The script that `prompt` holds for the provider `letter`. Raises Misspelt."""
    script = default
    for bracket in _BRACKET.findall(prompt):
        if words := _directives(bracket):
            script = replace(script, **_changes(words, letter))
    return script


def keyed(key: str) -> str:
    """The fault that a key stands for, if it does. Raises Misspelt."""
    return _one_of(FAULTS, key.removeprefix(KEYED)) if key.startswith(KEYED) else ""


def _directives(bracket: str) -> list[tuple[str, ...]]:
    """The words of a bracket, if it is a directive: ordinary text in brackets stays ordinary text."""
    words = [match.groups(default="") for word in bracket.split() if (match := _WORD.fullmatch(word))]
    is_directive = len(words) == len(bracket.split()) and all(value or name in _FLAGS for _, name, value in words)
    return words if is_directive else []


def _changes(words: list[tuple[str, ...]], letter: str) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    for scope, name, value in words:
        change = _change(name, value)
        if scope in ("", letter.lower()):
            changes |= change
    return changes


_NUMBERS: dict[str, type[float]] = {"delay": float, "lag": float, "steps": int, "times": int, "polls": int}
_CHOICES: dict[str, dict[str, str]] = {"fail": FAULTS, "once": FAULTS, "poll": SUBMISSION, "form": FORMS}
_FLAGS = ("held", "noise", "fetch", "blind")


def _change(name: str, value: str) -> dict[str, Any]:
    if name in _FLAGS:
        return {name: True}
    if name in _NUMBERS:
        return {name: _number(_NUMBERS[name], value)}
    if name == "pixels" and edges(value):
        return {name: value}
    if name not in _CHOICES:
        raise Misspelt(f"there is no directive {name}={value}")
    chosen = _one_of(_CHOICES[name], value)
    return {"fail": chosen, "times": 1} if name == "once" else {name: chosen}


def _number(kind: type[float], value: str) -> float:
    try:
        return kind(value)
    except ValueError as wrong:
        raise Misspelt(f"{value!r} is no number") from wrong


def _one_of(choices: dict[str, str], value: str) -> str:
    if value not in choices:
        raise Misspelt(f"{value!r} is none of {', '.join(choices)}")
    return value
