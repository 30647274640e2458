"""A webhook that does nothing but fail for five days is switched off, and whoever made it gets one letter."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import post
from accounts.models import Member
from generations.hooks import switching
from generations.models import Off, Reply, Webhook
from tests.generations.hooks.conftest import deliver_all

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def letters(mailoutbox):
    """What has left, once the postman has come back."""

    def collected():
        post.POSTMAN.submit(lambda: None).result()
        return mailoutbox

    return collected


def failing_for(webhook: Webhook, **time: int) -> None:
    Webhook.objects.filter(pk=webhook.pk).update(failing_since=timezone.now() - timedelta(**time))


def test_the_first_failure_is_noted_and_a_success_forgets_it(webhook):
    switching.note(webhook, Reply.SLOW)
    since = Webhook.objects.get().failing_since
    assert since is not None
    switching.note(webhook, Reply.STATUS)
    assert Webhook.objects.get().failing_since == since
    switching.note(webhook, Reply.TAKEN)
    assert Webhook.objects.get().failing_since is None


def test_less_than_five_days_of_failure_change_nothing(webhook, letters):
    failing_for(webhook, days=4, hours=23)
    switching.note(webhook, Reply.STATUS)
    assert Webhook.objects.get().is_on
    assert letters() == []


def test_five_days_of_failure_switch_it_off_with_one_letter(alice, webhook, ended, receiver, letters):
    receiver.answers(500)
    failing_for(webhook, days=5)
    ended(alice)
    deliver_all()
    switching.note(webhook, Reply.STATUS)
    assert (Webhook.objects.get().is_on, Webhook.objects.get().disabled_for) == (False, Off.FAILING)
    (letter,) = letters()
    assert letter.to == [alice.user.email]
    assert receiver.url in letter.body
    assert f"/team/webhooks/{webhook.pk}/" in letter.body
    assert webhook.secret not in letter.body


def test_a_letter_is_in_the_language_of_its_reader(alice, webhook, letters):
    alice.user.language = "zh-hans"
    alice.user.save()
    switching.note(webhook, Reply.GONE)
    (letter,) = letters()
    assert "已停用" in letter.subject


def test_when_its_maker_has_left_the_owners_are_told(alice, bob, webhook, letters):
    Webhook.objects.update(member=bob)
    Member.objects.filter(pk=bob.pk).update(is_active=False)
    switching.note(webhook, Reply.GONE)
    assert [letter.to for letter in letters()] == [[alice.user.email]]
