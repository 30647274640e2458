"""How a picture, a span of time and a prompt look on a page."""

from datetime import timedelta

import pytest

from generations.models import Asset
from generations.templatetags.studio import alt, clock, ratio


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0:00"), (7.9, "0:07"), (62, "1:02"), (3723, "1:02:03"), (36_000, "10:00:00"), (-3, "0:00")],
)
def test_a_clock_reads_as_a_clock(seconds, said):
    assert clock(timedelta(seconds=seconds)) == said


def test_a_picture_is_told_by_the_beginning_of_its_prompt_on_one_line():
    assert alt("two\n  herons") == "two herons"
    assert len(alt("x" * 500)) == 120


def test_a_picture_of_any_size_is_drawn_in_the_nearest_of_the_ten_shapes():
    assert ratio(Asset(width=3000, height=1990)) == "3:2"
