"""One call is one job, however often it is sent."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Entry, Kind
from generations.engine.close import fail
from generations.faults import Kind as Fault
from generations.models import ImageModel, Job
from tests.generations.api.conftest import SKETCH, VIDEOS, WISHES, Script, only_job
from tests.generations.pictures import picture, upload


@pytest.mark.parametrize(
    ("letter", "header"), [("A", "idempotency_key"), ("B", "idempotency_key"), ("B", "x_request_id")]
)
def test_the_same_key_is_the_same_job_and_one_hold(alices, letter, header):
    path, body = WISHES[letter]
    first, again = (alices.post(path, body, **{header: "once"}) for _ in range(2))
    assert first["x-studio-job"] == again["x-studio-job"] == str(only_job().pk)
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert Entry.objects.filter(kind=Kind.HOLD).count() == 1


def test_the_name_of_a_trace_makes_two_calls_one_on_the_jobs_wire_alone(alices):
    for prompt in ("a cat", "a dog"):
        assert alices.post(VIDEOS, {**SKETCH, "prompt": prompt}, x_request_id="trace").status_code == 200
    assert Job.objects.count() == 2


def test_a_repeated_call_is_answered_even_when_its_image_model_is_offered_no_more(alices):
    first = alices.post(VIDEOS, SKETCH, idempotency_key="once")
    ImageModel.objects.update(is_enabled=False)
    again = alices.post(VIDEOS, SKETCH, idempotency_key="once")
    assert (again.status_code, again["x-studio-job"]) == (200, first["x-studio-job"])


def test_a_proxy_that_numbers_every_call_makes_no_second_job_of_a_second_try(alices):
    alices.post(VIDEOS, SKETCH, x_request_id="1")
    alices.post(VIDEOS, SKETCH, x_request_id="2", x_stainless_retry_count="1")
    assert Job.objects.count() == 1


def test_a_quoted_key_is_the_bare_one(alices):
    for key in ("once", '"once"', " once "):
        assert alices.post(VIDEOS, SKETCH, idempotency_key=key).status_code == 200
    assert Job.objects.count() == 1


@pytest.mark.parametrize(("letter", "status"), [("A", 422), ("B", 409)])
def test_the_same_key_with_another_wish_is_a_conflict(alices, letter, status):
    path, body = WISHES[letter]
    alices.post(path, body, idempotency_key="once")
    other = {**body, "input": {"prompt": "a dog"}} if letter == "B" else {**body, "prompt": "a dog"}
    answer = alices.post(path, other, idempotency_key="once")
    assert answer.status_code == status
    assert answer["x-should-retry"] == "false"
    assert Job.objects.count() == 1


def test_the_order_of_the_keys_and_the_spaces_are_no_other_wish(alices):
    alices.post(VIDEOS, '{"model": "sketch", "prompt": "a cat"}', idempotency_key="once")
    assert alices.post(VIDEOS, '{"prompt":"a cat","model":"sketch"}', idempotency_key="once").status_code == 200
    assert Job.objects.count() == 1


def test_another_key_and_another_team_are_other_wishes(alices, charlies, alice, key_of):
    alices.post(VIDEOS, SKETCH, idempotency_key="once")
    alices.post(VIDEOS, SKETCH, idempotency_key="twice")
    charlies.post(VIDEOS, SKETCH, idempotency_key="once")
    Script(key_of(alice)[0]).post(VIDEOS, SKETCH, idempotency_key="once")
    assert Job.objects.count() == 4


def test_a_key_whose_call_was_refused_is_as_new(alices):
    assert alices.post(VIDEOS, {**SKETCH, "prompt": ""}, idempotency_key="once").status_code == 400
    assert alices.post(VIDEOS, SKETCH, idempotency_key="once").status_code == 200


@pytest.mark.parametrize("key", ["x" * 256, "a\tb"])
def test_a_key_that_is_none_is_refused(alices, key):
    assert alices.post(VIDEOS, SKETCH, idempotency_key=key).status_code == 400


def test_a_key_is_remembered_for_a_day_and_as_long_as_its_job_is_under_way(alices):
    alices.post(VIDEOS, SKETCH, idempotency_key="once")
    Job.objects.update(created=timezone.now() - timedelta(hours=25))
    alices.post(VIDEOS, SKETCH, idempotency_key="once")
    assert Job.objects.count() == 1
    fail(only_job().generations.get().pk, Fault.REFUSED)
    fresh = alices.post(VIDEOS, {**SKETCH, "prompt": "a dog"}, idempotency_key="once")
    assert "Idempotent-Replayed" not in fresh
    assert Job.objects.count() == 2


def test_a_library_that_tries_again_finds_its_job_without_a_key(alices):
    first = alices.post(VIDEOS, SKETCH, x_stainless_retry_count="0")
    again = alices.post(VIDEOS, SKETCH, x_stainless_retry_count="1")
    assert again["x-studio-job"] == first["x-studio-job"]
    alices.post(VIDEOS, SKETCH, x_stainless_retry_count="0")
    alices.post(VIDEOS, {**SKETCH, "prompt": "a dog"}, x_stainless_retry_count="1")
    assert Job.objects.count() == 3


def test_a_library_that_tries_again_does_not_find_the_picture_of_an_hour_ago(alices):
    alices.post(VIDEOS, SKETCH, x_stainless_retry_count="0")
    Job.objects.update(created=timezone.now() - timedelta(minutes=59))
    assert "Idempotent-Replayed" not in alices.post(VIDEOS, SKETCH, x_stainless_retry_count="1")
    assert Job.objects.count() == 2


def test_files_are_part_of_what_a_wish_is(alices):
    for colour in ("teal", "teal", "orange"):
        file = upload("a.png", picture(colour=colour))
        alices.send(VIDEOS, {**SKETCH, "input_reference": file}, idempotency_key=f"once {colour}")
    assert Job.objects.count() == 2
    other = upload("a.png", picture(colour="orange"))
    assert alices.send(VIDEOS, {**SKETCH, "input_reference": other}, idempotency_key="once teal").status_code == 422
