"""Whose key it is, and what is another team's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from accounts.models import ApiKey, Entry, Kind, Member, Role, Wallet
from generations.api.bodies import read
from generations.dialects.serving import Refused, Why
from generations.models import ImageModel, Job
from tests.factories import MemberFactory
from tests.generations.api.conftest import (
    EDITS,
    MODELS,
    RECORD,
    VIDEOS,
    WISHES,
    Script,
    is_in_words_of,
    nothing_happened,
)


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
