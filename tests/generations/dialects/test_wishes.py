"""Hard wishes that a wire has no words for are said to be unsupported, and nothing is sent."""

from dataclasses import replace

import pytest

from generations.brief import Brief, Picture
from generations.dialects import DIALECTS, NAMES, PAINTER, lacking, named, unsaid
from generations.faults import Kind
from tests.generations.dialects.written import FILED, LINKED, refused, written


@pytest.mark.parametrize("name", ["videos", "jobs", "images-vip"])
def test_a_transparent_background_cannot_be_said_on_three_wires(name):
    assert refused(name, Brief("a", "m", background="transparent")) == "background"


@pytest.mark.parametrize("name", [name for name in DIALECTS if name != "images-openai"])
def test_a_mask_can_be_said_to_openai_alone(name):
    assert refused(name, Brief("a", "m", references=(FILED,), mask=FILED)) == "mask"


def test_a_mask_without_a_picture_means_nothing():
    assert refused("images-openai", Brief("a", "m", mask=FILED)) == "mask"


def test_a_picture_without_bytes_cannot_be_a_file():
    assert refused("images-openai", Brief("a", "m", references=(LINKED,))) == "references"


@pytest.mark.parametrize("name", ["images-official", "images-vip", "images-openai"])
def test_a_wire_that_answers_at_once_has_nothing_to_ask(name):
    with pytest.raises(LookupError):
        named(name).ask("img-1")


COUNTED = Picture(media_type="image/png")
"""A reference as the intake knows it: that it is there, and of what kind."""
HARD = {
    "a plain wish": (Brief("a", "m"), {}),
    "one reference": (Brief("a", "m", references=(COUNTED,)), {"images-official": "references"}),
    "six references": (
        Brief("a", "m", references=(COUNTED,) * 6),
        {"images-official": "references", "videos": "references"},
    ),
    "seventeen references": (
        Brief("a", "m", references=(COUNTED,) * 17),
        dict.fromkeys(("images-official", "videos", "images-vip", "images-openai"), "references"),
    ),
    "a mask": (
        Brief("a", "m", references=(COUNTED,), mask=COUNTED),
        dict.fromkeys(("videos", "jobs", "images-official", "images-vip", PAINTER), "mask"),
    ),
    "a clear background": (
        Brief("a", "m", background="transparent"),
        dict.fromkeys(("videos", "jobs", "images-vip", PAINTER), "background"),
    ),
    "a prompt of 10,001 characters": (Brief("a" * 10_001, "m"), {"videos": "prompt"}),
    "soft wishes alone": (Brief("a", "m", quality="high", format="webp", compression=9, moderation="low"), {}),
}


@pytest.mark.parametrize("wish", HARD)
@pytest.mark.parametrize("name", NAMES)
def test_what_a_dialect_lacks_is_known_before_any_picture_is_read(name, wish):
    brief, without = HARD[wish]
    fault = lacking(name, brief)
    assert (fault.code if fault else "") == without.get(name, "")
    assert fault is None or fault.kind is Kind.UNSUPPORTED


SOFT = {"quality": "high", "background": "opaque", "format": "webp", "compression": 40, "moderation": "low"}
WORDLESS = {
    "videos": {*SOFT},
    "jobs": {"background", "compression", "moderation"},
    "images-official": set(),
    "images-vip": {*SOFT},
    "images-openai": set(),
    PAINTER: {"quality", "background", "moderation"},
}


@pytest.mark.parametrize("name", NAMES)
def test_soft_wishes_without_words_are_known_by_their_fields(name):
    assert unsaid(name, Brief("a", "m", **SOFT)) == WORDLESS[name]


@pytest.mark.parametrize("name", NAMES)
def test_what_may_be_anything_is_no_wish(name):
    assert not unsaid(name, Brief("a", "m", quality="auto", background="auto", moderation="auto"))


@pytest.mark.parametrize("field", SOFT)
@pytest.mark.parametrize("name", DIALECTS)
def test_a_wish_is_unsaid_exactly_where_it_changes_nothing_that_is_written(name, field):
    said = {"format": "jpeg"} if field == "compression" else {}
    plain = Brief("a", "m", **said)
    wished = replace(plain, **{field: SOFT[field]})
    assert (field in unsaid(name, wished)) == (written(name, wished) == written(name, plain))
