"""Whatever is wrong with a call, its answer is in the words of its wire, and nothing is kept or held of it."""

from __future__ import annotations

import pytest

from accounts import credits
from accounts.keys import new_key
from accounts.models import ApiKey, Wallet
from generations.models import Job
from tests.generations.api.conftest import (
    IMAGES,
    JOBS,
    MODELS,
    RECORD,
    VIDEOS,
    WISHES,
    Script,
    is_in_words_of,
    nothing_happened,
)

LETTERS = "ABCDE"
AT_ONCE = "CDE"


def code_of(letter: str, answer) -> object:
    return answer.json()["msg"] if letter == "B" else answer.json()["error"]["code"]


FAULTS = {
    "no key": (401, ["invalid_api_key", "authentication failed", None, None, None]),
    "a bad key": (401, ["invalid_api_key", "authentication failed", *["invalid_api_key"] * 3]),
    "no JSON": (400, ["invalid_json", "invalid request", None, None, None]),
    "no object": (400, ["invalid_json", "invalid request", None, None, None]),
    "a key twice": (400, ["invalid_json", "invalid request", None, None, None]),
    "compressed": (400, ["invalid_json", "invalid request", None, None, None]),
}


def fault(alices: Script, name: str, path: str):
    match name:
        case "no key":
            return Script("").post(path, {})
        case "a bad key":
            return Script(new_key()).post(path, {})
        case "no JSON":
            return alices.post(path, "{'model'")
        case "no object":
            return alices.post(path, "[]")
        case "a key twice":
            return alices.post(path, '{"model": "gpt-image-2", "model": "sketch"}')
    return alices.post(path, b"\x1f\x8b", content_encoding="gzip")


@pytest.mark.parametrize("letter", "ABE")
@pytest.mark.parametrize("name", FAULTS)
def test_what_cannot_be_read_is_told_in_the_words_of_the_wire(alices, letter, name):
    status, codes = FAULTS[name]
    answer = fault(alices, name, WISHES[letter][0])
    assert answer.status_code == status
    assert is_in_words_of(letter, answer)
    assert code_of(letter, answer) == codes[LETTERS.index(letter)]
    assert nothing_happened()


@pytest.mark.parametrize(
    ("path", "letter"), [("/v1/videos/x/y/z", "A"), ("/api/v1/jobs/deleteTask", "B"), ("/v1/images/variations", "E")]
)
def test_an_address_that_is_not_there_is_told_in_the_words_of_the_wire(alices, path, letter):
    for answer in (alices.get(path), Script("").post(path, {})):
        assert answer.status_code == 404
        assert is_in_words_of(letter, answer)


@pytest.mark.parametrize(("path", "letter"), [(VIDEOS, "A"), (JOBS, "B"), (RECORD, "B"), (IMAGES, "E"), (MODELS, "E")])
def test_a_method_that_is_not_taken_is_told_in_the_words_of_the_wire(alices, path, letter):
    answer = alices.client.delete(path)
    assert answer.status_code == 405
    assert is_in_words_of(letter, answer)


@pytest.mark.parametrize("letter", "ABE")
def test_our_own_trouble_is_told_in_the_words_of_the_wire_and_nothing_of_it_shows(alices, letter, monkeypatch, caplog):
    def break_down(*_args, **_more):
        raise RuntimeError("the canary sings")

    monkeypatch.setattr("generations.api.taking.intake.submit", break_down)
    answer = alices.wish(letter)
    assert answer.status_code == 500
    assert any(answer["x-request-id"] in str(record.msg) for record in caplog.records), "the log has it by its number"
    assert is_in_words_of(letter, answer)
    assert "canary" not in answer.content.decode()
    assert nothing_happened()


@pytest.mark.parametrize("letter", LETTERS)
def test_every_answer_has_a_request_id_of_its_own(alices, letter):
    ids = {alices.wish(letter, model=None)["x-request-id"] for _ in range(2)}
    assert len(ids) == 2
    assert all(each.startswith("req_") for each in ids)


@pytest.mark.parametrize(
    ("letter", "status", "code"),
    [
        ("A", 400, "model_not_found"),
        ("B", 422, "model is not supported"),
        ("E", 400, "invalid_value"),
    ],
)
def test_an_unknown_model_is_told_as_each_wire_has_it(alices, letter, status, code):
    answer = alices.wish(letter, model="gpt-image-9")
    assert (answer.status_code, code_of(letter, answer)) == (status, code)
    assert answer["x-should-retry"] == "false"


@pytest.mark.parametrize(
    ("letter", "status", "code"),
    [
        ("A", 403, "insufficient_user_quota"),
        ("B", 402, "insufficient credits"),
        ("C", 429, "insufficient_quota"),
        ("D", 403, "insufficient_user_quota"),
        ("E", 429, "insufficient_quota"),
    ],
)
def test_an_empty_pool_is_told_as_each_wire_has_it_and_not_tried_again(alices, alice, letter, status, code):
    credits.adjust(alice.team.wallet, -1000, "spent elsewhere")
    answer = alices.wish(letter)
    assert (answer.status_code, code_of(letter, answer)) == (status, code)
    assert is_in_words_of(letter, answer)
    assert answer["x-should-retry"] == "false"
    assert nothing_happened()


@pytest.mark.parametrize("letter", LETTERS)
def test_a_key_spends_no_more_than_its_cap(alices, alice, letter):
    ApiKey.objects.update(cap_lifetime=1)
    answer = alices.wish(letter)
    assert answer.status_code in (402, 403, 429)
    assert nothing_happened()
    assert Wallet.objects.get(team=alice.team).balance == 1000


@pytest.mark.parametrize(("letter", "status"), [("A", 429), ("B", 409), ("C", 429), ("D", 429), ("E", 429)])
def test_a_team_with_too_much_under_way_is_told_as_each_wire_has_it(alices, alice, letter, status):
    alice.team.most_active = 1
    alice.team.save()
    assert alices.wish("A").status_code == 200
    answer = alices.wish(letter)
    assert answer.status_code == status
    assert is_in_words_of(letter, answer)
    assert "x-should-retry" not in answer
    assert Job.objects.count() == 1


@pytest.mark.parametrize("letter", "ABE")
def test_one_call_too_many_is_told_when_to_come_back(alices, letter, settings):
    settings.RATES_CREATE = ["2/minute"]
    for _ in range(2):
        assert alices.wish(letter, model=None).status_code in (400, 422)
    answer = alices.wish(letter)
    assert answer.status_code == 429
    assert is_in_words_of(letter, answer)
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert "x-should-retry" not in answer
    if letter == "B":
        retry_after = int(answer["Retry-After"])
        assert answer.json()["data"] == {"retryAfter": retry_after, "limit": 2, "tier": "key", "windowSeconds": 60}
    assert nothing_happened()


def test_a_team_may_call_three_times_as_often_as_one_of_its_keys(alice, key_of, settings):
    settings.RATES_CREATE = ["1/minute"]
    scripts = [Script(key_of(alice)[0]) for _ in range(4)]
    assert [script.wish("A", model=None).status_code for script in scripts] == [400, 400, 400, 429]
    assert Script(key_of(alice)[0]).wish("B").json()["data"]["tier"] == "team"


def test_asking_has_limits_of_its_own(alices, settings):
    settings.RATES_CREATE = ["1/minute"]
    assert alices.wish("A", model=None).status_code == 400
    assert [alices.get(f"{VIDEOS}/x").status_code for _ in range(3)] == [404, 404, 404]
