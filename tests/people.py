"""The people in every story: Alice owns a team with 1000 credits, Bob is a member of it, Charlie a stranger."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Member, Role, Wallet
from accounts.teams import found_team
from tests.factories import MemberFactory, UserFactory


@pytest.fixture
def alice(db: None) -> Member:
    return found_team("Lanterns", UserFactory(email="alice@example.com", name="Alice"), 1000)


@pytest.fixture
def bob(alice: Member) -> Member:
    return MemberFactory(team=alice.team, user__email="bob@example.com", user__name="Bob", role=Role.MEMBER)


@pytest.fixture
def charlie(db: None) -> Member:
    return found_team("Strangers", UserFactory(email="charlie@example.com", name="Charlie"), 1000)


@pytest.fixture
def wallet(alice: Member) -> Wallet:
    """The pool that Alice and Bob share."""
    return alice.team.wallet


@pytest.fixture
def browser_of() -> Callable[[Member], Client]:
    """A browser in which this member has signed in."""

    def signed_in(member: Member) -> Client:
        client = Client()
        client.force_login(member.user)
        return client

    return signed_in


@pytest.fixture
def desk(db: None) -> Client:
    """The browser of the operator, who runs the studio and is in no team."""
    client = Client()
    client.force_login(UserFactory(email="operator@example.com", is_staff=True, is_superuser=True))
    return client
