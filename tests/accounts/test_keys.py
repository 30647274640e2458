"""Keys of scripts: how they look, and to whom they belong."""

import re

import pytest
from django.utils import timezone

from accounts.keys import derived_key, find_key, is_wellformed, keep_key, new_key
from accounts.models import ApiKey, Member


def test_a_key_can_be_told_by_its_looks() -> None:
    assert re.fullmatch(r"gs_live_[0-9A-Za-z]{38}", new_key())
    assert is_wellformed(new_key())
    assert new_key() != new_key()


def test_a_typing_error_is_seen_without_a_look_up() -> None:
    key = new_key()
    for place in range(8, len(key)):
        wrong = key[:place] + ("a" if key[place] != "a" else "b") + key[place + 1 :]
        assert not is_wellformed(wrong)


@pytest.mark.parametrize("text", ["", "gs_live_", "sk-123", "gs_live_" + "0" * 38, "gs_live_" + "é" * 38])
def test_what_is_no_key_is_no_key(text: str) -> None:
    assert not is_wellformed(text)


def test_a_derived_key_is_the_same_each_time_and_for_one_purpose() -> None:
    assert derived_key("bootstrap:1:0") == derived_key("bootstrap:1:0") != derived_key("bootstrap:2:0")
    assert is_wellformed(derived_key("bootstrap:1:0"))


def test_a_key_leads_to_its_member_and_is_not_kept(bob: Member) -> None:
    key = new_key()
    kept = keep_key(bob, "nightly", key)
    found = find_key(key)
    assert found == kept
    assert found.member.team == bob.team
    assert found.ending == key[-4:]
    assert key not in str(ApiKey.objects.values().get())
    assert find_key(new_key()) is None
    assert find_key(key[:-1]) is None


def test_a_revoked_key_opens_nothing(bob: Member) -> None:
    key = new_key()
    keep_key(bob, "nightly", key)
    ApiKey.objects.update(revoked=timezone.now())
    assert find_key(key) is None


def test_the_key_of_one_who_left_opens_nothing(bob: Member) -> None:
    key = new_key()
    keep_key(bob, "nightly", key)
    Member.objects.filter(pk=bob.pk).update(is_active=False)
    assert find_key(key) is None


def test_the_key_of_a_person_who_was_switched_off_opens_nothing(bob: Member) -> None:
    key = new_key()
    keep_key(bob, "nightly", key)
    type(bob.user).objects.filter(pk=bob.user_id).update(is_active=False)
    assert find_key(key) is None
