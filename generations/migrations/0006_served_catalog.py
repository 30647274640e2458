"""What callers of the Images API may say of `gpt-image-2`, and the text model of the `jobs` wire.

What an operator has changed by hand stays as it is.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from generations.catalog import LISTINGS

TEXT, EDIT = "gpt-image-2-text-to-image", "gpt-image-2-image-to-image"
WIDER = {"prompt_limit": (10_000, 32_000), "most_references": (5, 16), "mask": (False, True)}


def widen(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    for image_model in apps.get_model("generations", "ImageModel").objects.filter(name="gpt-image-2"):
        can = image_model.capabilities_json
        if all(can.get(name) == before for name, (before, _after) in WIDER.items()):
            image_model.capabilities_json = can | {name: after for name, (_before, after) in WIDER.items()}
            image_model.save()


def offer_text(apps: StateApps, _editor: BaseDatabaseSchemaEditor) -> None:
    image_models, prices, routes = (
        apps.get_model("generations", name).objects for name in ("ImageModel", "Price", "Route")
    )
    listing = next(each for each in LISTINGS if each.name == TEXT)
    image_model, is_new = image_models.get_or_create(
        name=TEXT,
        defaults={"title": listing.title, "capabilities_json": listing.capabilities.to_json(), "position": 15},
    )
    if is_new:
        prices.bulk_create(
            prices.model(image_model=image_model, tier=tier, credits=credits)
            for tier, credits in listing.tariff.items()
        )
    for route in routes.filter(image_model__name=EDIT, provider__dialect="jobs"):
        routes.get_or_create(
            image_model=image_model, provider=route.provider, defaults={"upstream_name": TEXT, "cost": route.cost}
        )


class Migration(migrations.Migration):
    dependencies = [("generations", "0005_served_jobs")]
    operations = [
        migrations.RunPython(widen, migrations.RunPython.noop),
        migrations.RunPython(offer_text, migrations.RunPython.noop),
    ]
