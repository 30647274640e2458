"""How does a team come to be, and who is in it? Each verb keeps its own promises, whatever page calls it."""

from collections.abc import Mapping

from django.db import transaction

from accounts import credits
from accounts.access import gives, may_manage
from accounts.caps import FIELDS
from accounts.models import Member, Role, Team, User, Wallet


class NotAllowed(Exception):
    """The member may not do this to that member, or not any more. Nothing was changed."""


@transaction.atomic
def found_team(name: str, owner: User, credits_given: int = 0) -> Member:
    """Make a team with a wallet, and its owner. The first credits are an entry like any other."""
    team = Team.objects.create(name=name)
    wallet = Wallet.objects.create(team=team)
    member = Member.objects.create(team=team, user=owner, role=Role.OWNER)
    if credits_given:
        credits.grant(wallet, credits_given, "First credits", member)
    return member


@transaction.atomic
def join(team: Team, user: User, role: Role) -> Member:
    """Let a person in. One who had left comes back in this role; one who is there keeps the role they have."""
    member, is_new = Member.objects.get_or_create(team=team, user=user, defaults={"role": role})
    if not is_new and not member.is_active:
        member.role, member.is_active = role, True
        member.save(update_fields=("role", "is_active"))
    return member


def rename(team: Team, name: str) -> None:
    Team.objects.filter(pk=team.pk).update(name=name)


@transaction.atomic
def change_role(by: Member, other: Member, role: Role) -> None:
    """Give a member another role. Raises NotAllowed."""
    by, other = _under_lock(by, other)
    if role not in gives(by):
        raise NotAllowed
    Member.objects.filter(pk=other.pk).update(role=role)


@transaction.atomic
def set_caps(by: Member, other: Member, caps: Mapping[str, int | None]) -> None:
    """Say how many credits a member may spend a day, a month and in all, by `caps.FIELDS`. Raises NotAllowed."""
    _, other = _under_lock(by, other)
    Member.objects.filter(pk=other.pk).update(**{field: caps[field] for field in FIELDS})


@transaction.atomic
def let_go(by: Member, other: Member) -> None:
    """End a membership; the row stays, for entries and jobs name it. Raises NotAllowed."""
    _, other = _under_lock(by, other)
    Member.objects.filter(pk=other.pk).update(is_active=False)


@transaction.atomic
def bring_back(by: Member, other: Member) -> None:
    """Make one who left a member again, in the role they had. Raises NotAllowed."""
    _, other = _under_lock(by, other)
    Member.objects.filter(pk=other.pk).update(is_active=True)


def _under_lock(by: Member, other: Member) -> tuple[Member, Member]:
    """Both as they stand now, while nobody else changes the team.

    Nobody changes themselves, so whoever acts as an owner here is still one afterwards: a team never loses its
    last owner, not even when two owners demote each other at once.
    """
    Team.objects.select_for_update().get(pk=by.team_id)
    by.refresh_from_db(fields=("role", "is_active"))
    other.refresh_from_db(fields=("role", "is_active"))
    if not may_manage(by, other):
        raise NotAllowed
    return by, other
