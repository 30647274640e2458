"""What a wire writes to a provider it understands from a caller: our server can be the upstream of our own client."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from generations.brief import Brief, Picture
from generations.dialects import AT_ONCE, DIALECTS, JOBS, VIDEOS
from generations.dialects.fields import Fields
from generations.dialects.images import EDITS
from generations.dialects.serving import Refused, Said
from generations.dialects.wire import Request
from generations.sizes import TABLE, TIERS, Size, is_native

SERVED = {"videos": VIDEOS, "jobs": JOBS, **AT_ONCE}
LINKED = Picture(url="https://pictures.example/one.png")
FILED = Picture(content=b"bytes", media_type="image/png")
PROMPTS = some.text(min_size=1, max_size=60).filter(lambda prompt: prompt.strip())
SHAPES = some.sampled_from(sorted(TABLE))
OPTIONS = {
    "quality": some.sampled_from(("", "low", "medium", "high")),
    "background": some.sampled_from(("", "opaque", "transparent")),
    "format": some.sampled_from(("", "png", "webp")),
    "moderation": some.sampled_from(("", "low")),
}
MODELS = {
    "videos": "gpt-image-2",
    "jobs": "gpt-image-2-text-to-image",
    "images-official": "gpt-image-2-official",
    "images-vip": "gpt-image-2-vip",
    "images-openai": "gpt-image-2",
}


def heard(name: str, request: Request):
    """What the served half of a wire makes of what its other half has written."""
    if request.json is not None:
        said = Said(request.json, is_edit=request.path == EDITS)
    else:
        files: dict[str, tuple[object, ...]] = {}
        for part in request.parts:
            files[part.name] = (*files.get(part.name, ()), SimpleNamespace(content=part.content))
        said = Said(dict(request.form), files, is_form=True, is_edit=request.path == EDITS)
    return SERVED[name].listen(said)


def written(name: str, brief: Brief) -> Request:
    request = DIALECTS[name].write(brief, brief.image_model, "once")
    assert isinstance(request, Request), request
    return request


@given(prompt=PROMPTS, shape=SHAPES)
@pytest.mark.parametrize("name", ["videos", "jobs", "images-vip"])
def test_words_and_a_size_come_back_as_they_went_out(name, prompt, shape):
    brief = Brief(prompt, MODELS[name]).shaped(*shape)
    assert heard(name, written(name, brief)).brief == brief


@given(prompt=PROMPTS, shape=SHAPES, options=some.fixed_dictionaries(OPTIONS))
def test_openais_own_wire_gives_every_option_back(prompt, shape, options):
    brief = replace(Brief(prompt, "gpt-image-2").shaped(*shape), **options)
    assert heard("images-openai", written("images-openai", brief)).brief == brief


@given(
    prompt=PROMPTS,
    size=some.sampled_from(("1024x1024", "1536x1024", "1024x1536", "auto")),
    options=some.fixed_dictionaries(OPTIONS),
)
def test_the_official_wire_gives_every_option_back(prompt, size, options):
    brief = replace(Brief(prompt, "gpt-image-2-official").sized(size), **options)
    assert heard("images-official", written("images-official", brief)).brief == brief


@given(prompt=PROMPTS, quality=OPTIONS["quality"], kind=OPTIONS["format"], tier=some.sampled_from(TIERS))
def test_the_jobs_wire_gives_its_soft_wishes_back(prompt, quality, kind, tier):
    brief = replace(Brief(prompt, MODELS["jobs"]).shaped("auto", tier), quality=quality, format=kind)
    assert heard("jobs", written("jobs", brief)).brief == brief


@pytest.mark.parametrize("name", ["videos", "jobs"])
def test_the_polled_wires_give_the_addresses_of_references_back(name):
    model = "gpt-image-2-image-to-image" if name == "jobs" else "gpt-image-2"
    brief = Brief("a cat", model, references=(LINKED, LINKED)).shaped("1:1", "1K")
    wish = heard(name, written(name, brief))
    assert [given.text for given in wish.references] == [LINKED.url] * 2


@pytest.mark.parametrize("name", ["images-vip", "images-openai"])
def test_the_images_wires_give_files_back_in_their_order(name):
    brief = Brief("a cat", MODELS[name], references=(FILED, replace(FILED, content=b"other"))).shaped("1:1", "1K")
    wish = heard(name, written(name, brief))
    assert [given.file.content for given in wish.references] == [b"bytes", b"other"]


def test_a_mask_comes_back_on_openais_own_wire():
    brief = Brief("a cat", "gpt-image-2", references=(FILED,), mask=replace(FILED, content=b"mask")).shaped("1:1", "1K")
    assert heard("images-openai", written("images-openai", brief)).mask.file.content == b"mask"


@given(width=some.integers(100, 9999), height=some.integers(100, 9999), step=some.sampled_from((1, 16)))
def test_openais_own_wire_takes_exactly_the_sizes_of_its_rule(width, height, step):
    size = Size(width // step * step, height // step * step)
    try:
        taken = AT_ONCE["images-openai"].listen(Said({"model": "m", "prompt": "a cat", "size": str(size)})).brief.size
    except Refused:
        taken = ""
    assert (taken == str(size)) == is_native(size)


def test_null_is_as_good_as_nothing():
    assert Fields({"n": None}).whole("n", 1, 10) is None
    assert not Fields({"n": None}).has("n")
