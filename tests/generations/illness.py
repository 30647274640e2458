"""What the engine writes of a provider that fails, and the moment at which it does."""

from datetime import UTC, datetime
from typing import Any

import pytest

from generations.faults import Kind
from generations.models import WELL as UNSHUT
from generations.models import Provider

SINCE, UNTIL = datetime(2126, 3, 2, 12, 0, tzinfo=UTC), datetime(2126, 3, 2, 12, 1, tzinfo=UTC)
"""Far off, so that no clock brings it back meanwhile."""
WELL = tuple(UNSHUT.values())
ILL = (5, Kind.NOT_STARTED, SINCE, SINCE, UNTIL)


def fall_ill(provider: Provider, kind: Kind = Kind.NOT_STARTED) -> None:
    _shut(kind, pk=provider.pk)


def health_of(provider: Provider) -> tuple[Any, ...]:
    fields = tuple(UNSHUT)
    return Provider.objects.values_list(*fields).get(pk=provider.pk)


def falls_ill_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    """A provider that is looked over before it is saved falls ill at that moment."""
    look_over = Provider.full_clean

    def fall_ill_and_look_over(provider: Provider, *args: Any, **kwargs: Any) -> None:
        _shut(Kind.NOT_STARTED, pk=provider.pk)
        look_over(provider, *args, **kwargs)

    monkeypatch.setattr(Provider, "full_clean", fall_ill_and_look_over)


def _shut(kind: Kind, **which: Any) -> None:
    ill = {"failures": 5, "shut_for": kind, "shut_since": SINCE, "shut_at": SINCE, "shut_until": UNTIL}
    Provider.objects.filter(**which).update(**ill)
