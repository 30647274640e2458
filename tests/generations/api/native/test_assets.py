"""A script hands in pictures to work from, and looks up what its team has."""

import base64
import uuid
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from generations.models import Asset, Route, Use
from tests.generations.api.native.conftest import refused
from tests.generations.books import delivered, sent, submitted
from tests.generations.factories import AssetFactory
from tests.generations.pictures import picture

PNG = b"\x89PNG\r\n\x1a\n"


def file(content: bytes | None = None, name: str = "boat.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture() if content is None else content, "image/png")


def data_url(content: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(content).decode()


def test_a_file_is_kept_as_the_teams_own(alices, alice):
    answer = alices.hand_in({"file": file()})
    assert answer.status_code == 201
    row = Asset.objects.get()
    assert (row.team, row.member, row.use) == (alice.team, alice, Use.REFERENCE)
    told = answer.said
    assert told.pop("created").endswith("Z")
    fetched = Client().get(urlsplit(told.pop("url")).path)
    assert b"".join(fetched.streaming_content).startswith(PNG)
    fetched.close()
    assert told == {
        "id": str(row.pk), "use": "reference", "media_type": "image/png", "width": 300, "height": 200,
        "bytes": row.size, "name": "boat.png", "job": None,
    }  # fmt: skip


def test_a_mask_is_kept_as_one(alices):
    assert alices.hand_in({"file": file(), "use": "mask"}).said["use"] == "mask"
    assert alices.post("/assets", {"url": data_url(picture()), "use": "mask"}).said["use"] == "mask"


def test_a_data_url_is_kept(alices):
    assert alices.post("/assets", {"url": data_url(picture())}).status_code == 201


@pytest.mark.parametrize(
    ("parts", "code", "field"),
    [
        ({}, "missing", "file"),
        ({"use": "mask"}, "missing", "file"),
        ({"file": "a text"}, "missing", "file"),
        ({"file": file(b"no picture at all")}, "invalid", "file"),
        ({"file": [file(), file()]}, "invalid", "file"),
        ({"file": file(), "use": "output"}, "invalid", "use"),
        ({"file": file(), "name": "x"}, "invalid", "name"),
        ({"file": file(), "more": file()}, "invalid", "more"),
    ],
)
def test_a_form_that_is_not_one_picture_is_refused_and_nothing_kept(parts, code, field, alices):
    assert refused(alices.hand_in(parts)) == (422, code, field)
    assert not Asset.objects.exists()


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, "missing", "url"),
        ({"url": "boat.png"}, "invalid", "url"),
        ({"url": "file:///etc/passwd"}, "invalid", "url"),
        ({"url": "http://127.0.0.1:1/boat.png"}, "invalid", "url"),
        ({"url": "data:image/png;base64,%%%"}, "invalid", "url"),
        ({"url": data_url(b"<svg/>")}, "invalid", "url"),
        ({"url": data_url(picture()), "use": "output"}, "invalid", "use"),
        ({"url": 7}, "invalid", "url"),
        ({"url": data_url(picture()), "name": "x"}, "invalid", "name"),
    ],
)
def test_an_address_of_no_picture_is_refused_and_nothing_kept(body, code, field, alices):
    assert refused(alices.post("/assets", body)) == (422, code, field)
    assert not Asset.objects.exists()


def test_an_output_names_the_job_that_it_came_of(alices, alice, image_model):
    job = submitted(alice, image_model=image_model)
    delivered(sent(job.generations.get(), Route.objects.get(image_model=image_model)))
    asset = job.generations.get().asset
    told = alices.get(f"/assets/{asset.pk}").said
    assert (told["use"], told["job"]) == ("output", str(job.pk))
    assert alices.get("/assets").said["data"] == [told]


def test_a_foreign_asset_is_as_absent(alices, charlie):
    foreign = alices.get(f"/assets/{AssetFactory(member=charlie).pk}")
    absent = alices.get(f"/assets/{uuid.uuid4()}")
    assert refused(foreign) == (404, "no_task", None)
    assert foreign.content == absent.content == alices.get("/assets/nothing").content
