"""A call asks for exactly its brief, or says what it asks otherwise, or why it cannot."""

from dataclasses import replace

import pytest
from hypothesis import given

from generations.brief import Brief, Picture
from generations.scripts import SERVED, Call, Unsayable, call_of
from generations.scripts.calls import said
from tests.generations.scripts.briefs import CAN, bare, calls, wishes

PICTURE = Picture(url="https://studio.example/p/1/", media_type="image/jpeg")
SKETCH = Brief("a paper boat", "sketch").sized("1280x1280")
OPENAI = "images-openai"


def asked(dialect: str, brief: Brief, count: int = 1) -> Call | Unsayable:
    return call_of(dialect, brief, count, CAN[brief.image_model])


@given(wishes())
def test_what_is_written_is_heard_as_it_was_meant(wish):
    brief, count, can = wish
    for call in calls(brief, count, can):
        heard = SERVED[call.dialect].listen(said(call))
        assert len(heard.references) == len(brief.references)
        assert heard.brief.prompt == brief.prompt
        assert heard.count == call.count in (1, count)
        if not call.unheard:
            assert heard.brief == replace(
                bare(brief),
                quality=heard.brief.quality if brief.quality in ("", "auto") else brief.quality,
                moderation=heard.brief.moderation if brief.moderation in ("", "auto") else brief.moderation,
            )


@given(wishes())
def test_no_script_asks_for_what_its_image_model_would_refuse(wish):
    brief, count, can = wish
    for call in calls(brief, count, can):
        assert can.takes_size(SERVED[call.dialect].listen(said(call)).brief.size)


@pytest.mark.parametrize(
    ("image_model", "dialect"),
    [("gpt-image-2-official", "images-official"), ("gpt-image-2-vip", "images-vip"), ("sketch", OPENAI)],
)
def test_of_the_three_on_one_path_the_image_model_chooses(image_model, dialect):
    brief = Brief("a paper boat", image_model).sized(CAN[image_model].sizes[-1])
    said_in = [name for name in ("images-official", "images-vip", OPENAI) if isinstance(asked(name, brief), Call)]
    assert said_in == [dialect]


def test_what_has_no_words_is_named():
    call = asked("videos", replace(SKETCH, format="webp"))
    assert call.unheard == ("format",)


def test_pixels_that_openai_would_round_are_named():
    assert asked(OPENAI, SKETCH.sized("1080x1920")).unheard == ("size",)


def test_pictures_are_addresses_where_the_wire_takes_addresses():
    brief = replace(SKETCH, references=(PICTURE,))
    assert asked("videos", brief).fields["metadata"]["urls"] == [PICTURE.url]
    assert asked("jobs", brief).fields["input"]["image_urls"] == [PICTURE.url]


def test_pictures_are_files_where_the_wire_takes_files():
    call = asked(OPENAI, replace(SKETCH, references=(PICTURE, PICTURE)))
    assert call.files == (("image[]", "reference-1.jpeg"), ("image[]", "reference-2.jpeg"))
    assert call.path == "/v1/images/edits"


def test_a_mask_is_a_file_for_openai_and_cannot_be_said_elsewhere():
    can = replace(CAN["sketch"], mask=True)
    brief = replace(SKETCH, references=(PICTURE,), mask=PICTURE)
    assert call_of(OPENAI, brief, 1, can).files[-1] == ("mask", "mask.jpeg")
    assert call_of("videos", brief, 1, can) == Unsayable("videos", "mask")


def test_several_pictures_are_one_call_where_the_wire_counts():
    assert asked(OPENAI, SKETCH, 3).count == 3
    assert asked(OPENAI, SKETCH, 3).fields["n"] == 3
    assert asked("jobs", SKETCH, 3).count == 1


@pytest.mark.parametrize("dialect", SERVED)
def test_a_wish_that_is_only_begun_cannot_be_said(dialect):
    assert asked(dialect, replace(SKETCH, prompt=" ")) == Unsayable(dialect, "prompt")


def test_an_edit_without_a_picture_asks_for_one():
    brief = Brief("a paper boat", "gpt-image-2-image-to-image")
    assert asked("jobs", brief) == Unsayable("jobs", "references")


def test_a_prompt_that_is_too_long_for_a_wire_is_said_by_the_others():
    brief = replace(SKETCH, prompt="x" * 10_001)
    assert asked("videos", brief) == Unsayable("videos", "prompt")
    assert isinstance(asked("jobs", brief), Call)
