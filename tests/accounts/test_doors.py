"""Coming in: by password, by a link, and what those who have neither are told."""

import socket
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

from accounts import links
from accounts.models import Member, User
from tests.accounts.letters import letters_to, link_in
from tests.accounts.races import at_once
from tests.factories import PASSWORD, MemberFactory, UserFactory

BrowserOf = Callable[[Member], Client]
DOOR = "/sign-in/"
LINK = "/sign-in/link/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def dora(db: None) -> Member:
    """A member with a password."""
    return MemberFactory(user=UserFactory(email="dora@example.com", password=PASSWORD))


def knock(client: Client, email: str, password: str, **sent: Any) -> Any:
    return client.post(DOOR, {"login": email, "password": password, **sent})


def is_inside(client: Client) -> bool:
    return client.get(reverse("profile")).status_code == 200


def path_of(link: str) -> str:
    return link.removeprefix(settings.PUBLIC_URL)


# --- by a password --------------------------------------------------------------------------------


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


# --- by a link ------------------------------------------------------------------------------------


def test_a_link_shows_whom_it_lets_in_and_its_button_does(dora: Member, client: Client) -> None:
    path = path_of(links.sign_in_link(dora.user))
    assert "dora@example.com" in client.get(path).content.decode()
    assert not is_inside(client)
    assert client.post(path).url == reverse("create")
    assert is_inside(client)


def test_a_link_works_once(dora: Member) -> None:
    path = path_of(links.sign_in_link(dora.user))
    assert Client().post(path).status_code == 302
    for again in (Client().get(path), Client().post(path)):
        assert again.status_code == 404
        assert "This link no longer works" in again.content.decode()


def test_links_used_within_one_second_work_once_as_well(dora: Member) -> None:
    with time_machine.travel(timezone.now().replace(microsecond=0), tick=False) as clock:
        Client().post(path_of(links.sign_in_link(dora.user)))
        clock.shift(timedelta(microseconds=1))
        dora.user.refresh_from_db()
        path = path_of(links.sign_in_link(dora.user))
        clock.shift(timedelta(microseconds=1))
        assert Client().post(path).status_code == 302
        clock.shift(timedelta(microseconds=1))
        assert Client().post(path).status_code == 404


def test_looking_at_a_link_does_not_spend_it(dora: Member, client: Client) -> None:
    path = path_of(links.sign_in_link(dora.user))
    for _ in range(3):
        assert Client().get(path).status_code == 200
        assert Client().head(path).status_code == 200
    assert client.post(path).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_many_presses_at_once_one_comes_in(dora: Member) -> None:
    path = path_of(links.sign_in_link(dora.user))
    answers = at_once(*(partial(Client().post, path) for _ in range(12)))
    assert sorted(answer.status_code for answer in answers) == [302] + [404] * 11


def test_a_link_lives_for_an_hour(dora: Member) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        path = path_of(links.sign_in_link(dora.user))
        clock.shift(timedelta(seconds=settings.SIGN_IN_LINK_LIFE))
        assert Client().get(path).status_code == 200
        clock.shift(timedelta(seconds=1))
        assert Client().get(path).status_code == 404


def test_signing_in_by_password_ends_a_link(dora: Member, client: Client) -> None:
    path = path_of(links.sign_in_link(dora.user))
    knock(client, "dora@example.com", PASSWORD)
    assert Client().get(path).status_code == 404


def test_a_new_password_ends_a_link(dora: Member) -> None:
    path = path_of(links.sign_in_link(dora.user))
    dora.user.set_password("another long password")
    dora.user.save()
    assert Client().get(path).status_code == 404


def test_a_link_lets_in_nobody_else(dora: Member, alice: Member) -> None:
    _, _, hers, token, _ = path_of(links.sign_in_link(dora.user)).split("/")
    _, _, alices, _, _ = path_of(links.sign_in_link(alice.user)).split("/")
    assert Client().get(reverse("sign_in", args=(hers, token))).status_code == 200
    assert Client().get(reverse("sign_in", args=(alices, token))).status_code == 404


@pytest.mark.parametrize("person", ["0", "zzz", "zzzzzzzzzzzzz", "z" * 40, "-1", "é", "%00"])
def test_what_is_no_link_is_no_link(person: str, client: Client) -> None:
    assert client.get(f"/sign-in/{person}/abc-def/").status_code == 404


def test_one_who_was_switched_off_has_no_link(dora: Member) -> None:
    path = path_of(links.sign_in_link(dora.user))
    User.objects.update(is_active=False)
    assert Client().post(path).status_code == 404


def test_a_link_replaces_whoever_was_signed_in(dora: Member, alice: Member, browser_of: BrowserOf) -> None:
    browser = browser_of(alice)
    browser.post(path_of(links.sign_in_link(dora.user)))
    assert browser.get(reverse("profile")).context["user"] == dora.user


def test_a_link_is_sent_to_the_one_who_asks(dora: Member, client: Client) -> None:
    answer = client.post(LINK, {"email": "Dora@example.com", "next": "/team/"}, follow=True)
    assert "a sign-in link is on its way" in answer.content.decode()
    [letter] = letters_to("dora@example.com")
    assert client.post(link_in(letter)).url == "/team/"


def test_the_known_and_the_unknown_are_told_the_same(dora: Member) -> None:
    User.objects.create_user("off@example.com", is_active=False)
    pages = [
        Client().post(LINK, {"email": email}, follow=True)
        for email in ("dora@example.com", "nora@example.com", "off@example.com")
    ]
    assert len({str(list(page.context["messages"])) for page in pages}) == 1
    assert len({(page.status_code, len(page.content)) for page in pages}) == 1
    assert letters_to("nora@example.com") == letters_to("off@example.com") == []


@pytest.mark.parametrize("email", ["dora@example.com", "nora@example.com"])
def test_an_address_is_written_to_three_times_a_minute(dora: Member, client: Client, email: str) -> None:
    answers = [client.post(LINK, {"email": email}).status_code for _ in range(5)]
    assert answers == [302, 302, 302, 429, 429]
    assert len(letters_to(email)) == (3 if email == "dora@example.com" else 0)


def test_what_is_no_address_is_said_at_the_field(client: Client) -> None:
    page = client.post(LINK, {"email": "dora"}).content.decode()
    assert 'aria-invalid="true"' in page
    assert 'value="dora"' in page


def test_a_mail_server_that_is_down_holds_nobody_and_tells_nothing(
    dora: Member, client: Client, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as taken:  # bound and not listening: whoever calls is refused
        taken.bind(("127.0.0.1", 0))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = taken.getsockname()
        assert client.post(LINK, {"email": "dora@example.com"}).status_code == 302
        assert letters_to("dora@example.com") == []
    assert "a letter could not be sent" in caplog.text


def test_a_letter_speaks_the_language_of_its_reader(dora: Member, client: Client) -> None:
    User.objects.update(language="zh-hans")
    client.post(LINK, {"email": "dora@example.com"}, headers={"Accept-Language": "en"})
    [letter] = letters_to("dora@example.com")
    assert client.get(link_in(letter)).status_code == 200
