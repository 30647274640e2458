"""A held line keeps its lease for as long as its worker lives."""

import threading
import time
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from generations.engine import leases
from generations.models import Attempt
from tests.generations.factories import AttemptFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_heart_that_stumbles_over_anything_beats_on(monkeypatch):
    stumbled: set[threading.Thread] = set()
    lease_end = leases.lease_end

    def stumble_once_in_each() -> datetime:
        """In each heart, for one that an earlier test woke may still beat beside this one's."""
        thread = threading.current_thread()
        if thread.name == "lease-heart" and thread not in stumbled:
            stumbled.add(thread)
            raise RuntimeError("no error of a database's")
        return lease_end()

    monkeypatch.setattr(leases, "BEAT", 0.05)
    monkeypatch.setattr(leases, "_heart", None)
    monkeypatch.setattr(leases, "lease_end", stumble_once_in_each)
    lapsed = timezone.now() - timedelta(seconds=1)
    attempt = AttemptFactory(lease=leases.new_lease(), lease_until=lapsed)
    with leases.holding(attempt):
        for _ in range(200):
            if Attempt.objects.get().lease_until > lapsed:
                break
            time.sleep(0.05)
    assert stumbled
    assert Attempt.objects.get().lease_until > lapsed
