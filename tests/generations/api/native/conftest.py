"""Scripts that call the native API: a caller with a key of a member's, in a studio whose `gpt-image-2` is open."""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import pytest
from django.test import Client

from accounts import keys
from accounts.models import ApiKey, Member, Wallet
from generations.models import ImageModel, Provider

# Schemathesis comes with the lock file of `make test-services`.
collect_ignore = [] if find_spec("schemathesis") else ["test_kept.py"]

ROOT = "/api/studio/v1"
BRIEF = {"prompt": "a paper boat", "image_model": "gpt-image-2", "ratio": "3:2", "tier": "2K"}
PRICE = 6
"""Credits for one picture of the brief."""


class Script:
    """Calls with one API key, or with none. An answer's body stands at `said`, read."""

    def __init__(self, key: str = "", kept: ApiKey | None = None) -> None:
        self.key = key
        self.kept = kept
        self.http = Client(raise_request_exception=False)

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> Any:
        return self._said(self.http.get(ROOT + path, query, headers=self._headers(headers)))

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """A body of JSON, or bytes that say that they are."""
        return self.say("post", path, body, **headers)

    def say(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        said = {"content_type": "application/json", "headers": self._headers(headers)}
        return self._said(getattr(self.http, method)(ROOT + path, {} if body is None else body, **said))

    def hand_in(self, parts: dict[str, Any], path: str = "/assets", **headers: str) -> Any:
        """A form."""
        return self._said(self.http.post(ROOT + path, parts, headers=self._headers(headers)))

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        shown = {"authorization": f"Bearer {self.key}"} if self.key else {}
        return shown | {name.replace("_", "-"): value for name, value in more.items()}

    def _said(self, answer: Any) -> Any:
        answer.said = answer.json()
        return answer


@pytest.fixture(autouse=True)
def image_model(db: None) -> ImageModel:
    Provider.objects.exclude(dialect="painter").update(is_enabled=True)
    return ImageModel.objects.get(name="gpt-image-2")


@pytest.fixture
def script_of() -> Callable[..., Script]:
    """A script with a key of this member's. What else is said goes into the key's row."""

    def begin(member: Member, **row: Any) -> Script:
        key = keys.new_key()
        kept = keys.keep_key(member, "night batch", key)
        ApiKey.objects.filter(pk=kept.pk).update(**row)
        return Script(key, kept)

    return begin


@pytest.fixture
def alices(alice: Member, script_of: Callable[..., Script]) -> Script:
    return script_of(alice)


@pytest.fixture
def bobs(bob: Member, script_of: Callable[..., Script]) -> Script:
    return script_of(bob)


@pytest.fixture
def charlies(charlie: Member, script_of: Callable[..., Script]) -> Script:
    return script_of(charlie)


def refused(answer: Any) -> tuple[int, str, str | None]:
    """Of an error in the one shape: its status, its code, its field."""
    assert set(answer.said) == {"error"}
    assert set(answer.said["error"]) == {"code", "message", "field"}
    assert answer.said["error"]["message"].endswith((".", "…"))
    return answer.status_code, answer.said["error"]["code"], answer.said["error"]["field"]


def balance(member: Member) -> int:
    return Wallet.objects.get(team=member.team).balance
