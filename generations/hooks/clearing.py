"""How long is it kept what was told to whom? For a month after its last try; then it is cleared away."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from generations.models import Delivery

KEPT = timedelta(days=30)
"""Ten times as long as an event is tried: whoever finds a receiver broken after a holiday can still send all again."""
AT_ONCE = 500
"""Deliveries that one transaction clears away: nobody waits long for it, and the next sweep goes on."""


def clear() -> None:
    """Clear some of what is over away. What is on its way stays, however old; so does what was sent again lately.

    Sweeps that come together take other rows each, so none waits for another.
    """
    old = Delivery.objects.over_since(timezone.now() - KEPT)
    if not old.exists():  # a transaction would take SQLite's lock, at every sweep
        return
    with transaction.atomic():
        oldest = old.select_for_update(skip_locked=True).order_by("tried").values_list("pk", flat=True)
        Delivery.objects.filter(pk__in=list(oldest[:AT_ONCE])).delete()
