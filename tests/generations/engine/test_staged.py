"""Bytes that came inside an answer are the only copy of a picture that was paid for."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from generations import engine
from generations.engine.leases import new_lease
from generations.models import Attempt, Stage, State
from generations.vault import DurableStorage
from tests.generations.driving import answer, deliver

pytestmark = pytest.mark.django_db(transaction=True)

VIP, SQUARE = "gpt-image-2-vip", ("1:1", "1K")


class Stuck(DurableStorage):
    """A disk from which nothing can be taken away."""

    def delete(self, name):
        raise OSError("read-only file system")


@pytest.fixture
def staged(provider, ask) -> Path:
    """Where the bytes of Alice's lamp lie, delivered and not brought home yet."""
    provider("images-vip")
    ask(VIP, "a lamp [form=b64]", shape=SQUARE)
    deliver()
    return Path(default_storage.path(Attempt.objects.get().result["staged"]))


def collect() -> None:
    answer(engine.Bell("collect", Attempt.objects.get().pk))


def test_a_picture_that_is_kept_needs_its_staged_bytes_no_more(staged):
    collect()
    assert (Attempt.objects.get().stage, staged.exists()) == (Stage.KEPT, False)


def test_bytes_that_are_no_picture_are_dropped(staged):
    staged.write_bytes(b"no picture")
    collect()
    assert (Attempt.objects.get().stage, staged.exists()) == (Stage.FAILED, False)


def test_who_has_lost_the_lease_leaves_the_bytes_to_the_next(staged):
    staged.write_bytes(b"no picture")
    taken: list[str] = []

    def take(execute, sql, params, many, context):
        if 'UPDATE "generations_attempt"' in sql and Stage.FAILED in params and not taken:
            taken.append(new_lease())
            Attempt.objects.update(lease=taken[0])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(take):
        collect()
    assert taken
    assert (Attempt.objects.get().stage, staged.exists()) == (Stage.DELIVERED, True)


def test_bytes_that_find_no_place_by_their_deadline_are_there_for_the_day_that_they_do(staged, monkeypatch):
    def full(self, name, content):
        raise OSError("no space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(DurableStorage, "_save", full)
        Attempt.objects.update(deadline=timezone.now() - timedelta(seconds=1))
        collect()
        assert Attempt.objects.get().generation.state == State.FAILED
        Attempt.objects.update(deadline=timezone.now() - timedelta(days=2))
        collect()
    assert (Attempt.objects.get().stage, staged.exists()) == (Stage.UNKNOWN, True)


def test_a_picture_is_kept_though_its_staged_bytes_cannot_be_dropped(staged, settings):
    options = settings.STORAGES["default"]["OPTIONS"]
    backend = {"BACKEND": "tests.generations.engine.test_staged.Stuck", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    collect()
    assert (Attempt.objects.get().stage, staged.exists()) == (Stage.KEPT, True)
