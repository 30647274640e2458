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

from django.conf import settings

from accounts.models import ApiKey, Member

PREFIX = "gs_live_"
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
BODY, CHECK = 32, 6


def new_key() -> str:
    """A random key of 190 bits."""
    return _finish(secrets.randbelow(62**BODY))


def derived_key(purpose: str) -> str:
    """The key that this installation's secret gives for a purpose: the same each time."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"accounts.keys:{purpose}".encode(), hashlib.sha256).digest()
    return _finish(int.from_bytes(digest, "big") % 62**BODY)


def keep_key(member: Member, name: str, key: str) -> ApiKey:
    """Write a key down, or find it where it was written before."""
    kept, _ = ApiKey.objects.get_or_create(
        key_hash=_hash(key), defaults={"member": member, "name": name, "ending": key[-4:]}
    )
    return kept


def find_key(text: str) -> ApiKey | None:
    """The live key that this is, with its member and team; None for anything else."""
    if not is_wellformed(text):
        return None
    live = ApiKey.objects.filter(revoked=None, member__is_active=True, member__user__is_active=True)
    return live.select_related("member__team", "member__user").filter(key_hash=_hash(text)).first()


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


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
