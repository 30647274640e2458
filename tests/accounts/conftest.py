"""One more person for the stories about coming in, and what a team may have given out."""

import pytest

from accounts.models import ApiKey, Invitation, Member
from tests.factories import PASSWORD, MemberFactory, UserFactory


@pytest.fixture
def dora(db: None) -> Member:
    """A member with a password."""
    return MemberFactory(user=UserFactory(email="dora@example.com", password=PASSWORD))


@pytest.fixture
def invitation(alice: Member) -> Invitation:
    return Invitation.objects.create(team=alice.team, email="dora@example.com", token_hash="f" * 64, invited_by=alice)


@pytest.fixture
def api_key(bob: Member) -> ApiKey:
    return ApiKey.objects.create(member=bob, name="nightly", key_hash="e" * 64, ending="wxyz")
