"""Providers that speak to the scripted upstream, and jobs for them."""

import itertools
from collections.abc import Callable, Iterator

import pytest

from accounts.models import Member
from generations import intake
from generations.brief import Brief
from generations.models import Asset, ImageModel, Job, Provider, Route
from tests.generations.engine.talker import Talker, talking

SERVED = {
    "videos": "gpt-image-2",
    "jobs": "gpt-image-2-image-to-image",
    "images-official": "gpt-image-2-official",
    "images-vip": "gpt-image-2-vip",
}
"""The image model that each document's provider serves first."""


@pytest.fixture
def provider(upstream) -> Callable[..., Provider]:
    """Switch a seeded provider on and point it at the scripted upstream."""

    def switch_on(dialect: str, key: str = "good-key", **changes) -> Provider:
        chosen = Provider.objects.get(dialect=dialect)
        chosen.base_url, chosen.is_enabled, chosen.api_key = upstream.url, True, key
        for name, value in changes.items():
            setattr(chosen, name, value)
        chosen.save()
        return chosen

    return switch_on


@pytest.fixture
def openai(upstream) -> Provider:
    """A provider that speaks OpenAI's own dialect, serving the official model before anyone else."""
    chosen = Provider(name="OpenAI", dialect="images-openai", base_url=f"{upstream.url}/v1", is_enabled=True)
    chosen.api_key = "good-key"
    chosen.save()
    for name in ("gpt-image-2-official", "gpt-image-2"):
        image_model = ImageModel.objects.get(name=name)
        Route.objects.create(
            image_model=image_model, provider=chosen, upstream_name="gpt-image-2", priority=1, cost=40_000
        )
    return chosen


@pytest.fixture
def talker() -> Iterator[Talker]:
    """A provider of which the test itself says what it answers."""
    with talking() as provider:
        yield provider


@pytest.fixture(autouse=True)
def reachable(settings, upstream) -> None:
    """The scripted upstream stands on this machine, where the fetcher goes only when it is allowed to."""
    settings.FETCH_ALLOW = (upstream.url,)


@pytest.fixture
def ask(alice: Member) -> Callable[..., Job]:
    """Submit a job as Alice."""
    keys = itertools.count()

    def submit(name: str, prompt: str, count: int = 1, references: list[Asset] | None = None, **wishes) -> Job:
        shape = wishes.pop("shape", None)
        brief = Brief(prompt, name, **wishes)
        image_model = ImageModel.objects.get(name=name)
        if shape:
            brief = brief.shaped(*shape)
        return intake.submit(alice, image_model, brief, references or [], count, f"key {next(keys)}")

    return submit
