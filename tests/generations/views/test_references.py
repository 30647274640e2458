"""The references of the composer: kept at once, refused by name, and the same without script."""

import re
from uuid import UUID

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from generations import media
from generations.models import Asset, Job, Use
from tests.generations.factories import AssetFactory
from tests.generations.pictures import picture, upload
from tests.generations.views.conftest import balance, fragment, only_job

HOME = "/"


def test_a_picture_is_kept_at_once_and_its_slot_comes_back(at_alices, alice, image_model):
    answer = fragment(at_alices, "post", reverse("references"), {"file": upload()})
    asset = Asset.objects.get()
    assert (answer.status_code, asset.team, asset.use) == (200, alice.team, Use.REFERENCE)
    assert f'name="reference" value="{asset.pk}"' in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("notes.png", b"just words", "“notes.png” is not a PNG, JPEG or WebP picture."),
        ("half.jpg", picture((600, 400), form="JPEG")[:900], "“half.jpg” is damaged or incomplete"),
    ],
)
def test_what_is_no_picture_is_refused_by_its_name(at_alices, image_model, name, content, sentence):
    file = SimpleUploadedFile(name, content, "image/png")
    answer = fragment(at_alices, "post", reverse("references"), {"file": file})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Asset.objects.exists()


def test_a_private_address_is_refused_in_the_words_of_every_bad_address(at_alices, image_model):
    answer = fragment(at_alices, "post", reverse("references"), {"link": "http://127.0.0.1:9/a.png"})
    assert answer.status_code == 422
    assert "No picture could be fetched from “http://127.0.0.1:9/a.png”" in answer.content.decode()


def test_a_link_of_our_own_is_taken_from_our_own_shelf(at_alices, at_charlies, alice, image_model, settings):
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    fragment(at_alices, "post", reverse("references"), {"file": upload()})
    given = Asset.objects.get()
    answer = fragment(at_charlies, "post", reverse("references"), {"link": media.lasting_link(given)})
    assert answer.status_code == 200
    kept = Asset.objects.exclude(team=alice.team).get()
    assert (kept.sha256, kept.pk) == (
        given.sha256,
        UUID(re.findall(r'name="reference" value="([^"]+)"', answer.content.decode())[0]),
    )


@pytest.mark.parametrize("spoil", ["ended", "forged", "elsewhere", "empty"])
def test_no_other_address_is_taken_for_a_link_of_our_own(spoil, alice, settings):
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    with time_machine.travel("2026-11-21T12:00Z") as clock:
        link = media.lasting_link(AssetFactory(member=alice))
        assert media.linked(link)
        if spoil == "ended":
            clock.shift(3601)
        spoilt = {"forged": link.replace("original", "originel"), "elsewhere": link.replace(":9", ":8"), "empty": "/"}
        assert media.linked(spoilt.get(spoil, link)) is None


def test_without_script_files_come_with_the_press(at_alices, image_model, wish):
    at_alices.post(HOME, {**wish, "files": [upload("a.png"), upload("b.png", picture(colour="red"))]})
    assert [asset.name for asset in only_job().references.order_by("jobreference__position")] == ["a.png", "b.png"]


def test_without_script_a_bad_file_stops_the_press_and_the_good_one_is_kept(at_alices, alice, image_model, wish):
    answer = at_alices.post(HOME, {**wish, "files": [upload("good.png"), upload("bad.png", b"words")]})
    assert answer.status_code == 422
    assert [asset.name for asset in answer.context["form"].references] == ["good.png"]
    assert "“bad.png” is not" in answer.content.decode()
    assert balance(alice) == 1000


def test_without_script_a_bad_address_is_said_and_stays_to_be_mended(at_alices, image_model, wish):
    answer = at_alices.post(HOME, {**wish, "link": "http://10.0.0.1/a.png", "reference": ["junk"]})
    assert answer.status_code == 422
    assert answer.context["form"]["link"].value() == "http://10.0.0.1/a.png"
    assert "No picture could be fetched from “http://10.0.0.1/a.png”" in answer.content.decode()
    assert not Job.objects.exists()


def test_more_references_than_there_are_slots_are_not_kept(at_alices, image_model, wish):
    files = [upload(f"{number}.png", picture((20 + number, 20))) for number in range(6)]
    answer = at_alices.post(HOME, {**wish, "files": files})
    assert answer.status_code == 422
    assert "at most 5 reference pictures" in answer.content.decode()
    assert Asset.objects.count() == 5


def test_without_script_a_reference_is_taken_away(at_alices, alice, image_model, wish):
    stays, goes = (AssetFactory(member=alice, use=Use.REFERENCE) for _ in range(2))
    sent = {**wish, "reference": [str(stays.pk), str(goes.pk)], "drop": str(goes.pk)}
    answer = at_alices.post(HOME, sent)
    assert answer.context["form"].references == [stays]
    assert not Job.objects.exists()
