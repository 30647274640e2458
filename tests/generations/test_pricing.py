"""What a picture costs."""

import pytest

from generations.pricing import Unpriced, due, price

BY_TIER = {"1K": 4, "2K": 6, "4K": 10}
BY_QUALITY = {"1K low": 2, "1K medium": 6, "1K high": 20, "1K auto": 20}


def test_a_price_is_found_by_tier():
    assert price(BY_TIER, "2K", "") == 6


def test_a_price_is_found_by_tier_and_quality():
    assert price(BY_QUALITY, "1K", "medium") == 6


def test_an_unsaid_quality_is_quoted_at_its_upper_price():
    assert price(BY_QUALITY, "1K", "") == 20


def test_a_model_without_qualities_ignores_auto():
    assert price(BY_TIER, "1K", "auto") == 4


@pytest.mark.parametrize(
    ("tariff", "tier", "quality"), [(BY_QUALITY, "4K", ""), (BY_QUALITY, "1K", "best"), ({}, "1K", "")]
)
def test_what_has_no_line_has_no_price(tariff, tier, quality):
    with pytest.raises(Unpriced):
        price(tariff, tier, quality)


@pytest.mark.parametrize(
    ("held", "tier", "quality", "owed"),
    [(10, "4K", "", 10), (10, "1K", "", 4), (4, "4K", "", 4), (6, "8K", "", 6)],
)
def test_what_was_delivered_is_charged_and_never_more_than_was_held(held, tier, quality, owed):
    assert due(BY_TIER, held, tier, quality) == owed


def test_the_quality_that_was_really_used_is_charged():
    assert due(BY_QUALITY, 20, "1K", "low") == 2


def test_a_quality_that_the_tariff_does_not_know_counts_as_unsaid():
    assert due(BY_TIER, 10, "1K", "high") == 4
    assert due(BY_QUALITY, 20, "1K", "best") == 20
