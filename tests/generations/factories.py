"""Rows of the studio's half that makes pictures. Money is never made here: `tests.generations.books` moves it."""

import hashlib
import uuid
from datetime import timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from generations.brief import Brief
from generations.catalog import FREE, Capabilities
from generations.models import (
    Asset,
    Attempt,
    Generation,
    ImageModel,
    Job,
    JobReference,
    Price,
    Provider,
    Route,
    Use,
)
from generations.sizes import AUTO, TABLE

TARIFF = {"1K": 4, "2K": 6, "4K": 10}
PAINTS = Capabilities(10_000, (AUTO, *map(str, TABLE.values())), FREE, most_references=5)


class ImageModelFactory(DjangoModelFactory[ImageModel]):
    """An image model priced per tier. `ImageModelFactory(tariff={"1K high": 20})` prices it otherwise."""

    class Meta:
        model = ImageModel
        skip_postgeneration_save = True

    name = factory.Sequence("image-model-{}".format)
    title = factory.LazyAttribute(lambda made: made.name.replace("-", " ").title())
    capabilities_json = factory.LazyFunction(PAINTS.to_json)

    @factory.post_generation
    def tariff(self, create: bool, extracted: dict[str, int] | None, **kwargs: Any) -> None:
        if not create:
            return
        for line, credits in (TARIFF if extracted is None else extracted).items():
            tier, _, quality = line.partition(" ")
            PriceFactory(image_model=self, tier=tier, quality=quality, credits=credits)


class PriceFactory(DjangoModelFactory[Price]):
    class Meta:
        model = Price

    image_model = factory.SubFactory(ImageModelFactory, tariff={})
    tier = "1K"
    credits = 4


class ProviderFactory(DjangoModelFactory[Provider]):
    class Meta:
        model = Provider

    name = factory.Sequence("provider {}".format)
    dialect = "videos"
    base_url = factory.Sequence("https://upstream-{}.example".format)
    api_key = factory.Sequence("upstream-key-{}".format)
    is_enabled = True


class RouteFactory(DjangoModelFactory[Route]):
    class Meta:
        model = Route

    image_model = factory.SubFactory(ImageModelFactory)
    provider = factory.SubFactory(ProviderFactory)
    upstream_name = factory.SelfAttribute("image_model.name")
    cost = 30_000


class AssetFactory(DjangoModelFactory[Asset]):
    """A kept picture's row. Its bytes are not stored; `sha256` is of a name of its own."""

    class Meta:
        model = Asset

    member = factory.SubFactory("tests.factories.MemberFactory")
    team = factory.SelfAttribute("member.team")
    use = Use.OUTPUT
    sha256 = factory.LazyFunction(lambda: hashlib.sha256(uuid.uuid4().bytes).hexdigest())
    media_type = "image/png"
    width = 1280
    height = 1280
    size = 4096


class JobFactory(DjangoModelFactory[Job]):
    class Meta:
        model = Job

    member = factory.SubFactory("tests.factories.MemberFactory")
    team = factory.SelfAttribute("member.team")
    image_model = factory.SubFactory(ImageModelFactory)
    prompt = factory.Sequence("a lighthouse, view {}".format)
    brief_json = factory.LazyAttribute(lambda made: Brief(made.prompt, made.image_model.name).to_json())
    count = 1
    tariff = factory.LazyAttribute(lambda made: made.image_model.tariff)
    key = factory.LazyFunction(lambda: str(uuid.uuid4()))


class JobReferenceFactory(DjangoModelFactory[JobReference]):
    class Meta:
        model = JobReference

    job = factory.SubFactory(JobFactory)
    asset = factory.SubFactory(
        AssetFactory,
        use=Use.REFERENCE,
        member=factory.SelfAttribute("..job.member"),
    )
    position = factory.LazyAttribute(lambda made: JobReference.objects.filter(job=made.job).count())


class GenerationFactory(DjangoModelFactory[Generation]):
    """A queued generation of the next free position of its job."""

    class Meta:
        model = Generation

    job = factory.SubFactory(JobFactory)
    member = factory.SelfAttribute("job.member")
    position = factory.LazyAttribute(lambda made: made.job.generations.count())
    held = 4


class AttemptFactory(DjangoModelFactory[Attempt]):
    class Meta:
        model = Attempt

    generation = factory.SubFactory(GenerationFactory)
    route = factory.SubFactory(RouteFactory, image_model=factory.SelfAttribute("..generation.job.image_model"))
    provider = factory.SelfAttribute("route.provider")
    upstream_name = factory.SelfAttribute("route.upstream_name")
    cost = factory.SelfAttribute("route.cost")
    deadline = factory.LazyFunction(lambda: timezone.now() + timedelta(minutes=15))
