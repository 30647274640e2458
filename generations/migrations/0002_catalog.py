"""What a new studio offers: the five public image models with their prices, the painter switched on, and the
four providers of the documents, switched off until they are given a key."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from generations.catalog import LISTINGS
from generations.dialects import PAINTER

# name, dialect, base URL, the public image models it serves: (public name, upstream name, micro-dollars)
PROVIDERS = (
    ("Painter", "painter", "", (("sketch", "sketch", 0),)),
    ("DYU videos", "videos", "https://api.dyuapi.com", (("gpt-image-2", "gpt-image-2", 30_000),)),
    (
        "AI GPT Image",
        "jobs",
        "https://aigptimage.com",
        (("gpt-image-2-image-to-image", "gpt-image-2-image-to-image", 30_000),),
    ),
    (
        "Dieyuyun official",
        "images-official",
        "https://open.dieyuyun.com",
        (("gpt-image-2-official", "gpt-image-2-official", 40_000),),
    ),
    ("APIYI vip", "images-vip", "https://api.apiyi.com", (("gpt-image-2-vip", "gpt-image-2-vip", 30_000),)),
)


def offer(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    image_models, prices = (apps.get_model("generations", name).objects for name in ("ImageModel", "Price"))
    for position, listing in enumerate(LISTINGS, 1):
        image_model = image_models.create(
            name=listing.name,
            title=listing.title,
            capabilities_json=listing.capabilities.to_json(),
            position=10 * position,
        )
        for line, credits in listing.tariff.items():
            tier, _, quality = line.partition(" ")
            prices.create(image_model=image_model, tier=tier, quality=quality, credits=credits)


def introduce(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    image_models, providers, routes = (
        apps.get_model("generations", name).objects for name in ("ImageModel", "Provider", "Route")
    )
    for name, dialect, base_url, served in PROVIDERS:
        provider = providers.create(name=name, dialect=dialect, base_url=base_url, is_enabled=dialect == PAINTER)
        for public, upstream, cost in served:
            image_model = image_models.get(name=public)
            routes.create(image_model=image_model, provider=provider, upstream_name=upstream, cost=cost)


class Migration(migrations.Migration):
    dependencies = [("generations", "0001_initial")]
    operations = [
        migrations.RunPython(offer, migrations.RunPython.noop),
        migrations.RunPython(introduce, migrations.RunPython.noop),
    ]
