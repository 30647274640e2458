"""Who can prove that a message is from us? Whoever knows the secret that it is signed with.

A webhook's secret is random and its own. A call-back's is made from SECRET_KEY and the API key that its job came with,
so nothing is kept: each script has a secret of its own, and the same one for as long as SECRET_KEY stands.
"""

import base64
import hashlib
import hmac
import secrets
import uuid
from collections.abc import Iterable
from datetime import datetime

import standardwebhooks
from django.conf import settings

PREFIX = "whsec_"
BYTES = 32


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def signed(event_id: str, now: datetime, body: str, keys: Iterable[str]) -> dict[str, str]:
    """The headers of Standard Webhooks 1.0, with a signature for each secret."""
    signatures = (standardwebhooks.Webhook(key).sign(event_id, now, body) for key in keys)
    return {
        "webhook-id": event_id,
        "webhook-timestamp": _seconds(now),
        "webhook-signature": " ".join(signatures),
    }


def call_back_secret(api_key: uuid.UUID | None) -> str:
    """What the call-backs of an API key's jobs are signed with: 43 characters, used as they stand."""
    purpose = f"generations.hooks:call-back:{api_key}"
    digest = hmac.new(settings.SECRET_KEY.encode(), purpose.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def signed_as_jobs_are(task_id: str, now: datetime, key: str) -> dict[str, str]:
    """The headers of a call-back: the seller of this wire signs the task's id and the time, not the body."""
    digest = hmac.new(key.encode(), f"{task_id}.{_seconds(now)}".encode(), hashlib.sha256).digest()
    return {"X-Webhook-Timestamp": _seconds(now), "X-Webhook-Signature": base64.b64encode(digest).decode()}


def _seconds(now: datetime) -> str:
    return str(int(now.timestamp()))
