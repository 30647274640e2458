"""Writes generations that a provider has accepted, so that a scene can begin in the middle.

`main(count, base_url, pause, rate)`: the first question falls due within `pause` seconds. After a first breath `rate`
of them are done each second; with none, none ever is.
"""

import random
import time
from datetime import timedelta

from django.utils import timezone

from generations.models import Attempt, Generation, Provider, Stage, State
from tests.bench import rows

VIDEOS = "gpt-image-2"
NEVER = 9_999_999_999.0
BREATH = 15.0
"""Seconds until the first of them is done: the workers have started by then."""


def main(count: str, base_url: str, pause: str, rate: str) -> None:
    provider = rows.provider(base_url, "videos", VIDEOS)
    generations = rows.generations(VIDEOS, "a lighthouse", int(count), state=State.RUNNING)
    Attempt.objects.bulk_create(
        _attempt(generation, provider, number, float(pause), float(rate))
        for number, generation in enumerate(generations)
    )
    rows.settle_in()


def _attempt(generation: Generation, provider: Provider, number: int, pause: float, rate: float) -> Attempt:
    now = timezone.now()
    ready = time.time() + BREATH + number / rate if rate else NEVER
    return Attempt(
        generation=generation,
        provider=provider,
        stage=Stage.ACCEPTED,
        upstream_name=VIDEOS,
        upstream_id=f"{ready:.3f}-{number}",
        due_at=now + timedelta(seconds=random.uniform(0, pause)),
        deadline=now + timedelta(hours=1),
    )
