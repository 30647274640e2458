"""A held line keeps its lease for as long as its worker lives."""

import threading
import time
from datetime import timedelta

import pytest
from django.db.backends.signals import connection_created
from django.utils import timezone

from generations.engine import leases
from generations.models import Attempt
from tests.generations.factories import AttemptFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_heart_that_stumbles_over_anything_beats_on(monkeypatch):
    stumbled: list[str] = []

    def stumble(**_) -> None:
        if threading.current_thread().name == "lease-heart" and not stumbled:
            stumbled.append("once")
            raise RuntimeError("no error of a database's")

    monkeypatch.setattr(leases, "BEAT", 0.05)
    monkeypatch.setattr(leases, "_heart", None)
    lapsed = timezone.now() - timedelta(seconds=1)
    attempt = AttemptFactory(lease=leases.new_lease(), lease_until=lapsed)
    connection_created.connect(stumble)
    try:
        with leases.holding(attempt):
            for _ in range(200):
                if Attempt.objects.get().lease_until > lapsed:
                    break
                time.sleep(0.05)
    finally:
        connection_created.disconnect(stumble)
    assert stumbled
    assert Attempt.objects.get().lease_until > lapsed
