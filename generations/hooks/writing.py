"""What is said to whom? The bytes of one delivery, its headers and its address."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from generations import reports
from generations.dialects import JOBS
from generations.dialects.jobs import dressed
from generations.dialects.serving import Task
from generations.hooks import signing
from generations.models import Delivery, Job

_SUCCEEDED, _FAILED = 200, 501


@dataclass(frozen=True, slots=True)
class Message:
    url: str
    body: bytes
    headers: dict[str, str]


def write(delivery: Delivery) -> Message:
    """The message as it goes out now. Raises Unsealable where the webhook's secret cannot be read."""
    now = timezone.now()
    if delivery.webhook is not None:
        headers = signing.signed(delivery.event_id, now, delivery.body, delivery.webhook.secrets(now))
        return _json(delivery.webhook.url, delivery.body, headers)
    assert delivery.job is not None  # noqa: S101 what goes to no webhook is a job's call-back
    return _call_back(delivery.job, now)


def call_back_body(task: Task) -> dict[str, Any]:
    """What a call-back says of a task that has ended: `recordInfo`'s fields, and its seconds instead of milliseconds.

    The code says what became of it, 501 for a failure (the seller's page of call-backs).
    """
    data = JOBS.reply(task)["data"]
    if data["costTime"] is not None:
        data["costTime"] = round(data["costTime"] / 1000)
    is_well = data["state"] == "success"
    return {"code": _SUCCEEDED if is_well else _FAILED, "data": data, "msg": "success" if is_well else data["failMsg"]}


def _call_back(job: Job, now: datetime) -> Message:
    headers = signing.signed_as_jobs_are(dressed(job.pk.hex), now, signing.call_back_secret(job.api_key_id))
    return _json(job.call_back, json.dumps(call_back_body(reports.report(job)), ensure_ascii=False), headers)


def _json(url: str, body: str, headers: dict[str, str]) -> Message:
    return Message(url, body.encode(), {"Content-Type": "application/json", **headers})
