"""Whether a provider may be asked now, and what each answer says of it.

Five failures in a row shut it for a minute; whoever then moves its time on makes the one call that shows whether it
is back. A provider that denies our key or our money is shut at once, and the people who run the studio are told.
"""

from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from accounts import post
from accounts.models import User
from generations.faults import Fault, Kind
from generations.models import WELL, Attempt, Provider
from gptstudio.statements import Given, Statement

MOST_FAILURES = 5
REST = timedelta(seconds=60)
"""How long a sick provider is left alone before one call tries it."""
LONGEST_REST = timedelta(seconds=300)
"""The most that a busy provider may ask for."""
HOPELESS = timedelta(seconds=600)
"""A provider that has been shut for so long is not waited for."""
OURS = "reference"
"""The code of a call that this side could not even write: it says nothing of the provider."""


AILING = Statement(
    lambda: Provider.objects.filter(
        Q(failures__gt=0) | Q(shut_until__isnull=False),
        Q(shut_at__isnull=True) | Q(shut_at__lt=Given("sent")),
        pk=Given("pk"),
    )
)
"""One that something is wrong with, and nothing new since a call was sent."""


def is_shut(provider: Provider, now: datetime) -> bool:
    return provider.shut_until is not None and provider.shut_until > now


def is_sick(provider: Provider) -> bool:
    """Whether something is wrong with it that only a call which goes well ends. One that is merely busy is well."""
    return _gravity(provider.shut_for) > _gravity(Kind.BUSY)


def is_hopeless(provider: Provider, now: datetime) -> bool:
    """Whether waiting for it is pointless: it denies us, or has been sick for long, and nobody tries it just now."""
    if provider.shut_since is None or not is_sick(provider) or not is_shut(provider, now):
        return False
    if provider.shut_for != Kind.DENIED and provider.shut_since > now - HOPELESS:
        return False
    return not _is_tried(provider)


def may_ask(provider: Provider, now: datetime) -> bool:
    """Whether this call may go out. It may, where nothing is wrong; and as the one that tries a sick provider.

    Of those that come when the rest of a sick one is over, only one is let through: who moves its time on. One that
    only asked us to come back later is open to all when that time has come.
    """
    if not is_sick(provider):
        return not is_shut(provider, now)
    rested = Provider.objects.filter(pk=provider.pk, shut_until=provider.shut_until, shut_until__lte=now)
    return bool(rested.update(shut_until=now + REST))


def note_life(attempt: Attempt) -> None:
    """It answered as a provider that works does. A call from before its last trouble says nothing of it now."""
    AILING.update(WELL, pk=attempt.provider_id, sent=attempt.sent)


def note(attempt: Attempt, fault: Fault) -> None:
    """What a call that brought no picture says of the provider. Inside the transaction that writes the fault down."""
    if fault.kind in (Kind.REFUSED, Kind.INVALID, Kind.BROKEN):
        note_life(attempt)
    elif fault.kind is Kind.DENIED:
        _shut(attempt, Kind.DENIED, REST)
    elif fault.kind is Kind.BUSY and fault.retry_after:
        _shut(attempt, Kind.BUSY, min(timedelta(seconds=fault.retry_after), LONGEST_REST))
    elif _is_sickness(fault):
        provider = Provider.objects.filter(pk=attempt.provider_id)
        provider.update(failures=F("failures") + 1)
        if provider.filter(failures__gte=MOST_FAILURES).exists():
            _shut(attempt, fault.kind, REST)


def _is_sickness(fault: Fault) -> bool:
    """Nothing was reached, nothing came back, or the server says that it is broken."""
    if fault.code == OURS:
        return False
    if fault.status is not None:
        return fault.status >= 500
    return fault.kind in (Kind.NOT_STARTED, Kind.UNKNOWN)


def _shut(attempt: Attempt, kind: Kind, rest: timedelta) -> None:
    """Leave it alone for `rest`, and never for less than was said before. A lesser reason changes nothing."""
    now = timezone.now()
    provider = Provider.objects.select_for_update(no_key=True).get(pk=attempt.provider_id)
    was = _gravity(provider.shut_for) if is_sick(provider) or is_shut(provider, now) else 0
    if _gravity(kind) < was:
        return
    is_news = _gravity(kind) > was
    Provider.objects.filter(pk=provider.pk).update(
        shut_for=kind,
        shut_since=now if is_news else provider.shut_since,
        shut_at=now,
        shut_until=max(now + rest, provider.shut_until or now),
    )
    if is_news and kind is Kind.DENIED:
        transaction.on_commit(partial(_tell_staff, provider.pk, provider.name))


def _gravity(kind: str) -> int:
    """How bad: nothing, busy, sick, denied."""
    return {"": 0, Kind.BUSY: 1, Kind.DENIED: 3}.get(kind, 2)


def _is_tried(provider: Provider) -> bool:
    """Whether a call that was sent after its last trouble is still under way."""
    since = provider.shut_at or provider.shut_since
    return Attempt.objects.at_work().filter(provider=provider, sent__gt=since).exists()


def _tell_staff(provider: int, name: str) -> None:
    page = settings.PUBLIC_URL + reverse("admin:generations_provider_change", args=(provider,))
    for user in User.objects.filter(is_staff=True, is_active=True):
        post.send(user.email, "generations.denied", {"provider": name, "page": page}, user.language)
