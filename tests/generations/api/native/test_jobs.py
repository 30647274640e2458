"""A script submits briefs, follows its jobs and calls them off, in the house's own words."""

import base64
import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts import credits
from accounts.models import ApiKey, Entry
from generations.faults import Kind
from generations.models import Asset, Generation, ImageModel, Job, Provider, Route, Use
from tests.generations.api.native.conftest import BRIEF, PRICE, balance, refused
from tests.generations.books import delivered, failed, sent, submitted
from tests.generations.factories import AssetFactory
from tests.generations.pictures import picture

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def test_a_job_is_held_at_once_and_told_whole(alices, alice):
    answer = alices.post("/jobs", BRIEF | {"count": 2})
    assert answer.status_code == 201
    job = answer.said
    row = Job.objects.get()
    assert job["id"] == str(row.pk) == answer["x-studio-job"]
    assert answer["Location"] == f"/api/studio/v1/jobs/{row.pk}"
    assert (job["state"], job["ended"], job["origin"], job["count"]) == ("queued", None, "native", 2)
    assert TIME.fullmatch(job["created"])
    assert job["brief"] == {
        "prompt": "a paper boat", "size": "2048x1360", "ratio": "3:2", "tier": "2K", "quality": None,
        "background": None, "format": None, "compression": None, "moderation": None, "references": [], "mask": None,
    }  # fmt: skip
    for place, generation in enumerate(job["generations"], 1):
        uuid.UUID(generation.pop("id"))
        assert generation == {
            "position": place, "state": "queued", "held": PRICE, "charged": None,
            "fault": None, "picture": None, "receipt": None,
        }  # fmt: skip
    assert balance(alice) == 1000 - 2 * PRICE
    assert {(entry.kind, entry.amount) for entry in Entry.objects.exclude(kind="grant")} == {("hold", -PRICE)}


def test_a_picture_that_came_is_told_with_its_address_and_its_price(alices, alice, image_model):
    job = submitted(alice, image_model=image_model)
    delivered(sent(job.generations.get(), Route.objects.get(image_model=image_model)), size=5000)
    (told,) = alices.get(f"/jobs/{job.pk}").said["generations"]
    asset = Generation.objects.get().asset
    assert (told["state"], told["held"], told["charged"], told["fault"]) == ("succeeded", 4, 4, None)
    address = told["picture"].pop("url")
    assert told["picture"] == {
        "asset": str(asset.pk), "media_type": "image/png", "width": 1280, "height": 1280, "bytes": 5000,
    }  # fmt: skip
    assert "/p/" in address
    assert told["receipt"] == {"asked_size": "auto", "delivered_size": "1280x1280"}


@pytest.mark.parametrize(("language", "word"), [("en", "busy"), ("zh-hans", "都在忙")])
def test_a_fault_is_said_in_the_callers_language(language, word, alices, alice, image_model):
    job = submitted(alice, image_model=image_model)
    failed(sent(job.generations.get(), Route.objects.get(image_model=image_model)), Kind.BUSY)
    told = alices.get(f"/jobs/{job.pk}", accept_language=language).said
    assert (told["state"], told["generations"][0]["charged"]) == ("failed", 0)
    assert TIME.fullmatch(told["ended"])
    fault = told["generations"][0]["fault"]
    assert fault["code"] == "busy"
    assert word in fault["message"]


def test_a_job_of_the_studio_or_of_a_dialect_is_read_by_its_id_in_any_dress(alices, alice, image_model):
    made = submitted(alice, image_model=image_model)
    for dress in (str(made.pk), made.pk.hex, f"task_{made.pk.hex}", f"gpt_img_{made.pk.hex}"):
        assert alices.get(f"/jobs/{dress}").said["id"] == str(made.pk)


@pytest.mark.parametrize(
    ("address", "body", "found"),
    [
        ("/v1/videos", {"model": "gpt-image-2", "prompt": "a boat"}, lambda said: said["id"]),
        (
            "/api/v1/jobs/createTask",
            {"model": "gpt-image-2", "input": {"prompt": "a boat"}},
            lambda said: said["data"]["taskId"],
        ),
    ],
)
def test_a_job_begun_through_a_dialect_is_read_by_the_id_that_it_gave(address, body, found, alices):
    shown = {"authorization": f"Bearer {alices.key}"}
    begun = Client().post(address, body, content_type="application/json", headers=shown)
    assert begun.status_code == 200, begun.content
    told = alices.get(f"/jobs/{found(begun.json())}").said
    assert (told["brief"]["prompt"], told["state"]) == ("a boat", "queued")
    assert told["origin"] in ("videos", "jobs")


def test_a_colleagues_job_is_read_too(bobs, alice, image_model):
    made = submitted(alice, image_model=image_model)
    assert bobs.get(f"/jobs/{made.pk}").status_code == 200


# --- the brief ---


def test_a_quote_is_the_upper_price_and_holds_nothing(alices, alice):
    answer = alices.post("/quote", BRIEF | {"count": 3, "references": ["https://example.com/a.png"]})
    assert answer.status_code == 200
    assert answer.said == {"each": PRICE, "count": 3, "total": 3 * PRICE, "balance": 1000}
    assert (balance(alice), Job.objects.count(), Asset.objects.count()) == (1000, 0, 0)


def test_what_is_quoted_is_what_is_held(alices, alice):
    for more in ({"tier": "1K"}, {"tier": "4K"}, {"tier": "2K", "count": 4}):
        before = balance(alice)
        quoted = alices.post("/quote", BRIEF | more).said["total"]
        assert alices.post("/jobs", BRIEF | more).status_code == 201
        assert before - balance(alice) == quoted


@pytest.mark.parametrize(
    ("more", "size"),
    [
        ({"size": "1536x1024"}, "1536x1024"),
        ({"ratio": "16:9", "tier": "4K"}, "3840x2160"),
        ({"ratio": "16:9"}, "1280x720"),
        ({"tier": "2K"}, "auto"),
        ({"size": "auto"}, "auto"),
        ({}, "auto"),
    ],
)
def test_a_size_is_exact_pixels_or_a_ratio_and_a_tier(more, size, alices):
    answer = alices.post("/jobs", {"prompt": "a boat", "image_model": "gpt-image-2", **more})
    assert answer.said["brief"]["size"] == size


def test_a_ratio_is_met_by_the_image_models_own_size(alices):
    brief = {"prompt": "a boat", "image_model": "gpt-image-2-official", "ratio": "3:2", "quality": "high"}
    assert alices.post("/jobs", brief).said["brief"]["size"] == "1536x1024"


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"prompt": None}, "invalid", "prompt"),
        ({"prompt": ""}, "invalid", "prompt"),
        ({"prompt": "  "}, "missing", "prompt"),
        ({"prompt": 7}, "invalid", "prompt"),
        ({"prompt": "x" * 10_001}, "invalid", "prompt"),
        ({"prompt": "x" * 32_001}, "invalid", "prompt"),
        ({"image_model": "nothing"}, "no_model", "image_model"),
        ({"model": "gpt-image-2"}, "invalid", "model"),
        ({"size": "1536x1024"}, "invalid", "ratio"),
        ({"ratio": "7:3"}, "invalid", "ratio"),
        ({"tier": "8K"}, "invalid", "tier"),
        ({"ratio": None, "tier": None, "size": "big"}, "invalid", "size"),
        ({"ratio": None, "tier": None, "size": "٣00x300"}, "invalid", "size"),
        ({"count": 0}, "invalid", "count"),
        ({"count": 11}, "invalid", "count"),
        ({"count": "2"}, "invalid", "count"),
        ({"count": True}, "invalid", "count"),
        ({"compression": 101}, "invalid", "compression"),
        ({"format": "gif"}, "invalid", "format"),
        ({"background": "transparent", "format": "jpeg"}, "invalid", "background"),
        ({"references": "https://example.com/a.png"}, "invalid", "references"),
        ({"references": [7]}, "invalid", "references[0]"),
        ({"references": ["https://example.com/a.png"] * 17}, "invalid", "references"),
        ({"references": ["a word"]}, "invalid", "references[0]"),
        ({"references": [str(uuid.uuid4())]}, "invalid", "references[0]"),
        ({"references": ["data:image/png;base64,AAAA"]}, "invalid", "references[0]"),
        ({"references": ["http://127.0.0.1/a.png"]}, "invalid", "references[0]"),
        ({"mask": str(uuid.uuid4())}, "invalid", "mask"),
        ({"extra": 1}, "invalid", "extra"),
    ],
)
def test_a_wrong_field_is_refused_by_its_name_and_nothing_is_held(wrong, code, field, alices, alice):
    assert refused(alices.post("/jobs", BRIEF | wrong)) == (422, code, field)
    assert (balance(alice), Job.objects.count()) == (1000, 0)


def test_a_missing_field_is_named(alices):
    assert refused(alices.post("/jobs", {"prompt": "a boat"})) == (422, "missing", "image_model")


@pytest.mark.parametrize("key", ["prompt", "tier", "image_model"])
def test_what_a_quote_refuses_a_job_refuses_alike(key, alices):
    wrong = BRIEF | {key: "wrong" if key != "prompt" else "x" * 10_001}
    assert refused(alices.post("/quote", wrong)) == refused(alices.post("/jobs", wrong))


def test_a_quote_too_knows_what_nobody_serves(alices, image_model):
    offered = image_model.capabilities_json | {"backgrounds": ["transparent"]}
    ImageModel.objects.filter(pk=image_model.pk).update(capabilities_json=offered)
    wish = BRIEF | {"background": "transparent"}
    told = alices.post("/quote", wish)
    assert refused(told) == (422, "invalid", "background")
    assert told.said == alices.post("/jobs", wish).said


# --- its pictures ---


def test_references_are_assets_data_urls_and_masks_are_masks(alices, alice):
    kept = alices.hand_in({"file": SimpleUploadedFile("boat.png", picture(), "image/png")}).said["id"]
    made = AssetFactory(member=alice)
    inline = "data:image/png;base64," + base64.b64encode(picture(colour="red")).decode()
    job = alices.post("/jobs", BRIEF | {"references": [kept, str(made.pk), inline]}).said
    assert job["brief"]["references"][:2] == [kept, str(made.pk)]
    assert Asset.objects.get(pk=job["brief"]["references"][2]).use == Use.REFERENCE


def test_a_mask_is_no_reference_and_a_reference_no_mask(alices, alice):
    mask = AssetFactory(member=alice, use=Use.MASK)
    plain = AssetFactory(member=alice, use=Use.REFERENCE)
    as_reference = alices.post("/jobs", BRIEF | {"references": [str(mask.pk)]})
    as_mask = alices.post("/jobs", BRIEF | {"references": [str(plain.pk)], "mask": str(plain.pk)})
    assert (refused(as_reference)[2], refused(as_mask)[2]) == ("references[0]", "mask")


def test_another_teams_asset_is_as_absent(alices, charlie):
    foreign = alices.post("/jobs", BRIEF | {"references": [str(AssetFactory(member=charlie).pk)]})
    absent = alices.post("/jobs", BRIEF | {"references": [str(uuid.uuid4())]})
    assert foreign.status_code == 422
    assert foreign.content == absent.content


# --- credits, caps and room ---


def test_what_the_pool_cannot_pay_is_402(alices, alice, wallet):
    credits.adjust(wallet, PRICE - 1 - 1000, "spent elsewhere")
    assert refused(alices.post("/jobs", BRIEF)) == (402, "no_credit", None)
    assert balance(alice) == PRICE - 1


def test_what_the_key_may_not_spend_is_402(alices):
    ApiKey.objects.filter(pk=alices.kept.pk).update(cap_day=PRICE)
    assert alices.post("/jobs", BRIEF).status_code == 201
    assert refused(alices.post("/jobs", BRIEF)) == (402, "no_credit", None)


def test_too_many_under_way_is_409(alices, alice):
    alice.team.most_active = 1
    alice.team.save()
    assert alices.post("/jobs", BRIEF).status_code == 201
    assert refused(alices.post("/jobs", BRIEF)) == (409, "too_many", None)


def test_an_image_model_that_the_key_may_not_use_is_403(alice, script_of):
    script = script_of(alice, image_models=["sketch"])
    for path in ("/quote", "/jobs"):
        assert refused(script.post(path, BRIEF)) == (403, "forbidden", "image_model")


def test_an_image_model_that_nobody_serves_is_not_there(alices):
    Provider.objects.exclude(dialect="painter").update(is_enabled=False)
    assert refused(alices.post("/jobs", BRIEF)) == (422, "no_model", "image_model")
