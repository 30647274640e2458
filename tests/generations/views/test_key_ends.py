"""When an API key lets a script in and when it does not: revoked, expired, let go, capped."""

from typing import Any

import pytest
import time_machine
from django.test import RequestFactory
from django.urls import reverse
from django.utils.html import escape

from accounts import caps, keyring, teams
from accounts.keyring import Wish
from accounts.keys import find_key
from accounts.models import ApiKey, Role, Scope
from generations.api.callers import caller_of
from generations.dialects.serving import Refused, Why
from tests.generations.views.keyring import FORM, PAGE, WISH, shown, text


def call(key: str, scope: Scope = Scope.CREATE) -> Any:
    """Who a script with this key is; or why it is turned away."""
    request = RequestFactory().post("/v1/videos", headers={"authorization": f"Bearer {key}"})
    try:
        return caller_of(request, scope)
    except Refused as refused:
        return refused.refusal.why


def test_a_revoked_key_is_turned_away_from_the_next_call_on(at_bobs):
    plain = shown(at_bobs.post(PAGE, FORM))
    assert call(plain).key.name == "nightly"
    answer = at_bobs.post(reverse("revoke_key", args=[ApiKey.objects.get().pk]), follow=True)
    assert "is revoked. It opens nothing any more." in text(answer)
    assert call(plain) == Why.BAD_KEY


def test_an_owner_revokes_the_key_of_a_member(at_bobs, at_alices):
    plain = shown(at_bobs.post(PAGE, FORM))
    assert at_alices.post(reverse("revoke_key", args=[ApiKey.objects.get().pk])).url == PAGE
    assert call(plain) == Why.BAD_KEY


def test_an_expired_key_is_turned_away(at_bobs):
    with time_machine.travel("2026-03-14T12:00:00Z") as clock:
        plain = shown(at_bobs.post(PAGE, FORM | {"expires": "2026-03-14"}))
        clock.move_to("2026-03-14T23:59:58Z")
        assert call(plain).key.name == "nightly"
        clock.move_to("2026-03-15T00:00:00Z")
        assert call(plain) == Why.BAD_KEY


def test_the_key_of_one_who_was_let_go_or_only_looks_on_is_turned_away(alice, bob, at_bobs):
    plain = shown(at_bobs.post(PAGE, FORM))
    teams.change_role(alice, bob, Role.VIEWER)
    assert call(plain) == Why.FORBIDDEN
    assert call(plain, Scope.READ).member == bob
    teams.let_go(alice, bob)
    assert call(plain) == call(plain, Scope.READ) == Why.BAD_KEY


def test_a_key_may_no_more_than_its_scopes_say(at_bobs):
    plain = shown(at_bobs.post(PAGE, FORM | {"scopes": ["read"]}))
    assert call(plain, Scope.CREATE) == call(plain, Scope.HOOKS) == Why.FORBIDDEN
    assert call(plain, Scope.READ).key == find_key(plain)


@pytest.mark.parametrize("who", ["at_alices", "at_bobs"])
def test_the_caps_of_a_key_are_set_by_its_member_and_by_an_owner(who, bob, request):
    key = keyring.make(bob, WISH).key
    browser = request.getfixturevalue(who)
    for most in ((10, None, 300), (None, None, None)):
        typed = {field: "" if cap is None else cap for field, cap in zip(caps.FIELDS, most, strict=True)}
        answer = browser.post(reverse("key_caps", args=[key.pk]), typed, follow=True)
        assert escape(f"The caps of {key} are set.") in answer.content.decode()
        assert ApiKey.objects.values_list(*caps.FIELDS).get() == most


@pytest.mark.parametrize("cap", ["-1", "1.5", "many", "10000000000"])
def test_a_cap_that_will_not_do_is_said_at_its_field(bob, at_bobs, cap):
    key = keyring.make(bob, Wish("nightly", ["read"], [], (None, 40, None))).key
    answer = at_bobs.post(reverse("key_caps", args=[key.pk]), {"cap_day": "5", "cap_month": cap})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert page.count('aria-invalid="true"') == 1
    assert f'id="caps_{key.pk}_cap_month_error"' in page
    assert '<details class="details" open>' in page
    assert "This month 0 of 40" in text(answer)
    assert ApiKey.objects.values_list(*caps.FIELDS).get() == (None, 40, None)
