"""Who comes in by a password, for how long, and what are those told who do not?"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from accounts.models import Member, User
from tests.accounts.doors import DOOR, is_inside, knock
from tests.accounts.races import at_once
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("email", ["dora@example.com", "Dora@Example.COM", " dora@example.com "])
def test_address_and_password_let_one_in(dora: Member, client: Client, email: str) -> None:
    answer = knock(client, email, PASSWORD)
    assert (answer.status_code, answer.url) == (302, reverse("create"))
    assert is_inside(client)


def test_one_comes_back_to_where_one_was_going(dora: Member, client: Client) -> None:
    assert knock(client, "dora@example.com", PASSWORD, next="/team/statement/").url == "/team/statement/"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_the_door_leads_nowhere_else(dora: Member, client: Client, elsewhere: str) -> None:
    assert knock(client, "dora@example.com", PASSWORD, next=elsewhere).url == reverse("create")


def test_the_unknown_and_the_mistaken_are_told_the_same(dora: Member, client: Client) -> None:
    mistaken = knock(client, "dora@example.com", "wrong")
    unknown = knock(client, "nora@example.com", "wrong")
    assert mistaken.status_code == unknown.status_code == 200
    assert mistaken.context["form"].errors == unknown.context["form"].errors
    assert "The e-mail address or the password is not right." in mistaken.content.decode()
    assert not is_inside(client)


def test_one_without_a_password_is_not_let_in_by_one(client: Client) -> None:
    UserFactory(email="alice@example.com")
    for password in ("", "!", "None"):
        knock(client, "alice@example.com", password)
    assert not is_inside(client)


def test_one_who_was_switched_off_stays_outside(dora: Member, client: Client) -> None:
    User.objects.update(is_active=False)
    assert knock(client, "dora@example.com", PASSWORD).status_code == 403
    assert not is_inside(client)


def test_five_wrong_passwords_close_the_door_for_an_address(dora: Member, client: Client) -> None:
    for _ in range(5):
        assert "not right" in knock(client, "dora@example.com", "wrong").content.decode()
    assert "Too many attempts" in knock(client, "dora@example.com", PASSWORD).content.decode()
    assert not is_inside(client)


def test_the_door_opens_again_after_five_minutes(dora: Member, client: Client) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(6):
            knock(client, "dora@example.com", "wrong")
        clock.shift(timedelta(seconds=301))
        assert knock(client, "dora@example.com", PASSWORD).status_code == 302


@pytest.mark.parametrize(
    "disguise",
    [
        lambda number: {"X-Forwarded-For": f"203.0.113.{number}"},
        lambda number: {"X-Real-IP": f"203.0.113.{number}"},
        lambda number: {"Forwarded": f"for=203.0.113.{number}"},
        lambda number: {"Host": f"localhost:{1000 + number}"},
        lambda number: {"User-Agent": f"browser {number}"},
    ],
)
def test_no_header_buys_more_tries(dora: Member, client: Client, disguise: Callable[[int], dict[str, str]]) -> None:
    tried = [
        client.post(DOOR, {"login": "dora@example.com", "password": "wrong"}, headers=disguise(number))
        for number in range(9)
    ]
    evaluated = [answer for answer in tried if "not right" in answer.content.decode()]
    assert len(evaluated) == 5


def test_behind_a_proxy_the_address_is_the_one_that_the_proxy_saw(client: Client, settings: Any) -> None:
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    tried = [
        client.post(
            DOOR,
            {"login": f"nobody-{number}@example.com", "password": "wrong"},
            headers={"X-Forwarded-For": f"203.0.113.{number}, 198.51.100.7"},
        )
        for number in range(15)
    ]
    assert sum("not right" in answer.content.decode() for answer in tried) == 10


def test_one_machine_tries_ten_times_a_minute_whatever_the_address(client: Client) -> None:
    tried = [knock(client, f"nobody-{number}@example.com", "wrong") for number in range(15)]
    assert sum("not right" in answer.content.decode() for answer in tried) == 10


@pytest.mark.django_db(transaction=True)
def test_many_tries_at_once_are_counted_too(dora: Member) -> None:
    answers = at_once(*(partial(knock, Client(), "dora@example.com", "wrong") for _ in range(12)))
    assert sum("not right" in answer.content.decode() for answer in answers) <= 5


def test_a_session_planted_before_signing_in_is_worthless_after(dora: Member, client: Client) -> None:
    session = client.session
    session["planted"] = True
    session.save()
    planted = session.session_key
    knock(client, "dora@example.com", PASSWORD)
    assert client.session.session_key != planted
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert not is_inside(thief)


def test_signing_out_ends_the_session(dora: Member, client: Client) -> None:
    knock(client, "dora@example.com", PASSWORD)
    stolen = Client()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert is_inside(stolen)
    client.post(reverse("account_logout"))
    assert not is_inside(client)
    assert not is_inside(stolen)


def test_a_link_on_another_page_signs_nobody_out(dora: Member, client: Client) -> None:
    knock(client, "dora@example.com", PASSWORD)
    assert client.get(reverse("account_logout")).status_code == 200
    assert is_inside(client)


def test_the_session_is_for_this_site_and_no_script(dora: Member, client: Client) -> None:
    knock(client, "dora@example.com", PASSWORD)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 14 * 24 * 3600)


@pytest.mark.parametrize(
    "name", ["account_signup", "account_reset_password", "account_email", "account_reauthenticate"]
)
def test_no_other_door_of_the_library_is_open(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_one_who_is_in_no_team_is_told_so(client: Client) -> None:
    UserFactory(email="nora@example.com", password=PASSWORD)
    answer = client.post(DOOR, {"login": "nora@example.com", "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("profile")
    assert "You are in no team." in answer.content.decode()


def test_a_person_is_spoken_to_in_their_own_language(dora: Member, client: Client) -> None:
    User.objects.update(language="zh-hans")
    answer = knock(client, "dora@example.com", PASSWORD)
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "zh-hans"
    assert '<html lang="zh-hans"' in client.get(reverse("profile")).content.decode()


def test_the_desk_is_behind_the_same_door(dora: Member, client: Client) -> None:
    answer = client.get("/admin/", follow=True)
    assert answer.request["PATH_INFO"] == DOOR
    knock(client, "dora@example.com", PASSWORD)
    assert client.get("/admin/", follow=True).status_code == 403
