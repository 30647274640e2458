"""Whom does a sign-in link let in, how often, and who is sent one?"""

import socket
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import links
from accounts.models import Member, User
from tests.accounts.doors import is_inside, knock
from tests.accounts.letters import letters_to, link_in
from tests.accounts.races import at_once
from tests.factories import PASSWORD

BrowserOf = Callable[[Member], Client]
LINK = "/sign-in/link/"

pytestmark = pytest.mark.django_db


def path_of(link: str) -> str:
    return link.removeprefix(settings.PUBLIC_URL)


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
