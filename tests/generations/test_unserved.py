"""A hard wish that no open route can say is objected to before anything is held."""

from dataclasses import replace

import pytest

from accounts.models import Entry
from generations import intake
from generations.brief import Brief
from generations.catalog import FREE, Capabilities
from generations.dialects import PAINTER
from generations.models import Job, Use
from tests.generations.factories import AssetFactory, ImageModelFactory, RouteFactory

pytestmark = pytest.mark.django_db

CAN = Capabilities(32_000, ("auto",), FREE, most_references=16, backgrounds=("auto", "transparent"))


@pytest.fixture
def image_model():
    return ImageModelFactory(capabilities_json=CAN.to_json())


@pytest.fixture
def serve(image_model):
    def by(*names: str, **route) -> None:
        for priority, name in enumerate(names):
            RouteFactory(image_model=image_model, provider__dialect=name, priority=priority, **route)

    return by


@pytest.fixture
def ask(alice, image_model):
    """What is objected to when Alice asks; nothing where her wish is taken on."""

    def ask(references: int = 0, **wishes) -> list[tuple[str, str]]:
        pictures = [AssetFactory(member=alice, use=Use.REFERENCE) for _ in range(references)]
        brief = replace(Brief("a paper boat", image_model.name), **wishes)
        try:
            intake.submit(alice, image_model, brief, pictures, 1, "one press")
        except intake.Objected as wrong:
            assert not Job.objects.exists()
            assert not Entry.objects.filter(kind="hold").exists()
            return [(each.field, each.code) for each in wrong.objections]
        return []

    return ask


@pytest.mark.parametrize(
    ("served_by", "wish", "field"),
    [
        ("images-official", {"references": 1}, "references"),
        ("videos", {"references": 6}, "references"),
        ("videos", {"prompt": "a" * 10_001}, "prompt"),
        ("images-vip", {"background": "transparent"}, "background"),
        (PAINTER, {"background": "transparent"}, "background"),
    ],
)
def test_what_nobody_can_say_is_objected_to_at_its_field(served_by, wish, field, serve, ask):
    serve(served_by)
    assert ask(**wish) == [(field, "unserved")]


@pytest.mark.parametrize(
    ("served_by", "wish"),
    [
        (("images-official", "videos"), {"references": 5}),
        (("videos", "images-vip"), {"references": 16}),
        (("videos", "images-official"), {"background": "transparent"}),
        (("videos", PAINTER), {"references": 6}),
        (("videos",), {}),
    ],
)
def test_one_route_that_can_is_enough(served_by, wish, serve, ask):
    serve(*served_by)
    assert ask(**wish) == []


def test_two_routes_that_can_one_half_each_are_not_enough(serve, ask):
    serve("images-official", "images-vip")
    assert ask(references=1, background="transparent") == [("references", "unserved")]


def test_a_route_that_is_switched_off_serves_nobody(serve, ask):
    serve("videos")
    serve("images-openai", is_enabled=False)
    assert ask(references=6) == [("references", "unserved")]


def test_without_any_route_the_image_model_itself_is_objected_to(ask):
    assert ask() == [("image_model", "no_provider")]


def test_what_the_image_model_cannot_do_is_said_before_who_serves_it(serve, ask):
    serve("videos")
    assert ask(references=17) == [("references", "too_many")]
