"""What people keep about themselves: a profile and a password."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import links
from accounts.models import Member, User
from tests.factories import PASSWORD

BrowserOf = Callable[[Member], Client]
NEW = "nine restless herons"
CHANGE = {"new_password1": NEW, "new_password2": NEW}


def change(client: Client, **sent: str) -> Any:
    return client.post(reverse("account_change_password"), CHANGE | sent)


def has_password(member: Member, password: str) -> bool:
    return User.objects.get(pk=member.user_id).check_password(password)


def by_link(member: Member) -> Client:
    """A browser in which the member has just come in by a link."""
    client = Client()
    client.post(links.sign_in_link(member.user).removeprefix(settings.PUBLIC_URL))
    return client


def test_name_language_and_theme_are_kept_and_used(bob: Member, browser_of: BrowserOf) -> None:
    browser = browser_of(bob)
    browser.post(reverse("profile"), {"name": "Robert", "language": "zh-hans", "theme": "dark"})
    page = browser.get(reverse("profile")).content.decode()
    assert '<html lang="zh-hans" data-theme="dark">' in page
    assert 'value="Robert"' in page


@pytest.mark.parametrize("wrong", [{"name": "N" * 81}, {"language": "tlh"}, {"theme": "neon"}, {"theme": '"><script>'}])
def test_a_profile_that_will_not_do_says_so_and_keeps_the_rest(
    bob: Member, browser_of: BrowserOf, wrong: dict[str, str]
) -> None:
    page = browser_of(bob).post(reverse("profile"), {"name": "Robert", "language": "", "theme": ""} | wrong)
    assert page.context["form"].errors.keys() == wrong.keys()
    assert page.context["user"].name == "Bob"
    assert User.objects.get(pk=bob.user_id).name == "Bob"


def test_the_old_password_comes_before_the_new(dora: Member, browser_of: BrowserOf) -> None:
    browser = browser_of(dora)
    assert change(browser).context["form"].errors["old_password"]
    assert change(browser, old_password="wrong").context["form"].errors["old_password"]
    assert has_password(dora, PASSWORD)
    assert change(browser, old_password=PASSWORD).url == reverse("profile")
    assert has_password(dora, NEW)


def test_a_new_password_ends_every_other_session(dora: Member, browser_of: BrowserOf) -> None:
    here, elsewhere = browser_of(dora), browser_of(dora)
    change(here, old_password=PASSWORD)
    assert here.get(reverse("profile")).status_code == 200
    assert elsewhere.get(reverse("profile")).status_code == 302


def test_one_who_has_none_chooses_one(bob: Member, browser_of: BrowserOf) -> None:
    change(browser_of(bob))
    assert has_password(bob, NEW)


def test_one_who_forgot_it_and_came_by_a_link_chooses_another(dora: Member) -> None:
    browser = by_link(dora)
    assert "old_password" not in browser.get(reverse("account_change_password")).context["form"].fields
    change(browser)
    assert has_password(dora, NEW)


def test_a_link_stands_in_for_the_old_password_once_and_not_for_long(dora: Member) -> None:
    browser = by_link(dora)
    change(browser)
    assert change(browser, new_password1=PASSWORD, new_password2=PASSWORD).context["form"].errors["old_password"]
    late = by_link(Member.objects.get(pk=dora.pk))
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert change(late).context["form"].errors["old_password"]


@pytest.mark.parametrize("weak", ["short", "password123", "dora@example.com"])
def test_a_weak_password_is_refused(dora: Member, browser_of: BrowserOf, weak: str) -> None:
    page = change(browser_of(dora), old_password=PASSWORD, new_password1=weak, new_password2=weak)
    assert page.context["form"].errors
    assert has_password(dora, PASSWORD)


def test_the_old_password_is_guessed_five_times_a_minute(dora: Member, browser_of: BrowserOf) -> None:
    browser = browser_of(dora)
    answers = [change(browser, old_password="wrong").status_code for _ in range(7)]
    assert answers == [200] * 5 + [429] * 2
    assert "Please wait a few minutes" in change(browser, old_password=PASSWORD).content.decode()
    assert has_password(dora, PASSWORD)
