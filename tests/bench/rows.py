"""The rows that a scene begins with, written in bulk: who makes the pictures, and generations that are held for."""

import uuid
from typing import Any

from django.db import connection

from accounts import credits
from accounts.models import Member
from generations.brief import Brief
from generations.models import Generation, ImageModel, Job, Provider, Route

PRICE = 10


def provider(base_url: str, dialect: str, image_model: str) -> Provider:
    """The scripted provider, and the route that leads to it."""
    made = Provider(name=f"Scripted {dialect}", dialect=dialect, base_url=base_url, is_enabled=True)
    made.api_key = "good-key"
    made.save()
    Route.objects.create(image_model=ImageModel.objects.get(name=image_model), provider=made, upstream_name=image_model)
    return made


def generations(image_model: str, prompt: str, count: int, **fields: Any) -> list[Generation]:
    """That many generations of one job, each with its hold."""
    member, chosen = Member.objects.get(), ImageModel.objects.get(name=image_model)
    brief = Brief(prompt, image_model).shaped("1:1", "1K")
    job = Job.objects.create(
        team_id=member.team_id,
        member=member,
        image_model=chosen,
        brief_json=brief.to_json(),
        prompt=prompt,
        count=count,
        tariff=chosen.tariff,
        key=uuid.uuid4().hex,
    )
    made = Generation.objects.bulk_create(
        Generation(job=job, member=member, position=position, held=PRICE, **fields) for position in range(count)
    )
    credits.hold(member, {generation.pk: PRICE for generation in made})
    return made


def settle_in() -> None:
    """Count the rows, as a database that was not filled a moment ago has done by itself."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
