"""Hard wishes that a wire has no words for are said to be unsupported, and nothing is sent."""

import pytest

from generations.brief import Brief
from generations.dialects import DIALECTS, named
from tests.generations.dialects.written import FILED, LINKED, refused


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
