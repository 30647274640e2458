"""What was wished and what came: made to fit here where that is honest, noted where it is not, paid as it came."""

import pytest

from generations import intake, vault
from generations.models import ImageModel, Provider, Route, State
from tests.generations.driving import finish
from tests.generations.pictures import upload

pytestmark = pytest.mark.django_db(transaction=True)

VIDEOS, OFFICIAL = "gpt-image-2", "gpt-image-2-official"


@pytest.fixture
def vip(provider):
    """A provider whose wire knows thirty sizes and nothing else, serving other image models before anyone else."""
    chosen = provider("images-vip")
    for name in (VIDEOS, OFFICIAL):
        image_model = ImageModel.objects.get(name=name)
        Route.objects.create(image_model=image_model, provider=chosen, upstream_name="gpt-image-2-vip", priority=1)
    return chosen


def kept(generation) -> tuple[str, int, int]:
    asset = generation.asset
    return asset.media_type, asset.width, asset.height


def noted(generation) -> dict:
    return generation.attempts.get(stage="kept").result


def test_more_pixels_than_wished_are_brought_down_to_the_wished(vip, ask):
    (generation,) = finish(ask(VIDEOS, "a lamp", size="1080x1920"))
    assert kept(generation) == ("image/png", 1080, 1920)
    assert noted(generation)["came"] == {"format": "png", "size": "1152x2048", "background": "opaque"}


def test_a_format_that_the_wire_has_no_word_for_is_written_here(vip, ask):
    (generation,) = finish(ask(OFFICIAL, "a lamp", format="webp", compression=60))
    assert kept(generation) == ("image/webp", 1280, 1280)
    assert vault.read(generation.asset)[8:12] == b"WEBP"
    assert noted(generation)["came"]["format"] == "png"


def test_a_picture_that_fits_is_kept_byte_for_byte(provider, ask):
    provider("videos")
    (generation,) = finish(ask(VIDEOS, "a lamp", size="1280x1280"))
    assert kept(generation) == ("image/png", 1280, 1280)
    assert b"tEXtComment" in vault.read(generation.asset)  # the upstream's mark, which no rewriting leaves in


def test_fewer_pixels_than_wished_are_kept_as_they_came(provider, ask):
    provider("videos")
    (generation,) = finish(ask(VIDEOS, "a lamp [fail=wrong_size]", size="1280x1280"))
    assert kept(generation) == ("image/png", 640, 640)
    assert b"tEXtComment" in vault.read(generation.asset)


def test_another_shape_than_wished_is_kept_as_it_came(provider, ask):
    provider("videos")
    (generation,) = finish(ask(VIDEOS, "a lamp [pixels=1920x1080]", size="1080x1080"))
    assert kept(generation) == ("image/png", 1920, 1080)


def test_what_the_provider_made_is_owed_and_not_what_was_made_of_it(provider, ask, alice):
    provider("videos")
    prices = ImageModel.objects.get(name=VIDEOS).prices
    prices.filter(tier="1K").update(credits=9)
    prices.filter(tier="2K").update(credits=5)
    (generation,) = finish(ask(VIDEOS, "a lamp [pixels=2048x2048]", size="1280x1280"))
    assert kept(generation) == ("image/png", 1280, 1280)
    assert (generation.held, generation.charged) == (9, 5)


def test_a_clear_background_is_known_by_its_pixels(provider, ask):
    provider("images-official")
    clear, opaque = finish(ask(OFFICIAL, "a lamp", background="transparent")) + finish(ask(OFFICIAL, "a lamp"))
    assert [noted(each)["came"]["background"] for each in (clear, opaque)] == ["transparent", "opaque"]


@pytest.mark.parametrize(("prompt", "unseen"), [("on a beach [blind]", 2), ("on a beach", 0)])
def test_references_that_nobody_looked_at_are_counted_and_the_picture_is_kept(prompt, unseen, openai, ask, alice):
    shoes = [intake.keep_upload(alice, upload()) for _ in range(2)]
    (generation,) = finish(ask(VIDEOS, prompt, references=shoes, shape=("1:1", "1K")))
    assert generation.state == State.SUCCEEDED
    assert noted(generation)["unseen"] == unseen


def test_no_reference_is_missed_where_none_was_sent(openai, ask):
    (generation,) = finish(ask(VIDEOS, "on a beach", shape=("1:1", "1K")))
    assert noted(generation)["image_tokens"] == 0
    assert noted(generation)["unseen"] == 0


def test_a_route_that_lacks_words_for_a_hard_wish_is_passed_over(vip, provider, ask, upstream):
    provider("images-official")
    (generation,) = finish(ask(OFFICIAL, "a lamp", background="transparent"))
    assert generation.state == State.SUCCEEDED
    assert generation.attempts.get().provider == Provider.objects.get(dialect="images-official")
    assert len(upstream.submissions()) == 1
