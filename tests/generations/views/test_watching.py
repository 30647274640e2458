"""The pulse: what a page is told of what has changed, how often it asks, and when it is told nothing."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from accounts import credits
from generations.faults import Kind
from generations.models import Attempt, Generation, Route, Stage
from tests.generations.books import delivered, failed, passed_on, sent, submitted
from tests.generations.factories import AssetFactory
from tests.generations.views.conftest import fragment


@pytest.fixture
def route(image_model):
    return Route.objects.get(image_model=image_model)


@pytest.fixture
def running(alice, image_model):
    return submitted(alice, image_model=image_model, count=1, held=6, prompt="a paper boat").generations.get()


def look(client, room="create", **asked):
    return fragment(client, "get", reverse("pulse"), {"room": room, **asked})


def next_look(client, answer):
    """Ask again as the element that came back would."""
    url = re.search(r'hx-get="([^"]+)"', answer.content.decode())[1].replace("&amp;", "&")
    return fragment(client, "get", url)


def test_a_card_under_way_is_sent_with_its_stage_and_its_percent(at_alices, running, route):
    attempt = sent(running, route)
    assert "Sending" in look(at_alices).content.decode()
    Attempt.objects.filter(pk=attempt.pk).update(stage=Stage.ACCEPTED, percent=62)
    page = look(at_alices).content.decode()
    assert "Working" in page
    assert '<progress class="progress" max="100" value="62">' in page
    Attempt.objects.filter(pk=attempt.pk).update(stage=Stage.DELIVERED)
    assert "Saving" in look(at_alices).content.decode()


def test_nothing_new_is_nothing_sent(at_alices, running):
    first = look(at_alices)
    assert next_look(at_alices, first).status_code == 204


def test_an_end_is_sent_said_aloud_and_settled_on_the_card(at_alices, running, route):
    first = look(at_alices)
    delivered(sent(running, route), "1K")
    page = next_look(at_alices, first).content.decode()
    assert f'id="card-{running.pk}" data-state="succeeded"' in page
    assert "4 of 6 credits charged" in page
    assert 'hx-swap-oob="innerHTML:#said">Ready: a paper boat. 4 of 6 credits charged.' in page


@pytest.mark.parametrize(
    ("kind", "word", "tone", "sentence"),
    [
        (Kind.REFUSED, "Refused", "turn", "The content policy of the image model said no."),
        (Kind.INVALID, "Not possible", "turn", "could not take this as it stands"),
        (Kind.DENIED, "Failed", "fail", "The people who run the studio must see to it."),
        (Kind.BUSY, "Failed", "fail", "Every provider was too busy."),
        (Kind.NOT_STARTED, "Failed", "fail", "No provider could be reached."),
        (Kind.BROKEN, "Failed", "fail", "The work was begun and then failed."),
        (Kind.UNKNOWN, "Failed", "fail", "The line dropped and no answer came."),
        (Kind.GARBLED, "Failed", "fail", "An answer came, but not a picture."),
    ],
)
def test_a_failure_says_what_happened_and_that_the_credits_are_back(
    at_alices, running, route, kind, word, tone, sentence
):
    failed(sent(running, route), kind)
    page = look(at_alices).content.decode()
    assert f'data-tone="{tone}"' in page
    for words in (word, sentence, "6 credits returned"):
        assert words in page
    assert route.provider.name not in page


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("picture_broken", "not a picture that can be opened"),
        ("fetch_status", "could not be fetched any more"),
        ("deadline", "No picture came in the time"),
        ("no_provider", "Nobody can make pictures with this image model"),
    ],
)
def test_the_finer_reason_speaks_first(at_alices, running, code, sentence):
    Generation.objects.filter(pk=running.pk).update(
        state="failed", fault=Kind.GARBLED, fault_code=code, charged=0, ended=timezone.now()
    )
    assert sentence in escape(look(at_alices).content.decode())


# --- the wait, told as it is ---


def quick_hour(member, image_model, route):
    """An hour in which a picture usually took 20 seconds."""
    for _ in range(3):
        generation = submitted(member, image_model=image_model).generations.get()
        delivered(sent(generation, route))
        ended = Generation.objects.get(pk=generation.pk).ended
        Generation.objects.filter(pk=generation.pk).update(created=ended - timedelta(seconds=20))


@pytest.mark.parametrize(("age", "is_slow"), [(30, False), (50, True)])
def test_a_wait_of_more_than_twice_the_usual_is_called_slow(
    at_alices, alice, image_model, running, route, age, is_slow
):
    quick_hour(alice, image_model, route)
    Attempt.objects.filter(pk=sent(running, route).pk).update(stage=Stage.ACCEPTED)
    Generation.objects.filter(pk=running.pk).update(created=timezone.now() - timedelta(seconds=age))
    page = look(at_alices).content.decode()
    assert ("Slower than usual" in page) is is_slow
    assert ("more than twice as long as usual" in page) is is_slow


def test_a_picture_that_waits_for_its_turn_is_not_called_slow(at_alices, alice, image_model, running, route):
    quick_hour(alice, image_model, route)
    Generation.objects.filter(pk=running.pk).update(created=timezone.now() - timedelta(hours=2))
    assert "Slower" not in look(at_alices).content.decode()
    sent(running, route)
    assert "Slower" in look(at_alices).content.decode()


def test_nothing_is_slow_where_there_is_nothing_to_measure_it_by(at_alices, running, route):
    Generation.objects.filter(pk=running.pk).update(created=timezone.now() - timedelta(hours=2))
    sent(running, route)
    assert "Slower" not in look(at_alices).content.decode()


def test_a_page_is_told_when_a_wait_becomes_a_long_one(at_alices, alice, image_model, running, route):
    quick_hour(alice, image_model, route)
    sent(running, route)
    first = look(at_alices)
    assert "Slower" not in first.content.decode()
    Generation.objects.filter(pk=running.pk).update(created=timezone.now() - timedelta(seconds=50))
    assert "Slower than usual" in next_look(at_alices, first).content.decode()


def test_a_queued_card_says_what_it_waits_for(at_alices, running, route):
    assert "Waiting for its turn." in look(at_alices).content.decode()
    passed_on(sent(running, route))
    assert "Waiting to be asked for once more." in look(at_alices).content.decode()
    sent(running, route)
    assert "Asked for once more." in look(at_alices).content.decode()


def test_a_dropped_line_is_told_while_the_picture_may_still_come(at_alices, running, route):
    Attempt.objects.filter(pk=sent(running, route).pk).update(stage=Stage.UNKNOWN, fault=Kind.UNKNOWN)
    page = look(at_alices).content.decode()
    assert "Working" in page
    assert "The line to the provider dropped. The picture may still come." in page


# --- the picture that came late ---


@pytest.fixture
def late(alice, running, route):
    """It was given up, its credits went back, and then its picture came."""
    failed(sent(running, route), Kind.UNKNOWN, lost=True)
    Generation.objects.filter(pk=running.pk).update(
        asset=AssetFactory(member=alice), changed=timezone.now(), ended=timezone.now() - timedelta(hours=1)
    )
    return Generation.objects.get(pk=running.pk)


def test_a_late_picture_is_shown_on_its_card_in_a_look_of_its_own(at_alices, late):
    page = at_alices.get("/").content.decode()
    assert "Came late, kept at no charge." in page
    assert 'data-state="failed" data-tone="done"' in page
    assert f'href="{reverse("picture", args=[late.asset_id])}"' in page
    assert "Try again" not in page
    assert "The line dropped" not in page


def test_a_late_picture_is_said_aloud_when_it_comes(at_alices, alice, running, route):
    failed(sent(running, route), Kind.UNKNOWN, lost=True)
    Generation.objects.filter(pk=running.pk).update(ended=timezone.now() - timedelta(hours=1))
    first = look(at_alices)
    Generation.objects.filter(pk=running.pk).update(asset=AssetFactory(member=alice), changed=timezone.now())
    page = next_look(at_alices, first).content.decode()
    assert 'hx-swap-oob="innerHTML:#said">Came late: a paper boat. Kept at no charge.' in page


def test_a_late_picture_is_in_the_library_and_its_page_says_what_it_cost(at_alices, late):
    assert reverse("picture", args=[late.asset_id]) in at_alices.get(reverse("library")).content.decode()
    page = at_alices.get(reverse("picture", args=[late.asset_id])).content.decode()
    assert "Came late, kept at no charge." in page
    assert "6 credits held, 6 credits returned" in page


def test_the_rhythm_slows_with_what_there_is_to_wait_for(at_alices, running):
    assert "every 2s" in look(at_alices).content.decode()
    Generation.objects.update(created=timezone.now() - timedelta(minutes=1))
    assert "every 5s" in look(at_alices).content.decode()
    Generation.objects.update(state="cancelled", ended=timezone.now(), charged=0)
    assert "every 10s" in look(at_alices).content.decode()


def test_a_colleague_sees_the_pool_move_but_not_my_cards(alice, bob, browser_of, running):
    his = browser_of(bob)
    first = look(his)
    credits.grant(alice.team.wallet, 500, "topped up")
    page = next_look(his, first).content.decode()
    assert "1,494" in page
    assert str(running.pk) not in page


def test_a_stranger_sees_neither(at_charlies, running):
    page = look(at_charlies).content.decode()
    assert str(running.pk) not in page
    assert "1,000" in page


@pytest.mark.parametrize("job", ["junk", "", "0d4b5f1e-9f5c-4d0e-8c55-2f3c7a1b9e10"])
def test_a_job_that_is_not_the_teams_is_not_there(at_alices, at_charlies, running, job):
    assert look(at_alices, job=job).status_code == 404
    assert look(at_charlies, job=str(running.job_id)).status_code == 404


def test_a_colleagues_job_is_watched_where_it_is_shown(bob, browser_of, running):
    assert f"card-{running.pk}" in look(browser_of(bob), job=str(running.job_id)).content.decode()


def test_the_library_is_told_how_many_pictures_are_new(bob, browser_of, running, route):
    his = browser_of(bob)
    first = his.get(reverse("library"))
    assert "new picture" not in first.content.decode()
    delivered(sent(running, route))
    page = next_look(his, first).content.decode()
    assert "1 new picture" in page


@pytest.mark.parametrize("since", ["", "junk", "2026-13-45T00:00:00Z", "2026-01-01T00:00:00"])
def test_a_moment_that_no_one_can_read_is_now(at_alices, running, since):
    assert look(at_alices, since=since).status_code == 200


# --- the theme ---


def test_a_theme_is_kept_in_the_browser_and_with_the_person(at_alices, alice):
    answer = at_alices.post(reverse("theme"), {"theme": "dark", "next": "/library/"})
    alice.user.refresh_from_db()
    assert (answer.url, alice.user.theme) == ("/library/", "dark")
    assert 'data-theme="dark"' in at_alices.get(reverse("library")).content.decode()


def test_a_visitor_has_a_theme_too(client, db):
    client.post(reverse("theme"), {"theme": "light"})
    assert 'data-theme="light"' in client.get(reverse("account_login")).content.decode()


@pytest.mark.parametrize("theme", ["", "pink", '"><script>'])
def test_any_other_word_follows_the_system(at_alices, theme):
    at_alices.post(reverse("theme"), {"theme": theme})
    assert 'data-theme=""' in at_alices.get("/").content.decode()


def test_the_way_back_never_leads_out_of_the_studio(at_alices):
    assert at_alices.post(reverse("theme"), {"theme": "dark", "next": "https://example.com/"}).url == "/"
