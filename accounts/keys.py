"""What does a script's key look like, and whose is it?

    gs_live_ + 32 characters of base 62 + 6 of their CRC32

The prefix lets a scanner find a leaked key, the checksum lets it and us tell a key from a typing error without a
look-up. Kept are the sha256 of the whole and its last four characters.
"""

import hashlib
import hmac
import secrets
import string
import zlib
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from accounts.models import ApiKey, Member

PREFIX = "gs_live_"
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
BODY, CHECK = 32, 6
NOTED_EVERY = timedelta(minutes=1)
"""How exactly the last use of a key is known: a key in use is written to no more often."""


def new_key() -> str:
    """A random key of 190 bits."""
    return _finish(secrets.randbelow(62**BODY))


def derived_key(purpose: str) -> str:
    """The key that this installation's secret gives for a purpose: the same each time."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"accounts.keys:{purpose}".encode(), hashlib.sha256).digest()
    return _finish(int.from_bytes(digest, "big") % 62**BODY)


def keep_key(member: Member, name: str, key: str, **more: Any) -> ApiKey:
    """Write a key down, with `more` of its fields, or find it where it was written before."""
    said = {"member": member, "name": name, "ending": key[-4:], **more}
    return ApiKey.objects.get_or_create(key_hash=hashed(key), defaults=said)[0]


def find_key(text: str) -> ApiKey | None:
    """The live key that this is, with its member and team; None for anything else."""
    return find_hashed(hashed(text)) if is_wellformed(text) else None


def find_hashed(key_hash: str) -> ApiKey | None:
    """The same, by what is kept of it."""
    fresh = Q(expires=None) | Q(expires__gt=timezone.now())
    live = ApiKey.objects.filter(fresh, revoked=None, member__is_active=True, member__user__is_active=True)
    return live.select_related("member__team", "member__user").filter(key_hash=key_hash).first()


def note_use(key: ApiKey) -> None:
    """Remember that it was used just now, give or take a minute."""
    now = timezone.now()
    if key.last_used is None or now - key.last_used > NOTED_EVERY:
        stale = Q(last_used=None) | Q(last_used__lt=now - NOTED_EVERY)
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used=now)
        key.last_used = now


def bearer(header: str) -> str:
    """The key that an Authorization header carries; the empty string where it carries none.

    Read as leniently as the gateways do: `Bearer` in any case, blanks around it, and an `sk-` in front of the key,
    which some clients put there by themselves.
    """
    scheme, _blank, key = header.strip().partition(" ")
    return key.strip().removeprefix("sk-") if scheme.lower() == "bearer" else ""


def is_wellformed(text: str) -> bool:
    """Does the checksum fit? Says nothing about whether there is such a key."""
    body = text.removeprefix(PREFIX)[:BODY]
    return text == f"{PREFIX}{body}{_checksum(body)}" and len(body) == BODY


def _finish(number: int) -> str:
    body = _base62(number, BODY)
    return f"{PREFIX}{body}{_checksum(body)}"


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), CHECK)


def _base62(number: int, width: int) -> str:
    digits = []
    for _ in range(width):
        number, digit = divmod(number, 62)
        digits.append(ALPHABET[digit])
    return "".join(reversed(digits))


def hashed(key: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()
