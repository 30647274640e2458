"""A studio whose providers are open, and scripts that call it with keys of Alice's team and of others."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.keys import keep_key, new_key
from accounts.models import ApiKey, Entry, Kind, Member
from generations.api import limits
from generations.models import Job, Provider

VIDEOS, JOBS, RECORD = "/v1/videos", "/api/v1/jobs/createTask", "/api/v1/jobs/recordInfo"
IMAGES, EDITS, MODELS = "/v1/images/generations", "/v1/images/edits", "/v1/models"
WISHES: dict[str, tuple[str, dict[str, Any]]] = {
    "A": (VIDEOS, {"model": "gpt-image-2", "prompt": "a cat"}),
    "B": (JOBS, {"model": "gpt-image-2-text-to-image", "input": {"prompt": "a cat"}}),
    "C": (IMAGES, {"model": "gpt-image-2-official", "prompt": "a cat"}),
    "D": (IMAGES, {"model": "gpt-image-2-vip", "prompt": "a cat"}),
    "E": (IMAGES, {"model": "gpt-image-2", "prompt": "a cat"}),
}
"""The smallest call of each wire, by its letter."""
SKETCH = {"model": "sketch", "prompt": "a cat"}
JOB = {"model": "sketch", "input": {"prompt": "a cat"}}


class Script:
    """Calls the studio with one key."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.client = Client(raise_request_exception=False)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        content = body if isinstance(body, str | bytes) else json.dumps(body)
        return self.client.post(path, content, "application/json", headers=self._headers(headers))

    def send(self, path: str, form: dict[str, Any], **headers: str) -> Any:
        """As a form, with files."""
        return self.client.post(path, form, headers=self._headers(headers))

    def get(self, path: str, **query: str) -> Any:
        return self.client.get(path, query, headers=self._headers({}))

    def wish(self, letter: str, **changes: Any) -> Any:
        path, body = WISHES[letter]
        return self.post(path, {**body, **changes})

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        said = {name.replace("_", "-"): value for name, value in more.items()}
        return {"Authorization": f"Bearer {self.key}", **said} if self.key else said


@pytest.fixture(autouse=True)
def _open(db: None) -> None:
    Provider.objects.exclude(dialect="painter").update(is_enabled=True)
    limits._made.cache_clear()
    cache.clear()


@pytest.fixture
def key_of() -> Callable[..., tuple[str, ApiKey]]:
    """A key of this member, as it is shown once and as it is kept."""

    def make(member: Member, **changes: Any) -> tuple[str, ApiKey]:
        plain = new_key()
        kept = keep_key(member, "nightly", plain)
        ApiKey.objects.filter(pk=kept.pk).update(**changes)
        return plain, ApiKey.objects.get(pk=kept.pk)

    return make


@pytest.fixture
def alices(alice: Member, key_of: Callable[..., tuple[str, ApiKey]]) -> Script:
    return Script(key_of(alice)[0])


@pytest.fixture
def charlies(charlie: Member, key_of: Callable[..., tuple[str, ApiKey]]) -> Script:
    return Script(key_of(charlie)[0])


def only_job() -> Job:
    return Job.objects.get()


def nothing_happened() -> bool:
    return not Job.objects.exists() and not Entry.objects.filter(kind=Kind.HOLD).exists()


def is_in_words_of(letter: str, answer) -> bool:
    """Whether the answer has the shape that this wire's callers can read, and only that."""
    body = answer.json()
    if letter == "A":
        shape = {"error", "code", "message", "data"}
    elif letter == "B":
        return set(body) == {"code", "msg", "data"} and body["code"] == answer.status_code
    else:
        shape = {"error"}
    return set(body) == shape and set(body["error"]) == {"message", "type", "param", "code"}
