"""Each row of what may be wrong with a call, on each wire: the status, the code and the field that its callers read.

The wires are named by their letters, as in `conftest`. Of `jobs`, the code is the sentence, and no field is told.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from generations.api.answers import refused
from generations.dialects import AT_ONCE, JOBS, VIDEOS
from generations.dialects.serving import Refusal, Said, Why
from generations.models import Job
from tests.generations.api.conftest import EDITS, IMAGES, RECORD, WISHES
from tests.generations.api.conftest import JOBS as CREATE
from tests.generations.api.conftest import VIDEOS as TASKS
from tests.generations.pictures import picture, upload

LETTERS = "ABCDE"
WIRES = dict(zip(LETTERS, [VIDEOS, JOBS, *AT_ONCE.values()], strict=True))
MISSING, ENUM, LONG = "missing_required_parameter", "invalid_value", "string_above_max_length"
PRIVATE, WORDS = "http://127.0.0.1:9/a.png", "data:image/png;base64,aGVsbG8="
MOST = {"A": 10_000, "B": 20_000, "C": 32_000, "D": 32_000, "E": 32_000}

Told = tuple[int, str | None, str | None]

ROWS: list[tuple[str, dict[str, Any], Told]] = [
    ("A", {"prompt": None}, (400, "invalid_request", "prompt")),
    ("A", {"prompt": ["a"]}, (400, "invalid_request", "prompt")),
    ("A", {"prompt": "x" * (MOST["A"] + 1)}, (400, "invalid_request", "prompt")),
    ("A", {"model": ""}, (400, "model_not_found", "model")),
    ("A", {"model": 5}, (400, "invalid_request", "model")),
    ("A", {"metadata": {"size": "0x0"}}, (400, "invalid_size", "metadata.size")),
    ("A", {"metadata": {"urls": [PRIVATE]}}, (400, "invalid_request", "metadata.urls")),
    ("A", {"metadata": {"urls": [WORDS]}}, (400, "invalid_request", "metadata.urls")),
    ("A", {"metadata": {"urls": ["ftp://a.example/b.png"]}}, (400, "invalid_request", "metadata.urls")),
    ("B", {"input": None}, (422, "'input' is missing.", None)),
    ("B", {"input": "a cat"}, (422, "'input' must be an object, not a string.", None)),
    ("B", {"input": {}}, (422, "'input.prompt' is missing.", None)),
    ("B", {"input": {"prompt": " "}}, (422, "'input.prompt' is empty.", None)),
    ("B", {"model": "gpt-9"}, (422, "model is not supported", None)),
    (
        "B",
        {"callBackUrl": "ftp://a.example/"},
        (422, "'callBackUrl' is not a whole http:// or https:// address.", None),
    ),
    ("C", {"prompt": None}, (400, MISSING, "prompt")),
    ("C", {"prompt": "x" * (MOST["C"] + 1)}, (400, LONG, "prompt")),
    ("C", {"size": "12x12"}, (400, ENUM, "size")),
    ("C", {"quality": "best"}, (400, ENUM, "quality")),
    ("C", {"n": 11}, (400, "integer_above_max_value", "n")),
    ("C", {"background": "transparent", "output_format": "jpeg"}, (400, ENUM, "background")),
    ("D", {"prompt": None}, (400, MISSING, "prompt")),
    ("D", {"prompt": "x" * (MOST["D"] + 1)}, (400, LONG, "prompt")),
    ("D", {"size": "1024x1024"}, (400, ENUM, "size")),
    ("D", {"response_format": "hex"}, (400, ENUM, "response_format")),
    ("E", {"prompt": None}, (400, MISSING, "prompt")),
    ("E", {"prompt": ""}, (400, "empty_string", "prompt")),
    ("E", {"prompt": "x" * (MOST["E"] + 1)}, (400, LONG, "prompt")),
    ("E", {"model": None}, (400, MISSING, "model")),
    ("E", {"n": True}, (400, "invalid_type", "n")),
    ("E", {"size": "1792x936"}, (400, ENUM, "size")),
    ("E", {"banana": 1}, (400, "unknown_parameter", "banana")),
    ("E", {"response_format": None}, (400, "unknown_parameter", "response_format")),
]


def told(letter: str, answer: Any) -> Told:
    body = answer.json()
    if letter == "B":
        assert body["data"] is None
        return answer.status_code, body["msg"], None
    return answer.status_code, body["error"]["code"], body["error"]["param"]


@pytest.mark.parametrize(("letter", "change", "wanted"), ROWS, ids=lambda each: str(each)[:40])
def test_a_wrong_field_is_told_by_its_code_and_its_name_and_costs_nothing(alices, letter, change, wanted):
    answer = alices.wish(letter, **change)
    assert told(letter, answer) == wanted
    assert answer["x-should-retry"] == "false"
    assert answer["x-request-id"]
    assert not Job.objects.exists()


@pytest.mark.parametrize("letter", "ABCD")
def test_what_a_wire_does_not_know_it_does_not_look_at(letter):
    body = {**WISHES[letter][1], "banana": 1}
    assert WIRES[letter].listen(Said(body)) == WIRES[letter].listen(Said(WISHES[letter][1]))


@pytest.mark.parametrize("letter", "CDE")
@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({}, (400, MISSING, "image")),
        ({"image": b"words"}, (400, "invalid_image_file", "image")),
        ({"image[]": b"words"}, (400, "invalid_image_file", "image")),
        ({"image": picture(), "mask": b"words"}, (400, "invalid_image_file", "mask")),
    ],
    ids=lambda each: ",".join(each) if isinstance(each, dict) else "",
)
def test_an_edit_needs_pictures_that_are_some(alices, letter, files, wanted):
    parts = {name: upload("a.png", content) for name, content in files.items()}
    answer = alices.send(EDITS, {**WISHES[letter][1], **parts})
    assert told(letter, answer) == wanted
    assert not files or "“a.png” is not a PNG, JPEG or WebP picture." in answer.content.decode()
    assert not Job.objects.exists()


@pytest.mark.parametrize("given", [PRIVATE, WORDS, "ftp://a.example/b.png"])
def test_an_edit_in_json_needs_them_too(alices, given):
    answer = alices.post(EDITS, {**WISHES["E"][1], "images": [{"image_url": given}]})
    assert told("E", answer) == (400, "invalid_image_file", "images[0].image_url")
    assert not Job.objects.exists()


@pytest.mark.parametrize("letter", "AB")
def test_an_address_of_another_kind_is_not_taken_for_base64(alices, letter):
    given = {"urls": ["ftp://a.example/b.png"]}
    body = {"metadata": given} if letter == "A" else {"input": {"prompt": "a", "image_urls": given["urls"]}}
    assert "No picture could be fetched from “ftp://a.example/b.png”" in alices.wish(letter, **body).content.decode()


@pytest.mark.parametrize(
    ("path", "takes"),
    [(TASKS, "POST"), (f"{TASKS}/x", "GET"), (CREATE, "POST"), (RECORD, "GET"), (IMAGES, "POST"), (EDITS, "POST")],
)
@pytest.mark.parametrize("method", ["put", "patch", "delete", "options"])
def test_a_method_that_is_not_taken_is_told_which_one_is(alices, path, takes, method):
    answer = getattr(alices.client, method)(path)
    assert (answer.status_code, answer["Allow"], answer["x-should-retry"]) == (405, takes, "false")


@pytest.mark.parametrize("beginning", ["/v1/", "/api/v1/", "/api/studio/v1/"])
def test_the_beginning_of_an_api_is_no_place(beginning):
    """Asked as the server is: Django's own check of forms, which tests leave out, would answer in HTML."""
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    for answer in (client.get(beginning), client.post(beginning, {}, "application/json")):
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")


@pytest.mark.parametrize("letter", LETTERS)
def test_a_body_that_breaks_off_is_not_read(alices, letter, monkeypatch):
    def breaks_off(*_args):
        raise ValueError("as a server says it")

    monkeypatch.setattr("django.core.handlers.wsgi.LimitedStream.read", breaks_off)
    assert alices.wish(letter).status_code == 400


@pytest.mark.parametrize(
    ("why", "statuses"),
    [
        (Why.NO_CREDIT, (403, 402, 429, 403, 429)),
        (Why.TOO_OFTEN, (429, 429, 429, 429, 429)),
        (Why.TOO_MANY, (429, 409, 429, 429, 429)),
        (Why.REFUSED, (None, None, 400, 400, 400)),
        (Why.FAILED, (None, None, 502, 502, 502)),
    ],
)
def test_what_would_fail_again_is_not_to_be_tried_again(why, statuses):
    """Of the first two wires no call is answered so that its work has failed: its task is."""
    for letter, status in zip(LETTERS, statuses, strict=True):
        answer = refused(WIRES[letter], Refusal(why, "No.", retry_after=7))
        assert status in (None, answer.status_code)
        assert answer["Retry-After"] == "7"
        assert ("x-should-retry" in answer) == (why not in (Why.TOO_OFTEN, Why.TOO_MANY))
