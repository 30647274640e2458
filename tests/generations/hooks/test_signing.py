"""Who knows the secret can tell that an event is from us: checked with the library of Standard Webhooks."""

import base64
import hashlib
import hmac
from datetime import timedelta

import pytest
import standardwebhooks
import time_machine
from django.utils import timezone

from accounts.keys import keep_key, new_key
from generations.hooks import keeping, signing
from generations.models import Webhook
from tests.generations.hooks.conftest import deliver_all, hurry

pytestmark = pytest.mark.django_db(transaction=True)


def knows(secret: str, parcel) -> bool:
    try:
        return standardwebhooks.Webhook(secret).verify(parcel.body, parcel.headers) == parcel.said
    except standardwebhooks.WebhookVerificationError:
        return False


def test_a_secret_is_32_random_bytes_with_the_usual_prefix():
    secrets = {signing.new_secret() for _ in range(50)}
    assert len(secrets) == 50
    assert all(secret.startswith("whsec_") for secret in secrets)
    assert {len(base64.b64decode(secret.removeprefix("whsec_"))) for secret in secrets} == {32}


def test_a_secret_is_sealed_at_rest(webhook):
    kept = Webhook.objects.filter(pk=webhook.pk).values_list("sealed_secret", "sealed_former").get()
    assert webhook.secret.removeprefix("whsec_") not in "".join(kept)
    assert Webhook.objects.get().secret == webhook.secret


def test_every_event_is_signed_at_every_try(alice, webhook, ended, receiver):
    receiver.answers(500)
    for _ in range(5):
        ended(alice)
    deliver_all()
    receiver.answers(204)
    hurry()
    deliver_all()
    assert [knows(webhook.secret, parcel) for parcel in receiver.came] == [True] * 10
    assert not any(knows(signing.new_secret(), parcel) for parcel in receiver.came)


def test_a_body_that_was_changed_on_the_way_is_found_out(alice, webhook, ended, receiver):
    ended(alice)
    deliver_all()
    (parcel,) = receiver.came
    with pytest.raises(standardwebhooks.WebhookVerificationError):
        standardwebhooks.Webhook(webhook.secret).verify(parcel.body.replace(b"succeeded", b"failed"), parcel.headers)


def test_both_secrets_sign_for_a_day_after_a_change_and_then_the_new_one(alice, webhook, ended, receiver):
    former = webhook.secret
    new = keeping.rotate(webhook)
    assert new != former
    ended(alice)
    deliver_all()
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        ended(alice)
        deliver_all()
        during, after = receiver.came
        assert knows(new, after)
        assert not knows(former, after)
    assert knows(new, during)
    assert knows(former, during)
    assert len(during.headers["webhook-signature"].split()) == 2


def test_the_time_that_is_signed_is_that_of_the_try(alice, webhook, ended, receiver):
    receiver.answers(500)
    ended(alice)
    deliver_all()
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        deliver_all()
        assert knows(webhook.secret, receiver.came[1])
    assert not knows(webhook.secret, receiver.came[1])


def test_a_call_backs_secret_is_its_keys_own_and_stays_the_same(alice):
    first, second = (keep_key(alice, name, new_key()) for name in ("one", "two"))
    secret = signing.call_back_secret(first.pk)
    assert secret == signing.call_back_secret(first.pk)
    assert secret != signing.call_back_secret(second.pk)
    assert len(secret) == 43


def test_a_call_back_is_signed_as_the_wires_own_document_says():
    now = timezone.now()
    headers = signing.signed_as_jobs_are("task_1", now, "a secret")
    signed = f"task_1.{headers['X-Webhook-Timestamp']}".encode()
    assert abs(int(headers["X-Webhook-Timestamp"]) - now.timestamp()) < 1
    wanted = hmac.new(b"a secret", signed, hashlib.sha256).digest()
    assert base64.b64decode(headers["X-Webhook-Signature"]) == wanted
