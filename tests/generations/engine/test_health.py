"""A sick provider is left alone for a while, one that denies us at once; the others do not notice."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction
from django.utils import timezone

from accounts import post
from accounts.models import User
from generations.engine import health
from generations.engine.submit import intend
from generations.faults import Fault, Kind
from generations.models import Provider, Stage, State
from tests.generations.driving import finish, hurry
from tests.generations.factories import AttemptFactory

pytestmark = pytest.mark.django_db(transaction=True)

VIP, OFFICIAL, SQUARE = "gpt-image-2-vip", "gpt-image-2-official", ("1:1", "1K")
SICK = Fault(Kind.NOT_STARTED, "ConnectError")


@pytest.fixture
def call(db):
    """One call to one provider, again and again."""
    return AttemptFactory()


def told(call, *faults: Fault) -> Provider:
    for fault in faults:
        with transaction.atomic():
            health.note(call, fault)
    return Provider.objects.get(pk=call.provider_id)


def rest_is_over() -> None:
    Provider.objects.update(shut_until=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize(
    "fault",
    [SICK, Fault(Kind.UNKNOWN, "ReadTimeout"), Fault(Kind.UNKNOWN, status=502), Fault(Kind.GARBLED, status=500)],
)
def test_five_failures_in_a_row_shut_a_provider_for_a_minute(call, fault):
    assert told(call, *[fault] * 4).shut_until is None
    provider = told(call, fault)
    assert provider.shut_for == fault.kind
    assert timedelta(seconds=55) < provider.shut_until - timezone.now() <= timedelta(seconds=60)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(Kind.REFUSED, status=400),
        Fault(Kind.INVALID, status=400),
        Fault(Kind.UNSUPPORTED),
        Fault(Kind.BUSY, status=429),
        Fault(Kind.NOT_STARTED, "a reference could not be read", health.OURS),
        Fault(Kind.NOT_STARTED, "no such model", status=404),
    ],
)
def test_what_is_no_sickness_of_the_provider_does_not_shut_it(call, fault):
    assert told(call, *[fault] * 10).shut_until is None


def test_one_good_answer_between_them_begins_the_count_anew(call):
    told(call, *[SICK] * 4)
    health.note_life(call)
    assert told(call, *[SICK] * 4).shut_until is None


def test_when_the_rest_is_over_one_call_tries_and_the_others_wait(call):
    provider = told(call, *[SICK] * 5)
    now = timezone.now()
    assert not health.may_ask(provider, now)
    rest_is_over()
    tries = [health.may_ask(Provider.objects.get(pk=provider.pk), timezone.now()) for _ in range(5)]
    assert tries == [True, False, False, False, False]


def test_a_try_that_succeeds_opens_it_and_one_that_fails_shuts_it_again(call):
    told(call, *[SICK] * 5)
    rest_is_over()
    assert told(call, SICK).shut_until > timezone.now() + timedelta(seconds=50)
    rest_is_over()
    call.sent = timezone.now()
    health.note_life(call)
    provider = told(call)
    assert (provider.failures, provider.shut_for, provider.shut_since, provider.shut_until) == (0, "", None, None)


def test_an_answer_to_a_call_from_before_does_not_open_what_was_shut_since(call):
    told(call, Fault(Kind.DENIED, status=401))
    call.sent = timezone.now() - timedelta(minutes=5)
    health.note_life(call)
    assert told(call).shut_for == Kind.DENIED


def test_a_provider_that_denies_us_is_shut_at_once_and_the_staff_are_told_once(call, alice, bob):
    User.objects.filter(pk=alice.user_id).update(is_staff=True)
    for _ in range(3):
        told(call, Fault(Kind.DENIED, "no credit left", status=402))
    post.POSTMAN.submit(lambda: None).result()
    (letter,) = mail.outbox
    assert letter.to == [alice.user.email]
    assert call.provider.name in letter.subject + letter.body
    assert f"/admin/generations/provider/{call.provider_id}/change/" in letter.body


def test_a_busy_provider_is_left_alone_for_as_long_as_it_asked(call):
    provider = told(call, Fault(Kind.BUSY, status=429, retry_after=20.0))
    assert timedelta(seconds=15) < provider.shut_until - timezone.now() <= timedelta(seconds=20)


def test_when_the_time_that_a_busy_provider_named_is_over_it_is_open_to_all(call):
    told(call, Fault(Kind.BUSY, status=429, retry_after=20.0))
    rest_is_over()
    tries = [health.may_ask(Provider.objects.get(pk=call.provider_id), timezone.now()) for _ in range(3)]
    assert tries == [True, True, True]


def test_a_sick_provider_is_passed_over_and_the_other_serves_at_once(provider, openai, ask, upstream):
    openai.base_url = "http://127.0.0.1:9"
    openai.save()
    provider("images-official")
    for number in range(8):
        (generation,) = finish(ask(OFFICIAL, f"a lamp {number}"))
        assert generation.state == State.SUCCEEDED
    openai.refresh_from_db()
    assert openai.failures == 5
    assert openai.attempts.count() == 5


def test_what_only_a_sick_provider_could_make_waits_for_it(provider, ask, upstream):
    chosen = provider("images-vip", shut_for=Kind.UNKNOWN, shut_since=timezone.now(), failures=5)
    Provider.objects.filter(pk=chosen.pk).update(shut_until=timezone.now() + timedelta(seconds=60))
    job = ask(VIP, "a lamp", shape=SQUARE)
    assert intend() is None
    assert job.generations.get().state == State.QUEUED
    rest_is_over()
    hurry()
    (generation,) = finish(job)
    assert generation.state == State.SUCCEEDED
    chosen.refresh_from_db()
    assert (chosen.failures, chosen.shut_until) == (0, None)


def test_what_only_a_provider_that_denies_us_could_make_fails_and_says_so(provider, ask, alice):
    now = timezone.now()
    provider("images-vip", shut_for=Kind.DENIED, shut_since=now, shut_until=now + timedelta(seconds=60))
    (generation,) = finish(ask(VIP, "a lamp", shape=SQUARE))
    assert (generation.state, generation.fault) == (State.FAILED, Kind.DENIED)
    assert generation.attempts.count() == 0


def test_what_only_a_long_sick_provider_could_make_is_not_kept_waiting(provider, ask, alice):
    now = timezone.now()
    long_ago = now - timedelta(minutes=20)
    provider("images-vip", shut_for=Kind.UNKNOWN, shut_since=long_ago, shut_until=now + timedelta(seconds=60))
    (generation,) = finish(ask(VIP, "a lamp", shape=SQUARE))
    assert (generation.state, generation.fault) == (State.FAILED, Kind.UNKNOWN)


def test_a_key_that_is_denied_while_polling_shuts_nothing_that_was_paid_for(provider, ask):
    chosen = provider("videos")
    (generation,) = finish(ask("gpt-image-2", "a lamp [poll=401]", shape=SQUARE))
    assert generation.state == State.SUCCEEDED
    assert generation.attempts.get().stage == Stage.KEPT
    chosen.refresh_from_db()
    assert chosen.shut_until is None


def test_of_two_times_that_a_busy_provider_names_the_later_one_holds(call):
    told(call, Fault(Kind.BUSY, status=429, retry_after=120.0))
    provider = told(call, Fault(Kind.BUSY, status=429, retry_after=1.0))
    assert provider.shut_until > timezone.now() + timedelta(seconds=100)


@pytest.mark.parametrize("lesser", [Fault(Kind.BUSY, status=429, retry_after=5.0), SICK])
def test_what_a_straggler_says_does_not_outweigh_a_denial(call, alice, lesser):
    User.objects.filter(pk=alice.user_id).update(is_staff=True)
    denied = Fault(Kind.DENIED, "no credit left", status=402)
    assert told(call, denied, *[lesser] * 5, denied).shut_for == Kind.DENIED
    post.POSTMAN.submit(lambda: None).result()
    assert len(mail.outbox) == 1


def test_a_busy_straggler_does_not_open_a_sick_provider_to_everybody(call):
    told(call, *[SICK] * 5, Fault(Kind.BUSY, status=429, retry_after=1.0))
    rest_is_over()
    tries = [health.may_ask(Provider.objects.get(pk=call.provider_id), timezone.now()) for _ in range(3)]
    assert tries == [True, False, False]


def test_an_answer_to_a_call_from_before_its_last_trouble_opens_nothing(call):
    told(call, Fault(Kind.BUSY, status=429, retry_after=5.0))
    rest_is_over()
    call.sent = timezone.now()
    told(call, Fault(Kind.DENIED, status=402))
    health.note_life(call)
    assert told(call).shut_for == Kind.DENIED


def test_after_a_night_of_sickness_one_picture_tries_and_the_others_wait_for_it(provider, ask, upstream):
    night = timezone.now() - timedelta(hours=9)
    provider("images-vip", shut_for=Kind.UNKNOWN, shut_since=night, shut_at=night, shut_until=night, failures=5)
    job = ask(VIP, "a lamp", count=3, shape=SQUARE)
    assert intend() is not None
    assert intend() is None
    assert job.generations.filter(state=State.QUEUED).count() == 2


def test_a_busy_provider_is_waited_for_however_long_it_has_been_busy(provider, ask):
    now = timezone.now()
    long_ago = now - timedelta(minutes=20)
    provider("images-vip", shut_for=Kind.BUSY, shut_since=long_ago, shut_until=now + timedelta(seconds=60))
    job = ask(VIP, "a lamp", shape=SQUARE)
    assert intend() is None
    assert job.generations.get().state == State.QUEUED
