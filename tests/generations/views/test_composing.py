"""Create: what the composer draws, what a press of its button does, and what it says of what cannot be."""

import re
import uuid

import pytest
from django.urls import reverse

from accounts import credits
from accounts.models import Role
from generations.models import Generation, ImageModel, Job, JobReference, Provider, Use
from generations.sizes import TABLE
from tests.factories import MemberFactory
from tests.generations.books import submitted
from tests.generations.factories import AssetFactory
from tests.generations.views.conftest import balance, fragment, only_job, said

HOME = "/"


# --- the page ---


def test_the_composer_offers_every_shape_with_its_exact_pixels(at_alices, image_model):
    page = at_alices.get(HOME).content.decode()
    for (ratio, _tier), size in TABLE.items():
        assert f'name="ratio" value="{ratio}"' in page
        assert f'data-for="{ratio}">{size.width} × {size.height}<' in page


def test_options_stand_only_where_the_image_model_has_them(at_alices, image_model):
    plain = at_alices.get(HOME, {"model": "gpt-image-2"}).content.decode()
    rich = at_alices.get(HOME, {"model": "gpt-image-2-official"}).content.decode()
    for name in ("quality", "background", "format", "moderation", "compression"):
        assert f'name="{name}"' not in plain
        assert f'name="{name}"' in rich


def test_the_price_of_what_is_chosen_stands_on_the_button(at_alices, image_model):
    page = at_alices.get(HOME).content.decode()
    assert "6 credits" in page
    assert "1,000 → 994" in page


def test_a_studio_without_any_open_provider_says_so(at_alices):
    Provider.objects.update(is_enabled=False)
    page = at_alices.get(HOME).content.decode()
    assert "No image model can be used yet" in page
    assert "create-button" not in page


def test_with_the_painter_alone_the_page_says_that_it_is_no_ai(at_alices):
    assert "no provider, no AI" in at_alices.get(HOME).content.decode()


def test_a_press_where_nobody_can_make_pictures_makes_nothing(at_alices, wish):
    Provider.objects.update(is_enabled=False)
    assert at_alices.post(HOME, wish).status_code == 422
    assert fragment(at_alices, "post", reverse("composer"), wish).status_code == 200
    assert not Job.objects.exists()


def test_a_viewer_sees_no_composer_and_cannot_press(alice, browser_of, wish, image_model):
    viewer = browser_of(MemberFactory(team=alice.team, role=Role.VIEWER))
    assert "create-button" not in viewer.get(HOME).content.decode()
    assert viewer.post(HOME, wish).status_code == 404
    assert not Job.objects.exists()


def test_a_visitor_is_sent_to_the_door(client, db):
    assert client.get(HOME).url.startswith(reverse("account_login"))


def test_a_job_fills_the_composer_again(at_alices, alice, image_model):
    made = submitted(alice, image_model=image_model, prompt="两只鹤", count=1)
    JobReference.objects.create(job=made, asset=AssetFactory(member=alice, use=Use.REFERENCE), position=1)
    form = at_alices.get(HOME, {"from": made.pk}).context["form"]
    assert form["prompt"].value() == "两只鹤"
    assert [asset.pk for asset in form.references] == list(made.references.values_list("pk", flat=True))


def test_the_example_of_an_empty_feed_fills_the_prompt(at_alices, image_model):
    link = re.search(r'href="(\?prompt=[^"]+)"', at_alices.get(HOME).content.decode())
    assert at_alices.get(f"{HOME}{link[1]}").context["form"]["prompt"].value().startswith("A paper boat on still water")


def test_a_picture_of_the_library_becomes_a_reference(at_alices, alice, made):
    asset = made(alice)
    form = at_alices.get(HOME, {"from": asset.generation.job_id, "reference": asset.pk}).context["form"]
    assert form.references == [asset]


@pytest.mark.parametrize("name", ["from", "job"])
def test_another_teams_job_is_not_there(at_charlies, alice, image_model, name):
    made = submitted(alice, image_model=image_model)
    foreign, absent, junk = (at_charlies.get(HOME, {name: pk}) for pk in (made.pk, uuid.uuid4(), "x"))
    assert [each.status_code for each in (foreign, absent, junk)] == [404, 404, 404]
    assert said(foreign) == said(absent)


def test_another_teams_picture_never_becomes_a_reference(at_charlies, alice, made, wish):
    asset = made(alice)
    assert at_charlies.get(HOME, {"reference": asset.pk}).context["form"].references == []
    at_charlies.post(HOME, {**wish, "reference": [str(asset.pk)]})
    assert not Job.objects.get(member__user__email="charlie@example.com").references.exists()


# --- the press ---


def test_a_press_makes_one_job_and_holds_its_credits(at_alices, alice, image_model, wish):
    answer = at_alices.post(HOME, wish)
    job = only_job()
    assert answer.url == f"/?from={job.pk}"
    assert job.brief().size == "2048x1360"
    assert list(job.generations.values_list("state", "held")) == [("queued", 6), ("queued", 6)]
    assert balance(alice) == 988


def test_two_presses_of_one_button_are_one_job(at_alices, alice, image_model, wish):
    for _ in range(3):
        at_alices.post(HOME, wish)
    assert only_job().generations.count() == 2
    assert balance(alice) == 988


@pytest.mark.parametrize(
    "change",
    [{"prompt": "a paper plane"}, {"n": "1"}, {"tier": "4K"}, {"image_model": "gpt-image-2-vip"}],
)
def test_a_changed_wish_of_an_old_form_is_another_job(at_alices, image_model, wish, change):
    for pressed in (wish, {**wish, **change}, wish, {**wish, **change}):
        at_alices.post(HOME, pressed)
    assert Job.objects.count() == 2


def test_another_reference_is_another_wish_and_the_same_picture_is_the_same(at_alices, alice, image_model, wish):
    boat, again, plane = (AssetFactory(member=alice, use=Use.REFERENCE, sha256=sha * 64) for sha in "aab")
    for asset in (boat, again, plane):
        at_alices.post(HOME, {**wish, "reference": [str(asset.pk)]})
    assert Job.objects.count() == 2


def test_the_fragment_leaves_the_draft_alone_and_brings_a_fresh_key_and_the_cards(at_alices, image_model, wish):
    answer = fragment(at_alices, "post", HOME, wish)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'id="composer_key"' in page
    assert 'value="one press"' not in page
    assert "<textarea" not in page
    assert 'hx-swap-oob="afterbegin:#feed"' in page
    for generation in Generation.objects.all():
        assert f'id="card-{generation.pk}"' in page
    assert 'hx-swap-oob="outerMorph"' in page
    assert ">988<" in page
    assert "every 2s" in page


def test_lines_count_as_they_do_in_the_counter(at_alices, image_model, wish):
    at_alices.post(HOME, {**wish, "prompt": "one\r\ntwo"})
    assert only_job().prompt == "one\ntwo"


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"prompt": "   "}, "prompt", "Write what the picture should show."),
        ({"prompt": "x" * 10_001}, "prompt", "The prompt has 10,001 characters; this image model takes 10,000."),
        ({"n": "11"}, "n", "One press makes 1 to 10 pictures."),
        ({"n": "0"}, "n", "One press makes 1 to 10 pictures."),
        ({"n": "two"}, "n", "Enter a whole number."),
        ({"image_model": "gpt-image-9"}, "image_model", "Choose another one."),
        (
            {"image_model": "gpt-image-2-image-to-image"},
            "reference",
            "This image model works from a picture: add at least 1 reference.",
        ),
        (
            {"image_model": "gpt-image-2-official", "background": "transparent", "format": "jpeg", "tier": "1K"},
            "background",
            "JPEG cannot be transparent.",
        ),
        ({"image_model": "gpt-image-2-official", "quality": "best"}, "quality", "does not know “best”"),
        ({"image_model": "gpt-image-2-official", "compression": "101"}, "compression", "a number from 0 to 100"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_costs_nothing(
    at_alices, alice, image_model, wish, change, field, sentence
):
    answer = at_alices.post(HOME, {**wish, **change})
    assert answer.status_code == 422
    assert any(sentence in error for error in answer.context["form"].errors[field])
    assert answer.content.decode().count(sentence) == 1
    assert not Job.objects.exists()
    assert balance(alice) == 1000


def test_nothing_of_a_refused_form_is_lost(at_alices, alice, image_model, wish):
    kept = AssetFactory(member=alice, use=Use.REFERENCE)
    page = fragment(at_alices, "post", HOME, {**wish, "n": "11", "reference": [str(kept.pk)]}).content.decode()
    assert "a paper boat</textarea>" in page
    assert 'name="ratio" value="3:2" id="ratio-4" checked' in page
    assert f'name="reference" value="{kept.pk}"' in page
    assert 'value="one press"' in page


def test_an_empty_pool_is_said_above_the_button(at_alices, alice, image_model, wish):
    credits.adjust(alice.team.wallet, -995, "spent elsewhere")
    page = fragment(at_alices, "post", HOME, wish)
    assert page.status_code == 422
    assert page.content.decode().count("This needs 12 credits and the pool has 5.") == 1
    assert not Job.objects.exists()


# --- the quote ---


def test_the_price_follows_the_wish(at_alices, image_model, wish):
    page = fragment(at_alices, "post", reverse("quote"), {**wish, "tier": "4K", "n": "3"}).content.decode()
    assert "30 credits" in page
    assert "1,000 → 970" in page
    assert not Job.objects.exists()


def test_a_wish_that_is_only_begun_has_a_price_and_no_reproach(at_alices, image_model, wish):
    page = fragment(at_alices, "post", reverse("quote"), {**wish, "prompt": ""}).content.decode()
    assert "12 credits" in page
    assert "Write what" not in page


def test_the_price_says_what_already_speaks_against_the_wish(at_alices, alice, image_model, wish):
    credits.adjust(alice.team.wallet, -995, "spent elsewhere")
    page = fragment(at_alices, "post", reverse("quote"), wish).content.decode()
    assert "the pool has 5" in page


def test_an_unpriced_wish_says_so_instead_of_a_price(at_alices, image_model: ImageModel, wish):
    image_model.prices.filter(tier="2K").delete()
    page = fragment(at_alices, "post", reverse("quote"), wish).content.decode()
    assert "There is no price for this size" in page


def test_another_image_model_keeps_what_was_written(at_alices, image_model, wish):
    page = fragment(at_alices, "post", reverse("composer"), {**wish, "image_model": "gpt-image-2-vip"}).content.decode()
    assert "a paper boat</textarea>" in page
    assert 'data-limit="32000"' in page
    assert 'name="ratio" value="3:2" id="ratio-3" checked' in page


def test_looking_makes_nothing(at_alices, image_model, wish):
    answer = at_alices.post(HOME, {**wish, "then": "look", "tier": "4K"})
    assert "20 credits" in answer.content.decode()
    assert not Job.objects.exists()
