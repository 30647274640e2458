"""Writes generations that wait to be sent over a wire that holds the line until the picture is there, and rings."""

import time
from datetime import timedelta

from django.utils import timezone

from generations import tasks
from generations.engine import Bell
from generations.engine.bells import SUBMIT
from generations.engine.sweep import RING_AGAIN
from tests.bench import rows

VIP = "gpt-image-2-vip"


def main(count: str, prompt: str, base_url: str = "") -> None:
    """`base_url` makes the provider, the first time. Prints the moment of the first bell."""
    if base_url:
        rows.provider(base_url, "images-vip", VIP)
    # As the intake does: a sweep rings for them only when these bells are lost.
    rows.generations(VIP, prompt, int(count), ring_at=timezone.now() + timedelta(seconds=RING_AGAIN))
    rows.settle_in()
    print(time.time(), flush=True)
    tasks.ring([Bell(SUBMIT)] * int(count))
