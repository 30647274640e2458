"""What members do with their team's webhooks: make one, change its secret, try it, and send again what it missed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Member, Team
from generations.hooks.delivering import MOST_LOGGED
from generations.hooks.signing import new_secret
from generations.hooks.telling import envelope
from generations.models import OVERLAP, Delivery, Event, Reply, Way, Webhook

MOST = 10
"""Webhooks of one team: each is a row more in the transaction that ends a job."""


class TooMany(Exception):
    """The team has as many webhooks as it may have."""


@dataclass(frozen=True, slots=True)
class Try:
    """One line of a webhook's log."""

    delivery: Delivery
    at: datetime
    status: int | None
    reply: Reply

    @property
    def is_taken(self) -> bool:
        return self.reply == Reply.TAKEN


def add(member: Member, url: str, events: Iterable[str]) -> Webhook:
    """Make a webhook for the member's team, with a new secret. Raises TooMany."""
    with transaction.atomic():
        Team.objects.select_for_update(no_key=True).get(pk=member.team_id)
        if Webhook.objects.filter(team=member.team_id).count() >= MOST:
            raise TooMany
        webhook = Webhook(team_id=member.team_id, member=member, url=url, events=list(events))
        webhook.secret = new_secret()
        webhook.save(force_insert=True)
    return webhook


def rotate(webhook: Webhook) -> str:
    """Give it a new secret and return it. The former one signs beside it for a day more."""
    former = webhook.sealed_secret
    webhook.secret = new_secret()
    webhook.sealed_former, webhook.former_until = former, timezone.now() + OVERLAP
    webhook.save(update_fields=("sealed_secret", "sealed_former", "former_until"))
    return webhook.secret


def remove(webhook: Webhook) -> None:
    """Take it away, with its log and whatever was on its way."""
    webhook.delete()


def test(webhook: Webhook) -> None:
    """Send an event that tells of nothing; not a second one while the first is on its way."""
    tests = Delivery.objects.filter(webhook=webhook, event=Event.TEST, state=Way.WAITING)
    if not tests.exists():
        body = envelope(Event.TEST, timezone.now(), {"id": str(webhook.pk)})
        Delivery.objects.create(team_id=webhook.team_id, webhook=webhook, event=Event.TEST, body=body)


def replay(delivery: Delivery) -> None:
    """Send an event once more, under the id that it has always had, with all its tries before it again."""
    Delivery.objects.filter(pk=delivery.pk).update(
        state=Way.WAITING, tries=0, due_at=timezone.now(), lease="", lease_until=None
    )


def last_tries(webhook: Webhook) -> list[Try]:
    """The newest lines of a webhook's log. Each is of one of the deliveries that were tried last."""
    tried = webhook.deliveries.filter(tried__isnull=False).order_by("-tried")[:MOST_LOGGED]
    tries = [
        Try(delivery, datetime.fromisoformat(line["at"]), line["status"], Reply(line["reply"]))
        for delivery in tried
        for line in delivery.log
    ]
    return sorted(tries, key=lambda line: line.at, reverse=True)[:MOST_LOGGED]


def on_their_way(webhook: Webhook) -> list[Delivery]:
    """What it has not been told yet, what is due first."""
    return list(webhook.deliveries.filter(state=Way.WAITING).order_by("due_at")[:MOST_LOGGED])
