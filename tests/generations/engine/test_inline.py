"""A picture inside a paid answer is nowhere else: a storage that stumbles must not cost it."""

import errno
from importlib import import_module

import pytest

from generations.models import State
from generations.vault import DurableStorage
from tests.generations.driving import finish

pytestmark = pytest.mark.django_db(transaction=True)


class Stumbling(DurableStorage):
    """Away for the first few files that are to be staged."""

    left = 3

    def _save(self, name, content):
        if name.startswith("staged/") and Stumbling.left:
            Stumbling.left -= 1
            raise OSError(errno.EIO, "the storage is away")
        return super()._save(name, content)


@pytest.fixture
def stumbling(settings, tmp_path, monkeypatch):
    backend = f"{__name__}.Stumbling"
    options = {"location": str(tmp_path / "media")}
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": backend, "OPTIONS": options}}
    monkeypatch.setattr(Stumbling, "left", 3)
    monkeypatch.setattr(import_module("generations.engine.submit"), "PAUSES", (0.01,) * 5)


def test_a_paid_answer_outlives_a_moment_without_storage(provider, ask, upstream, stumbling):
    provider("images-vip")
    (generation,) = finish(ask("gpt-image-2-vip", "a lamp [form=b64]", shape=("1:1", "1K")))
    assert generation.state == State.SUCCEEDED
    assert Stumbling.left == 0
    assert len(upstream.log()) == 1
