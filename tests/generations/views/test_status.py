"""The status page: how each image model did in the last hour, in the words of members."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from generations.faults import Kind
from generations.models import Generation, Provider, Route
from tests.generations.books import delivered, failed, sent, submitted


@pytest.fixture
def route(image_model):
    return Route.objects.get(image_model=image_model)


def hour(member, route, came=0, lost=0, took=timedelta(seconds=72)):
    """An hour in which so many pictures came, each in this time, and so many did not."""
    for number in range(came + lost):
        generation = submitted(member, image_model=route.image_model).generations.get()
        attempt = sent(generation, route)
        if number < came:
            delivered(attempt)
            ended = Generation.objects.get(pk=generation.pk).ended
            Generation.objects.filter(pk=generation.pk).update(created=ended - took)
        else:
            failed(attempt, Kind.BROKEN)


def row(client, image_model):
    """The row of one image model, as words."""
    page = client.get(reverse("status"))
    return next(
        (look, percent, each) for each, look, percent in page.context["rows"] if each.image_model == image_model
    )


def test_an_image_model_has_its_word_its_share_its_time_and_its_line(at_alices, alice, image_model, route):
    hour(alice, route, came=4)
    submitted(alice, image_model=image_model, count=3)
    page = at_alices.get(reverse("status")).content.decode()
    for words in ("GPT Image 2", "Working well", "100 %", "1:12", ">3<"):
        assert words in page


@pytest.mark.parametrize(("came", "lost", "percent"), [(0, 0, None), (4, 0, 100), (2, 1, 66), (199, 1, 99)])
def test_a_hundred_means_that_nothing_failed(at_alices, alice, image_model, monkeypatch, came, lost, percent):
    found = row(at_alices, image_model)[2]
    told = type(found)(image_model, found.state, came, lost, None, 0)
    monkeypatch.setattr("generations.standing.standings", lambda: [told])
    assert row(at_alices, image_model)[1] == percent


@pytest.mark.parametrize(
    ("story", "word", "tone"),
    [
        ({"came": 5}, "Working well", "done"),
        ({"came": 5, "took": timedelta(minutes=6)}, "Slow", "turn"),
        ({"came": 1, "lost": 9}, "In trouble", "fail"),
    ],
)
def test_a_state_has_a_word_an_icon_and_a_hue(at_alices, alice, image_model, route, story, word, tone):
    hour(alice, route, **story)
    look, _, _ = row(at_alices, image_model)
    assert (str(look.word), look.tone) == (word, tone)
    page = at_alices.get(reverse("status")).content.decode()
    (drawn,) = re.findall(rf'<h2>{image_model.title}</h2>\s*<p class="standing-state"(.*?)</p>', page, re.DOTALL)
    for sign in (f'data-tone="{tone}"', f'#{look.icon}"', f">{word}<"):
        assert sign in drawn


def test_an_image_model_that_nobody_makes_is_unavailable(at_alices, image_model):
    shut = {"shut_for": Kind.DENIED, "shut_since": timezone.now(), "shut_until": timezone.now() + timedelta(minutes=1)}
    Provider.objects.filter(routes__image_model=image_model).update(**shut)
    assert str(row(at_alices, image_model)[0].word) == "Unavailable"


def test_no_provider_is_named(at_alices, alice, image_model, route):
    hour(alice, route, came=1, lost=1)
    page = at_alices.get(reverse("status")).content.decode()
    for provider in Provider.objects.all():
        assert provider.name not in page
        assert not provider.base_url or provider.base_url not in page


def test_a_studio_without_any_open_provider_says_so(at_alices):
    Provider.objects.update(is_enabled=False)
    assert "No image model can be used yet." in at_alices.get(reverse("status")).content.decode()


def test_the_way_to_it_is_in_everybodys_menu(at_alices):
    assert f'href="{reverse("status")}"' in at_alices.get(reverse("library")).content.decode()
