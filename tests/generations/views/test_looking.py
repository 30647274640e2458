"""The library, the picture with its receipt, and the way from a generation to either."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.views.defaults import server_error

from generations.models import Asset, Attempt, Route, Use
from generations.views.looking import PAGE
from tests.generations.books import delivered, sent, submitted
from tests.generations.factories import AssetFactory, GenerationFactory, JobFactory
from tests.generations.views.conftest import fragment, said


def shelf(member, count):
    """As many finished pictures, one a minute, the newest first."""
    now = timezone.now()
    job = JobFactory(member=member, count=count, prompt="a harbour")
    assets = [AssetFactory(member=member) for _ in range(count)]
    for minutes, asset in enumerate(assets):
        GenerationFactory(job=job, state="succeeded", asset=asset, charged=4)
        Asset.objects.filter(pk=asset.pk).update(created=now - timedelta(minutes=minutes))
    return assets


def shown(answer):
    return list(answer.context["pictures"])


# --- the library ---


def test_the_whole_team_sees_a_picture_and_a_stranger_does_not(at_alices, at_charlies, bob, made):
    asset = made(bob, "二月的鹤")
    assert f"/i/{asset.pk}/" in at_alices.get(reverse("library")).content.decode()
    assert f"/i/{asset.pk}/" not in at_charlies.get(reverse("library")).content.decode()


def test_references_are_not_in_the_library(at_alices, alice, made):
    AssetFactory(member=alice, use=Use.REFERENCE)
    assert shown(at_alices.get(reverse("library"))) == []


def test_an_empty_library_shows_where_to_begin(at_alices):
    page = at_alices.get(reverse("library")).content.decode()
    assert "Make the first one" in page


def test_pages_follow_one_another_without_gap_or_repeat(at_alices, alice):
    assets = shelf(alice, PAGE + 3)
    first = at_alices.get(reverse("library"))
    second = at_alices.get(reverse("library"), {"before": first.context["next"].pk})
    assert [*shown(first), *shown(second)] == assets
    assert second.context["next"] is None


def test_pictures_of_one_moment_are_parted_by_their_ids(at_alices, alice):
    moment = timezone.now()
    assets = shelf(alice, PAGE + 2)
    Asset.objects.update(created=moment)
    first = at_alices.get(reverse("library"))
    second = at_alices.get(reverse("library"), {"before": first.context["next"].pk})
    assert {each.pk for each in (*shown(first), *shown(second))} == {each.pk for each in assets}
    assert len(shown(second)) == 2


def test_more_is_a_fragment_for_htmx_and_a_page_for_everybody_else(at_alices, alice):
    shelf(alice, PAGE + 1)
    anchor = at_alices.get(reverse("library")).context["next"]
    url = f"{reverse('library')}?before={anchor.pk}"
    assert "<html" not in fragment(at_alices, "get", url).content.decode()
    assert "<html" in at_alices.get(url).content.decode()
    assert fragment(at_alices, "get", url).headers["Vary"].count("HX-Request") == 1


@pytest.mark.parametrize("before", ["junk", "0d4b5f1e-9f5c-4d0e-8c55-2f3c7a1b9e10"])
def test_a_place_that_is_not_in_the_library_is_not_found(at_alices, before):
    assert at_alices.get(reverse("library"), {"before": before}).status_code == 404


def test_another_teams_picture_is_no_place_to_start_from(at_charlies, alice, made):
    assert at_charlies.get(reverse("library"), {"before": made(alice).pk}).status_code == 404


def test_two_chinese_characters_find_their_picture(at_alices, alice, made):
    crane, _boat = made(alice, "晨雾里站着一只白鹤"), made(alice, "一只纸船")
    assert shown(at_alices.get(reverse("library"), {"q": "白鹤"})) == [crane]


def test_words_are_found_whatever_their_case(at_alices, alice, made):
    asset = made(alice, "A Paper Boat")
    assert shown(at_alices.get(reverse("library"), {"q": "paper boat"})) == [asset]


def test_a_search_for_nothing_that_is_there_shows_the_way_back(at_alices, alice, made):
    made(alice)
    assert "Show all of the team" in at_alices.get(reverse("library"), {"q": "zebra"}).content.decode()


def test_mine_are_those_that_i_asked_for(at_alices, alice, bob, made):
    mine, _his = made(alice), made(bob)
    assert shown(at_alices.get(reverse("library"), {"whose": "mine"})) == [mine]


def test_a_full_page_costs_no_more_queries_than_a_short_one(at_alices, alice):
    shelf(alice, 2)
    with CaptureQueriesContext(connection) as few:
        at_alices.get(reverse("library"))
    shelf(alice, PAGE)
    with CaptureQueriesContext(connection) as many:
        at_alices.get(reverse("library"))
    assert 3 < len(many) <= len(few) + 1


# --- one picture ---


def test_the_receipt_shows_what_was_asked_and_what_came(at_alices, alice, image_model):
    job = submitted(alice, image_model=image_model, prompt="a paper boat", held=6)
    job.brief_json |= {"size": "2048x1360", "ratio": "3:2", "tier": "2K", "quality": "high"}
    job.save()
    attempt = sent(job.generations.get(), Route.objects.get(image_model=image_model))
    Attempt.objects.filter(pk=attempt.pk).update(result={"quality": "medium", "revised_prompt": "a boat of paper"})
    attempt.refresh_from_db()
    delivered(attempt, "1K")
    page = at_alices.get(reverse("picture", args=[Asset.objects.get().pk])).content.decode()
    for words in (
        "2048 × 1360",
        "1280 × 1280",
        "High",
        "Medium",
        "differs",
        "a boat of paper",
        "6 credits held, 4 of 6 credits charged",
    ):
        assert words in page


def test_a_picture_of_the_painter_is_never_taken_for_ai(at_alices, alice, made, image_model):
    asset = made(alice)
    page = reverse("picture", args=[asset.pk])
    assert "not AI" not in at_alices.get(page).content.decode()
    asset.generation.attempts.get().provider.__class__.objects.update(dialect="painter")
    assert "Local sketch, not AI" in at_alices.get(page).content.decode()


def test_nobody_but_the_admin_reads_the_providers_name(at_alices, alice, made):
    asset = made(alice)
    page = at_alices.get(reverse("picture", args=[asset.pk])).content.decode()
    attempt = asset.generation.attempts.get()
    assert attempt.provider.name not in page
    assert attempt.provider.base_url not in page


def test_neighbours_are_those_of_the_same_search(at_alices, alice, made):
    old, _other, new = made(alice, "a red boat"), made(alice, "a tree"), made(alice, "a blue boat")
    answer = at_alices.get(reverse("picture", args=[new.pk]), {"q": "boat"})
    assert (answer.context["newer"], answer.context["older"]) == (None, old)
    back = at_alices.get(reverse("picture", args=[old.pk]), {"q": "boat"})
    assert (back.context["newer"], back.context["older"]) == (new, None)


def test_a_strangers_answer_is_that_for_what_does_not_exist(at_charlies, alice, made):
    asset = made(alice)
    for room, pk in (("picture", asset.pk), ("generation", asset.generation.pk)):
        foreign = at_charlies.get(reverse(room, args=[pk]))
        absent = at_charlies.get(reverse(room, args=[uuid.uuid4()]))
        assert (foreign.status_code, absent.status_code) == (404, 404)
        assert said(foreign) == said(absent)


def test_a_reference_has_no_page_of_its_own(at_alices, alice):
    asset = AssetFactory(member=alice, use=Use.REFERENCE)
    assert at_alices.get(reverse("picture", args=[asset.pk])).status_code == 404


# --- the way to it ---


def test_a_finished_generation_leads_to_its_picture(at_alices, alice, made):
    asset = made(alice)
    answer = at_alices.get(reverse("generation", args=[asset.generation.pk]))
    assert answer.url == reverse("picture", args=[asset.pk])


def test_a_generation_under_way_leads_to_its_card_even_a_colleagues(at_alices, bob, image_model):
    generation = submitted(bob, image_model=image_model).generations.get()
    answer = at_alices.get(reverse("generation", args=[generation.pk]), follow=True)
    assert answer.request["QUERY_STRING"] == f"job={generation.job_id}"
    assert f'id="card-{generation.pk}"' in answer.content.decode()


# --- the pages for what went wrong ---


def test_what_is_not_there_is_said_in_the_studios_own_page(at_alices):
    answer = at_alices.get("/nowhere/")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()


def test_the_page_for_a_broken_studio_asks_nothing_of_it(rf, db, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = server_error(rf.get("/"))
    assert "Something broke on our side" in answer.content.decode()
