"""Pixels, ratios and tiers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generations.sizes import ALIKE, TABLE, Size, can_become, is_native, nearest, parse, ratio_of, tier_of, to_native

edges = st.integers(min_value=64, max_value=8000)


def test_each_of_the_thirty_is_found_again_by_its_pixels():
    assert len(TABLE) == 30
    assert all((ratio_of(size), tier_of(size)) == place for place, size in TABLE.items())


def test_each_of_the_thirty_obeys_the_native_rule():
    assert all(is_native(size) for size in TABLE.values())


@pytest.mark.parametrize("text", ["auto", "", "1024X1024", "1024×1024", " 1024x1024", "0x100", "1024", "１０２４x1024"])
def test_only_an_ascii_x_between_plain_digits_is_a_size(text):
    assert parse(text) is None


@pytest.mark.parametrize(
    ("asked", "taken"),
    [
        ("1080x1920", "1088x1920"),
        ("1060x1910", "1072x1920"),
        ("512x512", "816x816"),
        ("1024x1024", "1024x1024"),
        ("5000x1000", "3840x1280"),
    ],
)
def test_a_size_the_native_wire_refuses_becomes_its_neighbour(asked, taken):
    assert str(to_native(parse(asked))) == taken


@given(width=edges, height=edges)
def test_any_size_becomes_one_the_native_wire_takes(width, height):
    assert is_native(to_native(Size(width, height)))


@given(width=st.integers(1000, 2400), height=st.integers(1000, 2400))
def test_what_is_asked_of_the_native_wire_is_enough_to_cut_the_wish_from(width, height):
    made = to_native(Size(width, height))
    assert made.width >= width
    assert made.height >= height


@given(came=st.builds(Size, edges, edges), wished=st.builds(Size, edges, edges))
def test_only_more_pixels_of_the_same_shape_can_become_what_was_wished(came, wished):
    if can_become(came, wished):
        assert came.width >= wished.width
        assert came.height >= wished.height
        cut = min(came.width / wished.width, came.height / wished.height)
        assert cut * cut * wished.area >= came.area * (1 - ALIKE)


def test_a_size_can_become_itself():
    assert all(can_become(size, size) for size in TABLE.values())


def test_the_nearest_size_keeps_the_shape_before_the_area():
    choices = (Size(1024, 1024), Size(1536, 1024), Size(1024, 1536))
    assert nearest(Size(3840, 2160), choices) == Size(1536, 1024)
    assert nearest(Size(100, 100), choices) == Size(1024, 1024)
