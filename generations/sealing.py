"""Upstream keys at rest: sealed with a key derived from SECRET_KEY, opened only to make a call."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unsealable(ValueError):
    """The sealed text was made with another SECRET_KEY. The operator must enter the key again."""


def seal(plain: str) -> str:
    return _locks().encrypt(plain.encode()).decode() if plain else ""


def unseal(sealed: str) -> str:
    """The plain text; raises Unsealable when no current or former SECRET_KEY opens it."""
    try:
        return _locks().decrypt(sealed.encode()).decode() if sealed else ""
    except InvalidToken as wrong:
        raise Unsealable("sealed with another SECRET_KEY") from wrong


def _locks() -> MultiFernet:
    return MultiFernet([_lock(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)])


def _lock(secret: str) -> Fernet:
    digest = hashlib.blake2b(secret.encode(), digest_size=32, person=b"upstream key").digest()
    return Fernet(base64.urlsafe_b64encode(digest))
