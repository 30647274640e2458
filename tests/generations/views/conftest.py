"""A studio in which the provider of `gpt-image-2` is open, and the browsers of those who come to it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils.html import escape

from accounts.models import Member, Wallet
from generations.models import Asset, Generation, ImageModel, Job, Provider, Route
from tests.generations.books import delivered, sent, submitted


@pytest.fixture
def image_model(db: None) -> ImageModel:
    Provider.objects.exclude(dialect="painter").update(is_enabled=True)
    return ImageModel.objects.get(name="gpt-image-2")


@pytest.fixture
def at_alices(alice: Member, browser_of: Callable[[Member], Client]) -> Client:
    return browser_of(alice)


@pytest.fixture
def at_bobs(bob: Member, browser_of: Callable[[Member], Client]) -> Client:
    return browser_of(bob)


@pytest.fixture
def at_charlies(charlie: Member, browser_of: Callable[[Member], Client]) -> Client:
    return browser_of(charlie)


@pytest.fixture
def made(image_model: ImageModel) -> Callable[..., Asset]:
    """A finished picture of a member's, in the library."""

    def make(member: Member, prompt: str = "a paper boat", **job: Any) -> Asset:
        written = submitted(member, image_model=image_model, prompt=prompt, **job)
        generation = written.generations.get()
        delivered(sent(generation, Route.objects.get(image_model=image_model)))
        return Generation.objects.get(pk=generation.pk).asset

    return make


@pytest.fixture
def wish() -> dict[str, Any]:
    """What the composer sends when its button is pressed."""
    return {
        "key": "one press",
        "image_model": "gpt-image-2",
        "prompt": "a paper boat",
        "ratio": "3:2",
        "tier": "2K",
        "n": "2",
    }


def fragment(client: Client, way: str, url: str, data: Any = None) -> Any:
    """Ask as htmx does."""
    return getattr(client, way)(url, data, headers={"HX-Request": "true"})


def said(answer: Any) -> str:
    """A page without what is new in each answer, the form tokens, and without the address that was asked for."""
    page = answer.content.decode().replace(escape(answer.wsgi_request.get_full_path()), "")
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page)


def only_job() -> Job:
    return Job.objects.get()


def balance(member: Member) -> int:
    return Wallet.objects.get(team=member.team).balance
