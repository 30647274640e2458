"""A brief is a value: what is kept of it comes back equal."""

from hypothesis import given
from hypothesis import strategies as st

from generations.brief import EDIT, GENERATE, Brief, Picture
from generations.sizes import RATIOS, TABLE, TIERS

briefs = st.builds(
    Brief,
    prompt=st.text(max_size=50),
    image_model=st.just("sketch"),
    quality=st.sampled_from(["", "auto", "high"]),
    compression=st.none() | st.integers(0, 100),
)


@given(brief=briefs, ratio=st.sampled_from(RATIOS), tier=st.sampled_from(TIERS))
def test_a_brief_comes_back_as_it_was_kept(brief, ratio, tier):
    shaped = brief.shaped(ratio, tier)
    assert Brief.from_json(shaped.to_json()) == shaped
    assert shaped.pixels == TABLE[ratio, tier]


def test_a_size_names_its_ratio_and_tier():
    brief = Brief("a lamp", "sketch").sized("3840x2160")
    assert (brief.ratio, brief.tier) == ("16:9", "4K")


def test_auto_keeps_the_tier_that_was_wished_for():
    brief = Brief("a lamp", "sketch").shaped("auto", "4K")
    assert (brief.size, brief.ratio, brief.tier, brief.pixels) == ("auto", "auto", "4K", None)


def test_a_reference_makes_it_an_edit():
    brief = Brief("a lamp", "sketch")
    assert brief.mode == GENERATE
    assert Brief("a lamp", "sketch", references=(Picture(url="https://example.com/a.png"),)).mode == EDIT


def test_the_pictures_are_not_kept_in_its_words():
    kept = Brief("a lamp", "sketch", references=(Picture(content=b"bytes"),)).to_json()
    assert "references" not in kept
    assert "mask" not in kept
