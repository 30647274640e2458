"""A submission that is sent twice is one job, and one that waits can be called off."""

from functools import partial

import pytest

from generations.models import Generation, Route, State
from tests.accounts.races import at_once
from tests.generations.api.native.conftest import BRIEF, PRICE, Script, balance, refused
from tests.generations.books import sent, submitted


def test_the_same_key_and_body_is_one_job(alices, alice):
    first = alices.post("/jobs", BRIEF, idempotency_key="poster-42")
    again = alices.post("/jobs", dict(reversed(BRIEF.items())), idempotency_key='"poster-42"')
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.said == again.said
    assert "Idempotent-Replayed" not in first
    assert again["Idempotent-Replayed"] == "true"
    assert balance(alice) == 1000 - PRICE


@pytest.mark.django_db(transaction=True)
def test_the_same_key_from_many_hands_at_once_is_one_job(alice, script_of):
    script = script_of(alice)
    calls = [partial(Script(script.key).post, "/jobs", BRIEF, idempotency_key="poster-42") for _ in range(8)]
    answers = at_once(*calls)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.said["id"] for answer in answers}) == 1
    assert balance(alice) == 1000 - PRICE


def test_the_same_key_with_another_body_is_422(alices, alice):
    alices.post("/jobs", BRIEF, idempotency_key="poster-42")
    other = alices.post("/jobs", BRIEF | {"prompt": "another"}, idempotency_key="poster-42")
    assert refused(other) == (422, "other_wish", "Idempotency-Key")
    assert balance(alice) == 1000 - PRICE


def test_the_same_word_of_another_key_is_a_job_of_its_own(alices, bobs, alice, script_of):
    ids = {script.post("/jobs", BRIEF, idempotency_key="one").said["id"] for script in (alices, bobs, script_of(alice))}
    assert len(ids) == 3


def test_without_a_key_each_call_is_a_job(alices):
    assert alices.post("/jobs", BRIEF).said["id"] != alices.post("/jobs", BRIEF).said["id"]


def test_what_was_refused_leaves_its_key_free(alices):
    assert alices.post("/jobs", BRIEF | {"tier": "8K"}, idempotency_key="one").status_code == 422
    assert alices.post("/jobs", BRIEF | {"image_model": "nothing"}, idempotency_key="one").status_code == 422
    fresh = alices.post("/jobs", BRIEF, idempotency_key="one")
    assert fresh.status_code == 201
    assert "Idempotent-Replayed" not in fresh


@pytest.mark.parametrize("key", ["x" * 256, "a\tb"])
def test_a_key_that_cannot_be_one_is_refused(key, alices):
    assert refused(alices.post("/jobs", BRIEF, idempotency_key=key)) == (422, "invalid", "Idempotency-Key")


# --- calling off ---


def test_cancelling_gives_back_what_was_held(alices, alice):
    job = alices.post("/jobs", BRIEF | {"count": 3}).said
    over = alices.post(f"/jobs/{job['id']}/cancel")
    assert over.status_code == 200
    assert over.said["state"] == "cancelled"
    assert [(each["state"], each["charged"]) for each in over.said["generations"]] == [("cancelled", 0)] * 3
    assert balance(alice) == 1000
    assert alices.post(f"/jobs/{job['id']}/cancel").said == over.said


def test_a_picture_that_a_provider_works_on_is_only_asked_to_stop(alices, alice, image_model):
    job = submitted(alice, image_model=image_model, count=2)
    begun, _waiting = job.generations.all()
    sent(begun, Route.objects.get(image_model=image_model))
    told = alices.post(f"/jobs/{job.pk}/cancel").said
    assert [each["state"] for each in told["generations"]] == ["running", "cancelled"]
    assert Generation.objects.get(pk=begun.pk).cancel_asked
    assert balance(alice) == 1000 - 4


def test_another_members_job_takes_the_right_to_cancel_it(alices, bobs, alice, bob, image_model):
    hers, his = (submitted(member, image_model=image_model) for member in (alice, bob))
    assert refused(bobs.post(f"/jobs/{hers.pk}/cancel")) == (403, "forbidden", None)
    assert hers.generations.get().state == State.QUEUED
    assert alices.post(f"/jobs/{his.pk}/cancel").said["state"] == "cancelled"
