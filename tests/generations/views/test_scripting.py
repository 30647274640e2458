"""The pages for those who write scripts: shown to the team alone, with no key in them, and exact."""

import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import ApiKey, Wallet
from generations.manual import PAGES, RECEIVERS
from generations.models import ImageModel, Job, Use
from tests.generations.factories import AssetFactory
from tests.generations.views.conftest import fragment

PROMPT = "a <b>paper</b> boat, 'quoted' & \"$HOME\""


def texts(answer) -> list[str]:
    """The scripts of a page, as a reader copies them."""
    assert answer.status_code == 200
    return [
        html.unescape(text)
        for text in re.findall(r'<code id="script[^>]*>(.*?)</code>', answer.content.decode(), re.DOTALL)
    ]


@pytest.mark.parametrize("about", PAGES, ids=[page.dialect for page in PAGES])
def test_each_dialect_has_a_page_with_a_script_in_each_language(about, at_alices, image_model, settings):
    settings.PUBLIC_URL = "https://pictures.example.org"
    found = texts(at_alices.get(reverse("docs_page", args=[about.dialect])))
    assert len(found) in (3, 6)
    assert all("https://pictures.example.org" in text and "GPT_STUDIO_KEY" in text for text in found)


def test_the_index_leads_to_every_page(at_alices):
    index = at_alices.get(reverse("docs")).content.decode()
    assert [page.dialect for page in PAGES if reverse("docs_page", args=[page.dialect]) not in index] == []


def test_a_page_shows_receivers_of_webhooks_and_the_index_leads_there(at_alices):
    place = reverse("docs_webhooks")
    assert f'href="{place}"' in at_alices.get(reverse("docs")).content.decode()
    page = at_alices.get(place)
    assert texts(page) == [receiver.text for receiver in RECEIVERS]
    assert "within 15 seconds" in page.content.decode()
    assert "10 times over three days" in page.content.decode()


def test_a_dialect_that_nobody_speaks_is_not_found(at_alices):
    assert at_alices.get("/docs/morse/").status_code == 404


def test_no_page_shows_a_key(alice, at_alices, made):
    ApiKey.objects.create(member=alice, name="of a script", key_hash="0" * 64, ending="wxyz")
    for place in (reverse("docs"), "/docs/videos/", reverse("picture_call", args=[made(alice).pk])):
        assert b"wxyz" not in at_alices.get(place).content


def test_a_picture_is_shown_as_the_calls_that_would_ask_for_it_again(alice, at_alices, made):
    found = texts(at_alices.get(reverse("picture_call", args=[made(alice, prompt=PROMPT).pk])))
    assert len(found) == 9  # videos, jobs and OpenAI's, in three languages
    assert all("gpt-image-2" in text and "paper" in text for text in found)


def test_a_picture_says_which_dialects_cannot_ask_for_it(alice, at_alices, made):
    page = at_alices.get(reverse("picture_call", args=[made(alice).pk])).content.decode()
    assert page.count("Calls for this image model are answered in another dialect.") == 2


def test_the_composer_is_shown_as_calls_and_nothing_is_held(alice, at_alices, wish):
    before = Wallet.objects.get(team=alice.team).balance
    found = texts(at_alices.post(reverse("composer_call"), {**wish, "prompt": PROMPT}))
    assert len(found) == 9
    assert Wallet.objects.get(team=alice.team).balance == before
    assert not Job.objects.exists()


def test_a_script_of_the_composer_asks_for_as_many_pictures_as_it_would(at_alices, image_model, wish):
    found = texts(at_alices.post(reverse("composer_call"), wish))
    assert sum("n=2," in text for text in found) == 1
    answer = at_alices.post(reverse("composer_call"), {**wish, "n": "3"}).content.decode()
    assert "Make it 2 times more." in answer


def test_the_references_are_links_or_files_with_a_way_to_them(alice, at_alices, image_model, wish):
    kept = AssetFactory(team=alice.team, member=alice, use=Use.REFERENCE)
    answer = at_alices.post(reverse("composer_call"), {**wish, "reference": [str(kept.pk)]})
    found = texts(answer)
    assert sum("reference-1.png" in text for text in found) == 3
    assert sum("/p/" in text for text in found) == 6
    assert 'download="reference-1.png"' in answer.content.decode()


def test_a_reference_of_another_team_is_in_no_script(charlie, at_alices, image_model, wish):
    kept = AssetFactory(team=charlie.team, member=charlie, use=Use.REFERENCE)
    found = texts(at_alices.post(reverse("composer_call"), {**wish, "reference": [str(kept.pk)]}))
    assert not any("/p/" in text or "reference-1" in text for text in found)


def test_an_unfinished_wish_says_what_is_missing(at_alices, image_model, wish):
    answer = at_alices.post(reverse("composer_call"), {**wish, "prompt": ""})
    assert texts(answer) == []
    assert "The prompt is empty" in answer.content.decode()


def test_the_composer_gets_a_fragment_and_a_reader_without_script_a_page(at_alices, image_model, wish):
    part = fragment(at_alices, "post", reverse("composer_call"), wish)
    assert b"<html" not in part.content
    assert len(texts(part)) == 9
    assert b"<html" in at_alices.post(reverse("composer_call"), wish).content


def test_where_no_image_model_is_offered_there_is_no_call(at_alices, wish):
    ImageModel.objects.update(is_enabled=False)
    assert at_alices.post(reverse("composer_call"), wish).status_code == 404
    assert "No image model can be used yet" in at_alices.get("/docs/videos/").content.decode()


def test_the_menu_leads_to_the_pages(at_alices):
    assert f'href="{reverse("docs")}"' in at_alices.get("/status/").content.decode()


def test_a_stranger_finds_no_page(db):
    assert Client().get(reverse("docs")).status_code == 302
