"""Calls that came to nothing and may have been billed, and the page at the desk on which people settle them."""

from collections.abc import Callable

from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import Member, User
from generations.faults import Kind
from generations.models import Attempt, Route
from tests.factories import UserFactory
from tests.generations.books import failed, sent, submitted

PAGE = "/admin/unknowns/"
Lose = Callable[..., Attempt]


def losing(member: Member, route: Route) -> Lose:
    """What makes a call of `member` that came to nothing, `changes` being what else is known of it."""

    def lost(kind: Kind = Kind.UNKNOWN, via: Route = route, **changes: object) -> Attempt:
        attempt = sent(submitted(member, image_model=via.image_model).generations.get(), via)
        failed(attempt, kind, lost=True)
        Attempt.objects.filter(pk=attempt.pk).update(**changes)
        attempt.refresh_from_db()
        return attempt

    return lost


def shown(client: Client, **narrowed: object) -> str:
    answer = client.get(PAGE, narrowed)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def say(client: Client, verdict: str, *attempts: Attempt, note: str = "") -> str:
    """Tick these and press the button for the chosen; what the next page answers."""
    said = {verdict: "chosen", "chosen": [attempt.pk for attempt in attempts], "note": note}
    return client.post(PAGE, said, follow=True).content.decode()


def clerk(*rights: str) -> Client:
    """The browser of one who has these rights at the desk and no others."""
    user: User = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    client = Client()
    client.force_login(user)
    return client
