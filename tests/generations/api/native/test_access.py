"""Who may do what: every operation of the schema against every key that may be shown to it, and its one error shape."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import ApiKey, Entry, Member, Role, Scope, Wallet
from generations.api.native import API
from generations.hooks import keeping
from generations.models import Asset, Delivery, Event, Generation, Job, Webhook
from tests.factories import MemberFactory
from tests.generations.api.native.conftest import BRIEF, ROOT, Script, refused
from tests.generations.books import submitted
from tests.generations.factories import AssetFactory

BODIES: dict[str, Any] = {
    "/quote": BRIEF,
    "/jobs": BRIEF,
    "/assets": {"url": "https://example.com/boat.png"},
    "/webhooks": {"url": "https://example.com/hook"},
    "/webhooks/{id}": {"is_on": False},
}
SPENDS = {"/quote", "/jobs", "/assets", "/jobs/{id}/cancel"}
"""Posted to: what a viewer may not do. Nor may they anything with webhooks."""
NAMED = (
    "/jobs/{id}",
    "/jobs/{id}/cancel",
    "/assets/{id}",
    "/webhooks/{id}",
    "/webhooks/{id}/secret",
    "/webhooks/{id}/deliveries",
    "/deliveries/{id}/replay",
)
SCOPES = {
    (method, path.removeprefix(ROOT)): said["x-scope"]
    for path, methods in API.get_openapi_schema(path_prefix=f"{ROOT}/")["paths"].items()
    for method, said in methods.items()
}
OPERATIONS = list(SCOPES)


@pytest.fixture
def places(alice: Member) -> dict[str, str]:
    job = submitted(alice)
    webhook = keeping.add(alice, "https://example.com/hook", [Event.SUCCEEDED])
    keeping.test(webhook)
    return {
        "/assets/{id}": str(AssetFactory(member=alice).pk),
        "/deliveries/{id}/replay": Delivery.objects.get().event_id,
        **dict.fromkeys(NAMED[:2], str(job.pk)),
        **dict.fromkeys(NAMED[3:6], str(webhook.pk)),
    }


def knock(script: Script, method: str, path: str, names: dict[str, str]) -> Any:
    address = path.replace("{id}", names.get(path, ""))
    return script.get(address) if method == "get" else script.say(method, address, BODIES.get(path))


def rows() -> list[Any]:
    kept = (Job, Generation, Asset, Wallet, Entry, Webhook, Delivery)
    return [list(model.objects.order_by("pk").values()) for model in kept]


def test_every_operation_that_is_named_here_is_in_the_schema():
    assert {path for _, path in OPERATIONS} >= {*BODIES, *SPENDS, *NAMED}
    assert {path for (method, path), scope in SCOPES.items() if scope == Scope.CREATE} == SPENDS
    assert {path for _, path in OPERATIONS if "{id}" in path} == {*NAMED}


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize(
    ("key", "code"), [("", "no_key"), ("gs_live_nothing", "bad_key"), ("gs_live_" + "0" * 38, "bad_key")]
)
def test_nobody_comes_in_without_a_key(key, code, method, path, places):
    before = rows()
    answer = knock(Script(key), method, path, places)
    assert refused(answer) == (401, code, None)
    assert answer["WWW-Authenticate"] == "Bearer"
    assert rows() == before


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
@pytest.mark.parametrize("row", [{"revoked": "now"}, {"expires": "now"}])
def test_a_key_that_has_ended_opens_nothing(row, method, path, places, alice, script_of):
    script = script_of(alice, **dict.fromkeys(row, timezone.now()))
    assert refused(knock(script, method, path, places)) == (401, "bad_key", None)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_key_of_one_who_was_let_go_opens_nothing(method, path, places, bobs, bob):
    Member.objects.filter(pk=bob.pk).update(is_active=False)
    assert refused(knock(bobs, method, path, places)) == (401, "bad_key", None)


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_key_without_the_scope_may_not(method, path, places, alice, script_of):
    needed = SCOPES[method, path]
    assert (needed == Scope.READ) <= (method == "get")
    before = rows()
    lacking = script_of(alice, scopes=[scope for scope in Scope.values if scope != needed])
    assert refused(knock(lacking, method, path, places)) == (403, "forbidden", None)
    assert rows() == before


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_viewers_key_reads_and_makes_nothing(method, path, places, alice, script_of):
    viewer = script_of(MemberFactory(team=alice.team, role=Role.VIEWER))
    before = rows()
    answer = knock(viewer, method, path, places)
    if SCOPES[method, path] != Scope.READ or path == "/entries":
        assert refused(answer) == (403, "forbidden", None)
    else:
        assert answer.status_code == 200
    assert rows() == before


@pytest.mark.parametrize(("method", "path"), [each for each in OPERATIONS if each[1] in NAMED])
def test_what_is_anothers_is_as_what_is_not(method, path, places, charlies):
    before = rows()
    foreign = knock(charlies, method, path, places)
    absent = knock(charlies, method, path, {path: str(uuid.uuid4())})
    senseless = knock(charlies, method, path, {path: "nothing%00"})
    assert refused(foreign) == (404, "no_task", None)
    assert foreign.content == absent.content == senseless.content
    assert rows() == before


# --- one shape, whatever goes wrong ---


@pytest.mark.parametrize(
    ("raw", "more", "wanted"),
    [
        (b"", {}, (400, "not_read", None)),
        (b"{", {}, (400, "not_read", None)),
        (b"[]", {}, (400, "not_read", None)),
        (b"\xff", {}, (400, "not_read", None)),
        (b'{"prompt": "a", "prompt": "b"}', {}, (400, "not_read", None)),
        (b'{"a":' * 40 + b"1" + b"}" * 40, {}, (400, "not_read", None)),
        (b"[" * 100_000, {}, (400, "not_read", None)),
        (b'{"prompt": "\\u0000"}', {}, (400, "not_read", None)),
        (b'{"prompt": "\\ud800"}', {}, (400, "not_read", None)),
        (b'{"count": NaN}', {}, (400, "not_read", None)),
        (json.dumps(BRIEF).encode(), {"content_encoding": "gzip"}, (400, "not_read", None)),
        (json.dumps({**BRIEF, "prompt": "x" * 2**20}).encode(), {}, (422, "invalid", "prompt")),
    ],
)
@pytest.mark.parametrize("path", ["/jobs", "/quote"])
def test_a_body_that_breaks_the_rules_is_refused(path, raw, more, wanted, alices):
    assert refused(alices.post(path, raw, **more)) == wanted


def test_a_form_is_no_brief(alices):
    assert refused(alices.hand_in(BRIEF, path="/jobs")) == (400, "not_read", None)


def test_a_brief_is_json_whatever_the_call_says_that_it_is(alices):
    shown = {"authorization": f"Bearer {alices.key}"}
    kind = "application/x-www-form-urlencoded"
    assert Client().post(f"{ROOT}/jobs", json.dumps(BRIEF), content_type=kind, headers=shown).status_code == 201


def test_a_body_that_is_too_large_is_413(alices, monkeypatch):
    monkeypatch.setattr("generations.api.bodies.MOST_JSON", 100)
    assert refused(alices.post("/jobs", BRIEF | {"prompt": "x" * 200})) == (413, "too_large", None)


@pytest.mark.parametrize("path", ["/nothing", "/jobs/", "/jobs/a/b", "/"])
def test_an_address_that_is_none_is_404(path, alices):
    assert refused(alices.get(path)) == (404, "no_place", None)


@pytest.mark.parametrize("path", ["/jobs", "/jobs/{id}/cancel", "/balance"])
def test_a_method_that_is_not_taken_is_405_and_told_which_are(path, alices):
    answer = Client().delete(ROOT + path.replace("{id}", str(uuid.uuid4())))
    answer.said = answer.json()
    assert refused(answer) == (405, "no_method", None)
    allowed = {method.upper() for method, named in OPERATIONS if named == path}
    assert set(answer["Allow"].split(", ")) == allowed


def test_calls_that_come_too_often_are_429_and_told_when_there_is_room(alices, settings):
    settings.RATES_READ = ["2/minute"]
    answers = [alices.get("/balance") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert refused(answers[2]) == (429, "too_often", None)
    assert 1 <= int(answers[2]["Retry-After"]) <= 60


def test_trouble_of_ours_is_500_and_says_nothing_of_itself(alices, monkeypatch):
    def stumble(*_args: Any) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr("generations.api.native.telling.job", stumble)
    answer = alices.post("/jobs", BRIEF)
    assert refused(answer) == (500, "broken", None)
    assert "secret" not in answer.content.decode()


def test_each_answer_has_an_id_of_its_own_and_is_not_kept(alices):
    answers = [alices.get("/balance"), alices.get("/nothing"), alices.post("/jobs", b"{")]
    assert len({answer["x-request-id"] for answer in answers}) == 3
    assert {answer["Cache-Control"] for answer in answers} == {"no-store"}


def test_a_key_is_known_to_have_been_used(alices):
    alices.get("/balance")
    assert ApiKey.objects.get(pk=alices.kept.pk).last_used
