"""Whatever is wrong with a call, its answer is in the words of its wire, and nothing is kept or held of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from accounts import credits
from accounts.keys import new_key
from accounts.models import ApiKey, Entry, Kind, Member, Role, Wallet
from generations.api.bodies import read
from generations.dialects.serving import Refused, Why
from generations.models import ImageModel, Job
from tests.factories import MemberFactory
from tests.generations.api.conftest import EDITS, IMAGES, JOBS, MODELS, RECORD, VIDEOS, WISHES, Script

LETTERS = "ABCDE"
AT_ONCE = "CDE"


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


# --- whose key it is ---


@pytest.mark.parametrize(
    "change",
    [
        {"revoked": timezone.now()},
        {"expires": timezone.now() - timedelta(seconds=1)},
    ],
)
def test_a_key_that_is_over_opens_nothing(alice, key_of, change):
    assert Script(key_of(alice, **change)[0]).get(MODELS).status_code == 401


def test_a_key_of_one_who_was_let_go_opens_nothing(alices, alice):
    assert alices.get(MODELS).status_code == 200
    Member.objects.filter(pk=alice.pk).update(is_active=False)
    assert alices.get(MODELS).status_code == 401


def test_a_viewers_key_may_look_and_not_make(alice, key_of):
    viewers = Script(key_of(MemberFactory(team=alice.team, role=Role.VIEWER))[0])
    assert viewers.get(MODELS).status_code == 200
    assert viewers.wish("A").status_code == 403
    assert nothing_happened()


@pytest.mark.parametrize(("scopes", "made", "seen"), [(["read"], 403, 404), (["create"], 200, 403), ([], 403, 403)])
def test_a_key_may_do_what_its_scopes_say(alice, key_of, scopes, made, seen):
    script = Script(key_of(alice, scopes=scopes)[0])
    assert script.wish("A").status_code == made
    assert script.get(f"{VIDEOS}/x").status_code == seen


def test_a_key_for_one_image_model_makes_nothing_with_another(alice, key_of):
    script = Script(key_of(alice, image_models=["gpt-image-2"])[0])
    assert script.wish("A").status_code == 200
    assert script.wish("B").status_code == 403
    assert [each["id"] for each in script.get(MODELS).json()["data"]] == ["gpt-image-2"]
    assert script.get(f"{MODELS}/sketch").status_code == 404


@pytest.mark.parametrize("header", ["Bearer {}", "bearer {}", "  Bearer   {}  ", "Bearer sk-{}", "BEARER {}"])
def test_a_key_is_read_as_leniently_as_the_gateways_do(alices, header):
    headers = {"Authorization": header.format(alices.key)}
    assert alices.client.get(MODELS, headers=headers).status_code == 200


@pytest.mark.parametrize("header", ["", "Bearer", "Basic {}", "{}", "Token {}"])
def test_anything_else_is_no_key(alices, header):
    assert alices.client.get(MODELS, headers={"Authorization": header.format(alices.key)}).status_code == 401


def test_the_use_of_a_key_is_noted_at_most_once_a_minute(alices):
    alices.get(MODELS)
    first = ApiKey.objects.get().last_used
    alices.get(MODELS)
    assert ApiKey.objects.get().last_used == first
    ApiKey.objects.update(last_used=first - timedelta(minutes=2))
    alices.get(MODELS)
    assert ApiKey.objects.get().last_used >= first


# --- what is another team's ---


@pytest.mark.parametrize("path", [VIDEOS + "/{}", VIDEOS + "/{}/content", RECORD + "?taskId={}"])
def test_another_teams_task_is_as_absent_as_any(alices, charlies, path):
    alices.wish("A")
    known, unknown = Job.objects.get().pk.hex, "0" * 32
    foreign, absent, junk = (charlies.get(path.format(each)) for each in (known, unknown, "x"))
    assert {each.status_code for each in (foreign, absent, junk)} == {404}
    assert foreign.content == absent.content == junk.content
    assert alices.get(path.format(known)).status_code != 404


def test_a_key_spends_its_own_members_credits_and_no_others(alices, alice, charlie):
    alices.wish("A")
    held = Entry.objects.get(kind=Kind.HOLD)
    assert (held.member, held.api_key.member) == (alice, alice)
    assert Wallet.objects.get(team=charlie.team).balance == 1000


def test_fields_that_are_not_the_callers_to_set_have_no_effect(alices, alice, charlie):
    more = {"team": charlie.team_id, "member": charlie.pk, "price": 0, "held": 0, "state": "succeeded"}
    alices.post(VIDEOS, {**WISHES["A"][1], **more})
    job = Job.objects.get()
    assert (job.team, job.member, job.generations.get().state) == (alice.team, alice, "queued")
    assert job.generations.get().held == 4


@pytest.mark.parametrize("prompt", ["a\x00cat", "half \ud83d of a letter"])
@pytest.mark.parametrize("letter", "ABE")
def test_what_no_database_keeps_is_refused(alices, letter, prompt):
    path, body = WISHES[letter]
    said = {**body, "input": {"prompt": prompt}} if letter == "B" else {**body, "prompt": prompt}
    assert alices.post(path, said).status_code == 400
    assert nothing_happened()


@pytest.mark.parametrize("letter", "ABE")
def test_a_body_that_is_nested_for_ever_is_refused(alices, letter):
    for depth in (40, 100_000):
        assert alices.post(WISHES[letter][0], '{"a":' + "[" * depth + "]" * depth + "}").status_code == 400


@pytest.mark.parametrize("letter", "AB")
def test_a_body_of_a_hundred_thousand_values_is_refused(alices, letter):
    assert alices.wish(letter, banana=[[]] * 49_000).status_code == 200
    assert alices.wish(letter, banana=[[]] * 51_000).status_code == 400
    assert Job.objects.count() == 1


def test_a_name_that_no_database_keeps_is_no_image_model(alices):
    assert alices.get(f"{MODELS}/%00").status_code == 404


def test_a_form_that_ends_before_its_length_begins_nothing(alices):
    """A prompt that is cut in the middle reads like a whole one."""
    form = b'--x\r\nContent-Disposition: form-data; name="model"\r\n\r\nsketch\r\n'
    form += b'--x\r\nContent-Disposition: form-data; name="prompt"\r\n\r\na red car on a'
    request = RequestFactory().post(VIDEOS, form, "multipart/form-data; boundary=x")
    request.META["CONTENT_LENGTH"] = len(form) + 20
    with pytest.raises(Refused) as cut:
        read(request)
    assert (cut.value.refusal.why, cut.value.refusal.message) == (Why.NOT_READ, "The body is not whole.")


def test_a_prompt_of_a_megabyte_is_refused_by_its_length(alices):
    answer = alices.wish("E", prompt="画" * 1_000_000)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "string_above_max_length")


def test_ten_thousand_parameters_are_refused(alices):
    answer = alices.get(RECORD, **{f"a{number}": "1" for number in range(10_000)}, taskId="x")
    assert answer.status_code == 400
    assert is_in_words_of("B", answer)


def test_a_body_that_is_too_large_is_refused(alices, monkeypatch):
    monkeypatch.setattr("generations.api.bodies.MOST_JSON", 1000)
    monkeypatch.setattr("generations.api.bodies.MOST_FORM", 1000)
    assert alices.wish("A", prompt="x" * 2000).status_code == 413
    assert alices.wish("B", input={"prompt": "x" * 2000}).status_code == 413
    answer = alices.send(EDITS, {"model": "gpt-image-2", "prompt": "x" * 2000})
    assert answer.status_code == 413
    assert is_in_words_of("E", answer)


@pytest.mark.parametrize("body", [b"", b"--x", b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n"])
def test_a_form_that_is_cut_short_is_refused(alices, body):
    headers = {"Authorization": f"Bearer {alices.key}"}
    answer = alices.client.post(EDITS, body, "multipart/form-data; boundary=x", headers=headers)
    assert answer.status_code == 400
    assert is_in_words_of("E", answer)


def test_models_are_told_as_openai_tells_them(alices):
    ImageModel.objects.filter(name="gpt-image-2-vip").update(is_enabled=False)
    listed = alices.get(MODELS).json()
    names = [each["id"] for each in listed["data"]]
    assert listed["object"] == "list"
    assert "gpt-image-2" in names
    assert "gpt-image-2-vip" not in names
    assert alices.get(f"{MODELS}/gpt-image-2").json() == listed["data"][names.index("gpt-image-2")]


def test_a_call_asks_the_database_no_more_than_it_must(alices, django_assert_max_num_queries):
    alices.wish("A")
    with django_assert_max_num_queries(24 if connection.vendor == "sqlite" else 22):
        assert alices.wish("A").status_code == 200
