"""Who makes an API key, who sees it, who may change its caps and take it back?

A member has keys of their own; who manages the team's sees everyone's. Whoever sees a key may revoke it and set its
caps: a cap guards the pool against a script that runs away, and what a person may spend is that member's own cap.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.access import Right, has_right
from accounts.caps import FIELDS
from accounts.keys import keep_key, new_key
from accounts.models import ApiKey, Member
from accounts.teams import NotAllowed

MOST_KEYS = 50
"""Keys that one member may have which are not revoked."""


class MadeBefore(Exception):
    """This press has made its key, and the key was shown then. Nothing was made now."""


class TooMany(Exception):
    """The member has as many keys as one may have."""


class State(StrEnum):
    """Whether a key opens anything, and if not, why."""

    LIVE = "live"
    REVOKED = "revoked"
    EXPIRED = "expired"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a new key is to be."""

    name: str
    scopes: Sequence[str]
    image_models: Sequence[str]
    caps: tuple[int | None, ...]
    """A day, a month and in all, in the order of `caps.FIELDS`."""
    expires: datetime | None = None
    keeps_alive: bool = False


class Made(NamedTuple):
    key: ApiKey
    plain: str
    """The only copy that will ever be; what is kept is its hash."""


def keys_seen_by(member: Member) -> QuerySet[ApiKey]:
    """The keys that this member may see, and with that manage; the newest first."""
    keys = ApiKey.objects.select_related("member__user").order_by("-created", "pk")
    if has_right(member, Right.MANAGE_KEYS):
        return keys.filter(member__team=member.team_id)
    return keys.filter(member=member) if has_right(member, Right.HAVE_KEYS) else keys.none()


def state_of(key: ApiKey) -> State:
    """As `keys.find_key` sees it."""
    if key.revoked:
        return State.REVOKED
    if key.expires and key.expires <= timezone.now():
        return State.EXPIRED
    return State.LIVE if key.member.is_active and key.member.user.is_active else State.LEFT


@transaction.atomic
def make(by: Member, wish: Wish, press: str = "") -> Made:
    """Make a key of this member's. Raises teams.NotAllowed, TooMany, MadeBefore.

    One press makes one key, however often it comes in: a page that is sent again would else leave a key behind
    that nobody has ever seen. The press and the wish together give the key its id.
    """
    if not has_right(by, Right.HAVE_KEYS):
        raise NotAllowed
    Member.objects.select_for_update().get(pk=by.pk)
    number = _number(by, wish, press)
    if ApiKey.objects.filter(pk=number).exists():
        raise MadeBefore
    if by.api_keys.filter(revoked=None).count() >= MOST_KEYS:
        raise TooMany
    plain = new_key()
    said = {
        "scopes": list(wish.scopes),
        "image_models": list(wish.image_models),
        "expires": wish.expires,
        "keeps_alive": wish.keeps_alive,
        **dict(zip(FIELDS, wish.caps, strict=True)),
    }
    return Made(keep_key(by, wish.name, plain, pk=number, **said), plain)


def revoke(by: Member, key: ApiKey) -> None:
    """End a key for good. It opens nothing from the next call on, in any process. Raises teams.NotAllowed."""
    _only_seen(by, key)
    ApiKey.objects.filter(pk=key.pk, revoked=None).update(revoked=timezone.now())


def set_caps(by: Member, key: ApiKey, caps: Mapping[str, int | None]) -> None:
    """Say how many credits a key may spend a day, a month and in all, by `caps.FIELDS`. Raises teams.NotAllowed."""
    _only_seen(by, key)
    ApiKey.objects.filter(pk=key.pk).update(**{field: caps[field] for field in FIELDS})


def _only_seen(by: Member, key: ApiKey) -> None:
    if not keys_seen_by(by).filter(pk=key.pk).exists():
        raise NotAllowed


def _number(by: Member, wish: Wish, press: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_OID, repr((by.pk, press, astuple(wish)))) if press else uuid.uuid4()
