"""Whatever a provider's document lists for a field is taken: by its wire, and by the image model as it is offered."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from generations.brief import Picture
from generations.catalog import LISTINGS, objections
from generations.dialects import AT_ONCE, JOBS, VIDEOS
from generations.dialects.serving import AS_BASE64, AS_URL, Said, Served, Wish

CAPABILITIES = {listing.name: listing.capabilities for listing in LISTINGS}
ADDRESS, BASE64 = "https://a.example/b.png", "data:image/jpeg;base64,/9j/4AAQ"
VIDEO = {"model": "gpt-image-2", "prompt": "a cat"}
EDIT = {"model": "gpt-image-2-image-to-image"}
OFFICIAL = {"model": "gpt-image-2-official", "prompt": "a cat"}
VIP = {"model": "gpt-image-2-vip", "prompt": "a cat"}
THIRTY = """
1280x1280, 848x1280, 1280x848, 960x1280, 1280x960, 1024x1280, 1280x1024, 720x1280, 1280x720, 1280x544, 2048x2048,
1360x2048, 2048x1360, 1536x2048, 2048x1536, 1632x2048, 2048x1632, 1152x2048, 2048x1152, 2048x864, 2880x2880, 2336x3520,
3520x2336, 2480x3312, 3312x2480, 2560x3216, 3216x2560, 2160x3840, 3840x2160, 3840x1632
"""


def taken(wire: Served, said: dict[str, Any]) -> Wish:
    """The wish, to which nobody objects."""
    wish = wire.listen(Said(said))
    brief = replace(wish.brief, references=tuple(Picture(url=each.text) for each in wish.references))
    assert objections(brief, CAPABILITIES[brief.image_model], wish.count) == []
    return wish


@pytest.mark.parametrize("size", ["1080x1920", "1920x1080", "1024x1024", "1024x1792"])
def test_a_video_of_each_size(size):
    assert taken(VIDEOS, {**VIDEO, "metadata": {"size": size}}).brief.size == size


@pytest.mark.parametrize("urls", [[ADDRESS], [BASE64], [ADDRESS, BASE64, ADDRESS, BASE64, ADDRESS]])
def test_a_video_from_each_form_of_picture_and_from_five(urls):
    assert [given.text for given in taken(VIDEOS, {**VIDEO, "metadata": {"urls": urls}}).references] == urls


@pytest.mark.parametrize("resolution", ["1K", "2K", "4K"])
@pytest.mark.parametrize("ratio", ["auto", "1:1", "4:5", "3:4", "2:3", "16:9", "9:16"])
def test_a_job_of_each_ratio_and_resolution(ratio, resolution):
    wished = {"prompt": "a cat", "image_urls": [ADDRESS], "aspect_ratio": ratio, "resolution": resolution}
    brief = taken(JOBS, {**EDIT, "input": wished}).brief
    assert (brief.ratio, brief.tier) == (ratio, resolution)


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("size", ("1024x1024", "1536x1024", "1024x1536", "auto")),
        ("quality", ("auto", "low", "medium", "high")),
        ("background", ("auto", "opaque", "transparent")),
        ("moderation", ("auto", "low")),
        ("compression", (0, 100)),
        ("format", ("png", "jpeg", "webp")),
    ],
)
def test_an_official_picture_with_each_value_of_each_field(field, values):
    spelt = {"compression": "output_compression", "format": "output_format"}.get(field, field)
    for value in values:
        assert getattr(taken(AT_ONCE["images-official"], {**OFFICIAL, spelt: value}).brief, field) == value


def test_one_to_ten_official_pictures():
    wishes = [taken(AT_ONCE["images-official"], {**OFFICIAL, "n": n}) for n in range(1, 11)]
    assert [wish.count for wish in wishes] == list(range(1, 11))


@pytest.mark.parametrize("size", THIRTY.replace(",", " ").split())
def test_a_vip_picture_of_each_of_the_thirty_sizes(size):
    assert taken(AT_ONCE["images-vip"], {**VIP, "size": size}).brief.size == size


@pytest.mark.parametrize(("wire", "said"), [(AT_ONCE["images-official"], OFFICIAL), (AT_ONCE["images-vip"], VIP)])
def test_an_answer_in_each_form_and_an_address_unless_it_is_said(wire, said):
    forms = [taken(wire, {**said, "response_format": form}).form for form in ("url", "b64_json", None)]
    assert forms == [AS_URL, AS_BASE64, AS_URL]


@pytest.mark.parametrize(
    ("wire", "said", "most"),
    [(VIDEOS, VIDEO, 10_000), (AT_ONCE["images-official"], OFFICIAL, 32_000)],
)
def test_a_prompt_of_the_greatest_length(wire, said, most):
    assert len(taken(wire, {**said, "prompt": "画" * most}).brief.prompt) == most


def test_a_jobs_prompt_of_the_greatest_length():
    wished = {"prompt": "画" * 20_000, "image_urls": [ADDRESS]}
    assert len(taken(JOBS, {**EDIT, "input": wished}).brief.prompt) == 20_000
