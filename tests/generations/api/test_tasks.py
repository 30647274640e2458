"""A task of the two polled wires, from the call that begins it to its picture."""

from __future__ import annotations

import base64
import json
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from django.utils import timezone

from accounts.models import Wallet
from generations import intake
from generations.engine.close import fail
from generations.faults import Kind as Fault
from generations.fetch import NotFetched
from generations.models import Asset, Generation, Job, State, Use
from gptstudio import turnstile
from tests.generations.api.conftest import EDITS, JOB, JOBS, RECORD, SKETCH, VIDEOS, Script, only_job
from tests.generations.driving import finish
from tests.generations.pictures import picture, upload

TOLD = (
    "taskId",
    "model",
    "state",
    "param",
    "resultJson",
    "failCode",
    "failMsg",
    "costTime",
    "completeTime",
    "createTime",
)
PNG = b"\x89PNG\r\n\x1a\n"
NO_PICTURES = ("http://127.0.0.1:9/x.png", "http://169.254.169.254/", "zzz", "data:text/plain,hello")
DATA_URL = "data:image/png;base64," + base64.b64encode(picture()).decode()


def picture_at(script: Script, url: str) -> bytes:
    """What stands at a link that a task has named."""
    answer = script.client.get(urlsplit(url).path)
    with closing(answer):
        return b"".join(answer.streaming_content)


# --- A ---


def test_a_videos_task_goes_from_queued_to_completed(alices, alice, transactional_db):
    begun = alices.post(VIDEOS, {**SKETCH, "metadata": {"size": "1080x1920"}}).json()
    assert set(begun) == {"id", "object", "model", "status", "progress", "created_at"}
    assert (begun["object"], begun["model"], begun["status"], begun["progress"]) == ("image", "sketch", "queued", 0)
    assert begun["id"].startswith("gpt_img_")
    finish(only_job())
    answer = alices.get(f"{VIDEOS}/{begun['id']}")
    done = answer.json()
    assert set(done) == {*begun, "completed_at", "video_url"}
    assert (done["status"], done["progress"], done["created_at"]) == ("completed", 100, begun["created_at"])
    assert answer["openai-poll-after-ms"] == "3000"
    assert picture_at(alices, done["video_url"]).startswith(PNG)
    assert (Asset.objects.get().width, Asset.objects.get().height) == (1080, 1920)
    assert Wallet.objects.get(team=alice.team).balance == 999


def test_the_content_of_a_task_is_its_picture_and_before_that_a_sentence(alices, transactional_db):
    begun = alices.post(VIDEOS, SKETCH).json()["id"]
    early = alices.get(f"{VIDEOS}/{begun}/content")
    assert (early.status_code, early.json()["code"]) == (400, "invalid_request")
    assert "queued" in early.json()["message"]
    finish(only_job())
    assert alices.get(f"{VIDEOS}/{begun}/content").url == alices.get(f"{VIDEOS}/{begun}").json()["video_url"]


@pytest.mark.parametrize(
    ("kind", "code", "fail_code"),
    [
        (Fault.REFUSED, "moderation_blocked", "400"),
        (Fault.UNKNOWN, "upstream_error", "500"),
        (Fault.DENIED, "upstream_error", "500"),
        (Fault.INVALID, "invalid_request", "422"),
    ],
)
def test_a_task_that_failed_says_why_in_both_wires(alices, kind, code, fail_code):
    begun = alices.post(VIDEOS, SKETCH).json()["id"]
    fail(only_job().generations.get().pk, kind)
    done = alices.get(f"{VIDEOS}/{begun}").json()
    assert (done["status"], done["progress"], done["error"]["code"]) == ("failed", 0, code)
    assert not {"completed_at", "video_url"} & set(done)
    told = alices.get(RECORD, taskId=begun).json()
    assert told["code"] == 200
    assert (told["data"]["state"], told["data"]["failCode"]) == ("fail", fail_code)
    assert told["data"]["failMsg"] == done["error"]["message"]
    assert told["data"]["completeTime"] is told["data"]["costTime"] is told["data"]["resultJson"] is None


def test_the_record_of_a_task_that_was_no_such_call_is_read_as_json_all_the_same(alices):
    begun = alices.send(VIDEOS, SKETCH).json()["id"]
    assert json.loads(alices.get(RECORD, taskId=begun).json()["data"]["param"]) == {}


def test_a_cancelled_task_is_a_failed_one_to_both_wires(alices, alice):
    begun = alices.post(VIDEOS, SKETCH).json()["id"]
    assert intake.cancel(alice, only_job().generations.get())
    assert alices.get(f"{VIDEOS}/{begun}").json()["error"]["code"] == "cancelled"
    assert alices.get(RECORD, taskId=begun).json()["data"]["failCode"] == "499"


# --- B ---


def test_a_jobs_task_goes_from_waiting_to_success(alices, transactional_db):
    body = {"model": "sketch", "input": {"prompt": "两只鹤", "resolution": "2K", "aspect_ratio": "16:9"}}
    begun = alices.post(JOBS, body).json()
    assert begun == {"code": 200, "msg": "success", "data": {"taskId": begun["data"]["taskId"]}}
    task = begun["data"]["taskId"]
    assert task.startswith("task_")
    keys = [*TOLD]
    before = alices.get(RECORD, taskId=task).json()["data"]
    assert list(before) == keys
    assert (before["state"], json.loads(before["param"])) == ("waiting", body)
    finish(only_job())
    after = alices.get(RECORD, taskId=task).json()["data"]
    assert list(after) == keys
    assert (after["state"], after["failCode"], after["failMsg"]) == ("success", None, None)
    assert after["completeTime"] - after["createTime"] == after["costTime"] >= 0
    assert after["createTime"] > 1_600_000_000_000
    (url,) = json.loads(after["resultJson"])["resultUrls"]
    assert picture_at(alices, url).startswith(PNG)
    assert (Asset.objects.get().width, Asset.objects.get().height) == (2048, 1152)


def test_what_is_under_way_still_waits_to_the_strict_callers_of_jobs(alices):
    task = alices.post(JOBS, JOB).json()["data"]["taskId"]
    Generation.objects.move(only_job().generations.get().pk, State.RUNNING, started=timezone.now())
    assert alices.get(RECORD, taskId=task).json()["data"]["state"] == "waiting"
    assert alices.get(f"{VIDEOS}/{task}").json()["status"] == "in_progress"


def test_a_record_without_a_task_is_no_request(alices):
    answer = alices.get(RECORD)
    assert (answer.status_code, answer.json()["msg"]) == (400, "invalid request")


# --- references ---


def test_references_of_every_form_are_kept_as_the_members_own(alices, alice):
    bare = DATA_URL.partition(",")[2]
    alices.post(VIDEOS, {**SKETCH, "metadata": {"urls": [DATA_URL, bare]}})
    references = only_job().references.all()
    assert {(each.use, each.team, each.member) for each in references} == {(Use.REFERENCE, alice.team, alice)}
    form = {**SKETCH, "input_reference": upload(), "metadata[urls][]": [DATA_URL]}
    assert alices.send(VIDEOS, form).status_code == 200
    assert Job.objects.newest()[0].references.count() == 2


def test_base64_may_stand_in_lines_and_without_its_padding_or_with_more(alices):
    drawn = base64.encodebytes(picture((300, 201))).decode()
    assert drawn.count("\n") > 1
    assert drawn.endswith("=\n")
    for given in (drawn, f" data:image/png;base64,\n{drawn}", drawn.rstrip("=\n"), f"{drawn.strip()}=="):
        assert alices.post(VIDEOS, {**SKETCH, "metadata": {"urls": [given]}}).status_code == 200


@pytest.mark.parametrize(
    "given", ["http://127.0.0.1:9/x.png", "http://169.254.169.254/", "zzz", "data:text/plain,hello"]
)
@pytest.mark.parametrize("letter", "AB")
def test_a_reference_that_is_no_picture_is_refused_at_its_field(alices, letter, given):
    path, body = (
        (VIDEOS, {**SKETCH, "metadata": {"urls": [given]}})
        if letter == "A"
        else (JOBS, {"model": "sketch", "input": {"prompt": "a cat", "image_urls": [given]}})
    )
    answer = alices.post(path, body)
    assert answer.status_code == (400 if letter == "A" else 422)
    if letter == "A":
        assert answer.json()["error"]["param"] == "metadata.urls"
    assert not Job.objects.exists()


def test_more_references_than_are_taken_are_refused_before_any_is_brought(alices, monkeypatch):
    asked: list[str] = []
    monkeypatch.setattr("generations.intake.pictures.fetch", lambda url, *_rest, **_within: asked.append(url))
    urls = [f"https://a.example/{number}.png" for number in range(1000)]
    answer = alices.post(JOBS, {"model": "sketch", "input": {"prompt": "a cat", "image_urls": urls}})
    assert answer.status_code == 422
    assert asked == []


def test_who_waits_for_a_strangers_server_takes_no_place(alices, monkeypatch):
    def drip(_url, *_rest, **_within):
        assert not getattr(turnstile._mine, "inside", False)
        raise NotFetched("slow")

    monkeypatch.setattr("generations.intake.pictures.fetch", drip)
    given = ["https://a.example/drips.png"]
    assert alices.post(VIDEOS, {**SKETCH, "metadata": {"urls": given}}).status_code == 400


def test_an_edit_that_holds_no_picture_is_told_so_by_openais_code(alices):
    form = {"model": "sketch", "prompt": "a cat", "image": upload("a.png", b"only words")}
    answer = alices.send(EDITS, form)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_image_file")


def test_the_record_gives_back_no_picture_that_came_inside_the_call(alices):
    alices.post(JOBS, {"model": "sketch", "input": {"prompt": "a cat", "image_urls": [DATA_URL + "A" * 3000]}})
    alices.post(JOBS, {"model": "sketch", "input": {"prompt": "x" * 3000}})
    for job in Job.objects.all():
        assert len(job.said) < 500 or "x" * 3000 in job.said


def test_what_nobody_asked_for_is_not_kept_by_the_megabyte(alices):
    answer = alices.post(JOBS, {**JOB, "banana": "a b " * 100_000})
    assert alices.get(RECORD, taskId=answer.json()["data"]["taskId"]).json()["data"]["param"] == "{}"
