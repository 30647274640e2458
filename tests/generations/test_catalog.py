"""Whether a brief lies within what an image model can do."""

from dataclasses import replace

import pytest

from generations.brief import Brief, Picture
from generations.catalog import LISTINGS, Capabilities, objections
from generations.dialects import narrowed

MODELS = {listing.name: listing for listing in LISTINGS}
BRIEF = Brief("a lighthouse at dusk", "gpt-image-2-official")


def codes(brief: Brief, name: str, count: int = 1) -> list[tuple[str, str]]:
    return [(wrong.field, wrong.code) for wrong in objections(brief, MODELS[name].capabilities, count)]


def test_capabilities_come_back_as_they_were_kept():
    for listing in LISTINGS:
        assert Capabilities.from_json(listing.capabilities.to_json()) == listing.capabilities


def test_an_ordinary_wish_meets_no_objection():
    assert codes(BRIEF, "gpt-image-2-official") == []


@pytest.mark.parametrize("prompt", ["", "   ", "\n\t"])
def test_an_empty_prompt_is_refused(prompt):
    assert codes(replace(BRIEF, prompt=prompt), "gpt-image-2") == [("prompt", "empty")]


@pytest.mark.parametrize(
    ("name", "limit"),
    [("gpt-image-2", 32_000), ("gpt-image-2-image-to-image", 20_000), ("gpt-image-2-official", 32_000)],
)
def test_a_prompt_may_be_as_long_as_its_model_says_and_no_longer(name, limit):
    pictures = (Picture(),) * MODELS[name].capabilities.fewest_references
    assert codes(replace(BRIEF, prompt="画" * limit, references=pictures), name) == []
    assert codes(replace(BRIEF, prompt="画" * (limit + 1), references=pictures), name) == [("prompt", "long")]


def test_the_official_model_takes_no_references():
    assert codes(replace(BRIEF, references=(Picture(),)), "gpt-image-2-official") == [("references", "none_taken")]


def test_the_edit_model_needs_a_reference():
    assert codes(BRIEF, "gpt-image-2-image-to-image") == [("references", "too_few")]


def test_a_seventeenth_reference_is_one_too_many():
    assert codes(replace(BRIEF, references=(Picture(),) * 16), "gpt-image-2") == []
    assert codes(replace(BRIEF, references=(Picture(),) * 17), "gpt-image-2") == [("references", "too_many")]


def test_no_more_is_offered_than_some_open_route_can_say():
    can = MODELS["gpt-image-2"].capabilities
    assert (narrowed(can, ["videos"]).prompt_limit, narrowed(can, ["videos"]).most_references) == (10_000, 5)
    both = narrowed(can, ["videos", "images-openai"])
    assert (both.prompt_limit, both.most_references, both.mask) == (32_000, 16, True)
    assert not narrowed(can, ["videos"]).mask


@pytest.mark.parametrize("size", ["1023x1024", "2048x2048", "1024×1024", "big"])
def test_a_size_the_model_lacks_is_refused(size):
    assert codes(replace(BRIEF, size=size), "gpt-image-2-official") == [("size", "lacking")]


def test_the_videos_wire_takes_any_size():
    assert codes(replace(BRIEF, size="1080x1920"), "gpt-image-2") == []


def test_a_choice_that_an_image_model_does_not_have_at_all_is_a_soft_wish():
    wish = replace(BRIEF, quality="high", moderation="low", compression=80).shaped("1:1", "1K")
    assert codes(wish, "gpt-image-2-vip") == []


def test_transparency_is_never_a_soft_wish():
    wish = replace(BRIEF, background="transparent").shaped("1:1", "1K")
    assert codes(wish, "gpt-image-2-vip") == [("background", "lacking")]


def test_a_jpeg_cannot_be_transparent():
    wish = replace(BRIEF, background="transparent", format="jpeg")
    assert codes(wish, "gpt-image-2-official") == [("background", "needs_alpha")]


@pytest.mark.parametrize(("compression", "expected"), [(0, []), (100, []), (101, [("compression", "percent")])])
def test_compression_is_a_percentage(compression, expected):
    assert codes(replace(BRIEF, compression=compression), "gpt-image-2-official") == expected


@pytest.mark.parametrize(("count", "expected"), [(1, []), (10, []), (0, [("n", "count")]), (11, [("n", "count")])])
def test_a_job_makes_one_to_ten_pictures(count, expected):
    assert codes(BRIEF, "gpt-image-2-official", count) == expected


def test_everything_wrong_is_said_at_once_in_the_order_of_the_form():
    wish = replace(BRIEF, prompt="", size="1x1", quality="best")
    assert [field for field, _ in codes(wish, "gpt-image-2-official", 0)] == ["prompt", "size", "quality", "n"]
