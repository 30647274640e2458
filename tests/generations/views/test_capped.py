"""A wish beyond a member's cap: said above the button with its figures, and nothing is held or written of it."""

import re

import pytest
from django.urls import reverse
from django.utils.html import escape

from accounts.caps import Period, Who
from accounts.models import Entry, Member
from generations import intake, sentences
from generations.brief import Brief
from generations.catalog import Objection
from generations.models import Generation, Job
from tests.generations.views.conftest import fragment

FIGURES = (("wanted", 12), ("cap", 5), ("spent", 3))


@pytest.fixture
def capped(alice: Member) -> Member:
    """Alice, who may spend 20 credits a month."""
    Member.objects.filter(pk=alice.pk).update(cap_month=20)
    return alice


def test_a_reached_cap_is_said_above_the_button_with_its_figures(capped, at_alices, image_model, wish):
    assert fragment(at_alices, "post", "/", wish).status_code == 200
    page = fragment(at_alices, "post", "/", {**wish, "key": "another press"})
    sentence = "This needs 12 credits; you may spend 20 a month and have spent 12 this month."
    assert page.status_code == 422
    assert page.content.decode().count(escape(sentence)) == 1
    assert (Job.objects.count(), Generation.objects.count(), Entry.objects.filter(kind="hold").count()) == (1, 2, 2)


def test_a_wish_within_the_cap_is_taken_on(capped, at_alices, image_model, wish):
    assert fragment(at_alices, "post", "/", {**wish, "n": "3"}).status_code == 200
    assert Generation.objects.count() == 3


def test_a_wish_beyond_the_cap_is_told_so_before_it_is_pressed(capped, at_alices, image_model, wish):
    said = fragment(at_alices, "post", reverse("quote"), {**wish, "n": "4"}).content.decode()
    assert "This needs 24 credits; you may spend 20 a month and have spent 0 this month." in said
    assert "you may spend" not in fragment(at_alices, "post", reverse("quote"), {**wish, "n": "3"}).content.decode()


def test_intake_says_whose_cap_it_is(capped, image_model):
    with pytest.raises(intake.Objected) as wrong:
        intake.submit(capped, image_model, Brief("a boat", image_model.name, ratio="1:1", tier="2K"), [], 4, "a press")
    (objection,) = wrong.value.objections
    assert (objection.field, objection.code) == ("", "cap_member_month")
    assert dict(objection.values)["cap"] == 20


@pytest.mark.parametrize("who", Who)
@pytest.mark.parametrize("period", Period)
def test_every_cap_has_a_sentence_of_its_own(who, period):
    said = sentences.objection(Objection("", f"cap_{who}_{period}", FIGURES))
    others = {sentences.OBJECTIONS["", f"cap_{each}_{time}"] for each in Who for time in Period}
    assert re.findall(r"\d+", said) == ["12", "5", "3"]
    assert len(others) == 6
