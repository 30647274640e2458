"""How often may one come? allauth's limits, which count by address, by key or by person, and its page for too often."""

from typing import cast

from allauth.core.ratelimit import consume_or_429
from django.http import HttpRequest, HttpResponse

from accounts.models import User


def too_often(
    request: HttpRequest, action: str, key: str | None = None, user: User | None = None
) -> HttpResponse | None:
    """Count one POST of this action. The page with status 429 for one too many, else None."""
    return cast("HttpResponse | None", consume_or_429(request, action=action, key=key, user=user))
