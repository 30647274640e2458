"""How does a person sign in without a password? By a link that works once, for an hour, and names nobody else.

The token is Django's password-reset token under a salt of its own. It is made from the time of the last sign-in, so
signing in by any way ends it, and nothing has to be kept.
"""

from typing import cast

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.urls import reverse
from django.utils import timezone
from django.utils.http import base36_to_int, int_to_base36, urlencode

from accounts.models import User


class SignInTokens(PasswordResetTokenGenerator):
    """Tokens that live for PASSWORD_RESET_TIMEOUT, which the settings tie to SIGN_IN_LINK_LIFE."""

    key_salt = "accounts.links"

    def _make_hash_value(self, user: AbstractBaseUser, timestamp: int) -> str:
        """With the microseconds that Django's own leaves out: two sign-ins in one second are two."""
        person = cast("User", user)
        last = person.last_login.isoformat() if person.last_login else ""
        return f"{person.pk}|{person.email}|{person.password}|{last}|{timestamp}"


TOKENS = SignInTokens()


def sign_in_link(user: User, then: str = "") -> str:
    """The absolute address at which this person may sign in once, and the path to go on to."""
    path = reverse("sign_in", args=(int_to_base36(user.pk), TOKENS.make_token(user)))
    query = f"?{urlencode({'next': then})}" if then else ""
    return f"{settings.PUBLIC_URL}{path}{query}"


def read_link(person: str, token: str) -> User | None:
    """The person whom a link's two parts let in, or None when it was used, is too old or was never made."""
    try:
        user = User.objects.get(pk=base36_to_int(person), is_active=True)
    except (ValueError, OverflowError, User.DoesNotExist):
        return None
    return user if TOKENS.check_token(user, token) else None


def spend_link(user: User) -> bool:
    """End the link before anybody is let in by it. True for the one who came first."""
    unspent = User.objects.filter(pk=user.pk, last_login=user.last_login)
    return unspent.update(last_login=timezone.now()) == 1
