"""A job of the jobs wire that names a call-back is told there, in that wire's own shape."""

import base64
import hashlib
import hmac
import json

import pytest

from accounts.keys import keep_key, new_key
from generations.faults import Kind
from generations.hooks.signing import call_back_secret
from generations.models import Delivery, Generation, Provider, Way
from tests.generations.books import delivered, failed, sent, submitted
from tests.generations.factories import RouteFactory
from tests.generations.hooks.conftest import deliver_all, hurry

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def key(alice):
    return keep_key(alice, "script", new_key())


@pytest.fixture
def of_a_script(key, receiver):
    said = '{"model": "gpt-image-2", "input": {"prompt": "a heron"}}'
    return {"api_key": key, "origin": "jobs", "call_back": f"{receiver.origin}/mine?a=1", "said": said}


def test_a_picture_is_told_as_recordinfo_has_it(alice, key, ended, receiver, of_a_script):
    job = ended(alice, **of_a_script)
    deliver_all()
    (parcel,) = receiver.came
    assert parcel.path == "/mine?a=1"
    assert (parcel.said["code"], parcel.said["msg"]) == (200, "success")
    data = parcel.said["data"]
    assert (data["taskId"], data["state"], data["param"]) == (f"task_{job.pk.hex}", "success", job.said)
    assert len(json.loads(data["resultJson"])["resultUrls"]) == 1
    assert 0 <= data["costTime"] < 60
    assert data["completeTime"] > data["createTime"] > 10**12


def test_a_failure_is_told_with_501(alice, key, receiver, of_a_script):
    route = RouteFactory()
    job = submitted(alice, image_model=route.image_model, **of_a_script)
    failed(sent(job.generations.get(), route), Kind.REFUSED)
    deliver_all()
    (parcel,) = receiver.came
    assert parcel.said["code"] == 501
    assert parcel.said["data"]["state"] == "fail"
    assert parcel.said["msg"] == parcel.said["data"]["failMsg"]
    assert parcel.said["data"]["costTime"] is None


def test_it_is_signed_with_the_secret_of_the_jobs_key(alice, key, ended, receiver, of_a_script):
    ended(alice, **of_a_script)
    deliver_all()
    (parcel,) = receiver.came
    signed = f"{parcel.said['data']['taskId']}.{parcel.headers['x-webhook-timestamp']}".encode()
    wanted = hmac.new(call_back_secret(key.pk).encode(), signed, hashlib.sha256).digest()
    assert base64.b64decode(parcel.headers["x-webhook-signature"]) == wanted
    assert "webhook-id" not in parcel.headers


def test_it_is_tried_again_as_a_webhook_is_and_410_ends_it(alice, key, ended, receiver, of_a_script):
    receiver.answers(500)
    ended(alice, **of_a_script)
    deliver_all()
    receiver.answers(410)
    hurry()
    deliver_all()
    assert [parcel.said["data"]["state"] for parcel in receiver.came] == ["success"] * 2
    assert (Delivery.objects.get().state, Delivery.objects.get().tries) == (Way.GIVEN_UP, 2)


def test_webhooks_hear_of_a_scripts_job_as_well(alice, key, webhook, ended, receiver, of_a_script):
    ended(alice, **of_a_script)
    deliver_all()
    assert sorted(parcel.path for parcel in receiver.came) == ["/hook", "/mine?a=1"]


def test_a_script_that_names_a_call_back_hears_there_what_it_would_be_told_if_it_asked(alice, client, receiver):
    Provider.objects.exclude(dialect="painter").update(is_enabled=True)
    plain = new_key()
    keep_key(alice, "nightly", plain)
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {plain}"
    wish = {"model": "gpt-image-2-text-to-image", "input": {"prompt": "a heron"}, "callBackUrl": receiver.url}
    task = client.post("/api/v1/jobs/createTask", wish, "application/json").json()["data"]["taskId"]
    generation = Generation.objects.get()
    delivered(sent(generation, RouteFactory(image_model=generation.job.image_model)))
    deliver_all()
    (parcel,) = receiver.came
    asked = client.get("/api/v1/jobs/recordInfo", {"taskId": task}).json()["data"]
    assert parcel.said["data"] == asked | {"costTime": round(asked["costTime"] / 1000)}
