"""How does a person come into a team? By a link that works once, for seven days, for one e-mail address."""

import hashlib
import secrets
from typing import NamedTuple

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts import post, teams
from accounts.access import gives
from accounts.models import Invitation, Member, Role, Team, User


class Gone(Exception):
    """The invitation was accepted, withdrawn or never made, its days are over, or it is for somebody else."""


class Known(Exception):
    """There is an account for this address already: its owner has to sign in first."""


class Invited(NamedTuple):
    invitation: Invitation
    link: str
    """The only copy of the token that will ever be; what is kept is its hash."""


def open_invitations(team: Team) -> QuerySet[Invitation]:
    """Those that can still be accepted, newest first."""
    return Invitation.objects.filter(team=team, accepted=None, expires__gt=timezone.now()).order_by("-pk")


@transaction.atomic
def invite(by: Member, email: str, role: Role) -> Invited:
    """Invite an address in a role, by letter and by the link that is returned. Raises teams.NotAllowed.

    An open invitation of the same address ends, so a link that went astray is replaced by inviting again.
    """
    if role not in gives(by):
        raise teams.NotAllowed
    open_invitations(by.team).filter(email__iexact=email).delete()
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        team=by.team, email=email.lower(), role=role, token_hash=_hash(token), invited_by=by
    )
    link = f"{settings.PUBLIC_URL}{reverse('join', args=(token,))}"
    transaction.on_commit(lambda: post.send(email, "accounts.invitation", {"invitation": invitation, "link": link}))
    return Invited(invitation, link)


def find(token: str) -> Invitation:
    """The open invitation that a token stands for. Raises Gone."""
    invitation = Invitation.objects.select_related("team", "invited_by__user").filter(token_hash=_hash(token)).first()
    if invitation is None or invitation.accepted or invitation.expires <= timezone.now():
        raise Gone
    return invitation


def is_for(invitation: Invitation, user: User) -> bool:
    return user.email.lower() == invitation.email.lower()


@transaction.atomic
def accept(invitation: Invitation, user: User) -> Member:
    """Let the person for whom the invitation is into the team, once, whoever races. Raises Gone."""
    if not is_for(invitation, user):
        raise Gone
    _spend(invitation)
    return teams.join(invitation.team, user, Role(invitation.role))


@transaction.atomic
def accept_as_new(invitation: Invitation, name: str, password: str) -> Member:
    """Make an account for the invited address and let it into the team, once. Raises Gone, Known."""
    _spend(invitation)
    try:
        with transaction.atomic():
            user = User.objects.create_user(invitation.email, password, name=name)
    except IntegrityError as taken:
        raise Known from taken
    return teams.join(invitation.team, user, Role(invitation.role))


def withdraw(invitation: Invitation) -> None:
    """Take back an invitation that nobody has accepted."""
    Invitation.objects.filter(pk=invitation.pk, accepted=None).delete()


def _spend(invitation: Invitation) -> None:
    """The guarded UPDATE that decides between any number of simultaneous presses of one button."""
    now = timezone.now()
    unspent = Invitation.objects.filter(pk=invitation.pk, accepted=None, expires__gt=now)
    if not unspent.update(accepted=now):
        raise Gone


def _hash(token: str) -> str:
    """A plain hash is enough for 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()
