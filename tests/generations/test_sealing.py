"""Upstream keys at rest."""

import pytest

from generations.sealing import Unsealable, seal, unseal


def test_a_sealed_key_opens_again_and_does_not_show_itself():
    sealed = seal("sk-upstream-secret")
    assert "secret" not in sealed
    assert unseal(sealed) == "sk-upstream-secret"


def test_nothing_stays_nothing():
    assert seal("") == ""
    assert unseal("") == ""


def test_a_former_secret_still_opens_what_it_sealed(settings):
    sealed = seal("sk-upstream-secret")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret, quite as long as the first was"
    assert unseal(sealed) == "sk-upstream-secret"


def test_another_secret_does_not_open_it(settings):
    sealed = seal("sk-upstream-secret")
    settings.SECRET_KEY = "another secret, quite as long as the first was"
    with pytest.raises(Unsealable):
        unseal(sealed)
