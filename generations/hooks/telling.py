"""Which events does an ending make, and for whom?"""

import json
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from generations import reports
from generations.failpoints import reach
from generations.models import Delivery, Event, Job, State, Webhook
from generations.models.generation import ALIVE
from gptstudio.statements import Given, Statement

_EVENTS = {State.SUCCEEDED: Event.SUCCEEDED, State.FAILED: Event.FAILED, State.CANCELLED: Event.CANCELLED}


def _listened_to() -> QuerySet[Job]:
    """A generation's job, if anybody wants to hear of it. Its row is locked: of two generations that end at the same
    time, each would else take the other for alive."""
    is_hooked = Exists(Webhook.objects.on().filter(team=OuterRef("team")))
    jobs = Job.objects.filter(is_hooked | ~Q(call_back=""), generations=Given("generation"))
    return jobs.select_for_update(no_key=True, of=("self",))


LISTENED_TO = Statement(_listened_to)


def tell(generation: uuid.UUID) -> None:
    """Write down for all who want to know that a job has ended, where this generation was its last.

    In the transaction that ends and settles it. Where nobody asked to be told it costs one question.
    """
    job = LISTENED_TO.first(generation=generation)
    if job is None:
        return
    ends = {pk: State(state) for pk, state in job.generations.order_by("position").values_list("pk", "state")}
    if any(state in ALIVE for state in ends.values()):
        return
    event = _EVENTS[reports.state_of([*ends.values()])]
    data = {
        "id": str(job.pk),
        "state": event.removeprefix("job."),
        "generations": [{"id": str(pk), "state": state.value} for pk, state in ends.items()],
    }
    body = envelope(event, timezone.now(), data)
    deliveries = [Delivery(webhook=webhook, body=body) for webhook in _listeners(job, event)]
    if job.call_back:
        deliveries.append(Delivery())  # its body has the jobs wire's shape, and is written when it is sent
    for delivery in deliveries:
        delivery.team_id, delivery.job, delivery.event = job.team_id, job, event
    reach("told.before")
    Delivery.objects.bulk_create(deliveries)
    reach("told.after")


def envelope(event: Event, now: datetime, data: Mapping[str, object]) -> str:
    """The body that receivers read, as Standard Webhooks recommends it: thin, so that it never outlives a right."""
    stamp = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"type": event.value, "timestamp": stamp, "data": data}, separators=(",", ":"))


def _listeners(job: Job, event: Event) -> Iterable[Webhook]:
    return (webhook for webhook in Webhook.objects.on().filter(team=job.team_id) if event in webhook.events)
