"""`manage.py bootstrap`: the first owner, team, credits and key of an installation."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts import credits
from accounts.keys import find_key
from accounts.models import ApiKey, Entry, Member, Role, Team, User
from tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db


def bootstrap(*flags: str, **changes: Any) -> dict[str, Any]:
    """What the command prints, which is one JSON object and nothing else."""
    options = {"email": "alice@example.com", "password": PASSWORD, "team": "Lanterns", "credits": 500} | changes
    out = StringIO()
    call_command("bootstrap", *flags, stdout=out, stderr=StringIO(), **options)
    read: dict[str, Any] = json.loads(out.getvalue())
    return read


def test_a_first_owner_gets_a_team_credits_and_the_desk() -> None:
    assert bootstrap() == {"email": "alice@example.com", "team": "Lanterns", "api_key": None}
    owner = Member.objects.get()
    assert (owner.role, owner.team.wallet.balance, credits.total(owner.team.wallet)) == (Role.OWNER, 500, 500)
    assert owner.user.check_password(PASSWORD)
    assert owner.user.is_staff
    assert owner.user.is_superuser


def test_run_again_it_says_the_same_and_changes_nothing() -> None:
    first = bootstrap("--api-key")
    before = [list(model.objects.values()) for model in (User, Team, Member, Entry, ApiKey)]
    assert bootstrap("--api-key") == first
    assert [list(model.objects.values()) for model in (User, Team, Member, Entry, ApiKey)] == before


def test_the_key_it_prints_is_the_owners() -> None:
    found = find_key(bootstrap("--api-key")["api_key"])
    assert found
    assert found.member == Member.objects.get()


def test_a_revoked_key_is_not_raised_from_the_dead() -> None:
    old = bootstrap("--api-key")["api_key"]
    ApiKey.objects.update(revoked=timezone.now())
    new = bootstrap("--api-key")["api_key"]
    assert new != old
    assert find_key(old) is None
    assert find_key(new)
    assert bootstrap("--api-key")["api_key"] == new


def test_credits_are_given_to_a_new_wallet_only() -> None:
    bootstrap()
    credits.adjust(Team.objects.get().wallet, -499, "spent")
    bootstrap(credits=9000)
    assert Team.objects.get().wallet.balance == 1


def test_no_credits_are_no_entry() -> None:
    bootstrap(credits=0)
    assert not Entry.objects.exists()


def test_only_the_first_person_gets_the_desk() -> None:
    bootstrap()
    bootstrap(email="charlie@example.com", team="Strangers")
    second = User.objects.get(email="charlie@example.com")
    assert not second.is_staff
    assert not second.is_superuser
    assert Team.objects.count() == 2


def test_a_second_person_becomes_an_owner_of_the_same_team() -> None:
    bootstrap()
    bootstrap(email="bob@example.com")
    assert Team.objects.get().members.filter(role=Role.OWNER).count() == 2
    assert Team.objects.get().wallet.balance == 500


def test_a_password_of_ones_own_is_left_alone() -> None:
    bootstrap()
    bootstrap(password="another long password")
    assert User.objects.get().check_password(PASSWORD)


def test_one_who_had_no_password_gets_one() -> None:
    UserFactory(email="alice@example.com")
    bootstrap(email="Alice@Example.com")
    assert User.objects.get().check_password(PASSWORD)


def test_a_weak_password_is_taken_and_warned_of() -> None:
    warned = StringIO()
    call_command(
        "bootstrap",
        email="alice@example.com",
        password="short",
        team="Lanterns",
        credits=0,
        stdout=StringIO(),
        stderr=warned,
    )
    assert "too short" in warned.getvalue()
    assert User.objects.get().check_password("short")


@pytest.mark.parametrize(
    "wrong", [{"email": "nobody"}, {"team": " "}, {"team": "x" * 81}, {"credits": -1}, {"credits": 10**13}]
)
def test_senseless_values_change_nothing_and_say_why(wrong: dict[str, Any]) -> None:
    with pytest.raises(CommandError, match=f"^--{next(iter(wrong))}: "):
        bootstrap(**wrong)
    assert not User.objects.exists()
    assert not Team.objects.exists()
