"""One more person for the stories about coming in."""

import pytest

from accounts.models import Member
from tests.factories import PASSWORD, MemberFactory, UserFactory


@pytest.fixture
def dora(db: None) -> Member:
    """A member with a password."""
    return MemberFactory(user=UserFactory(email="dora@example.com", password=PASSWORD))
