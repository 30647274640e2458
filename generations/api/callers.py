"""Whose script is calling, and may it? A key that is revoked opens nothing more half a second later."""

from dataclasses import dataclass

from django.http import HttpRequest

from accounts import keys
from accounts.access import Right, has_right
from accounts.models import ApiKey, Member, Scope
from generations.api.lately import Lately
from generations.dialects.serving import Refused, Why

RIGHTS = {Scope.CREATE: Right.CREATE, Scope.READ: Right.SEE, Scope.HOOKS: Right.CREATE}
"""What the member must be allowed to do for a key of theirs to be used so."""


_live = Lately(keys.find_hashed)


@dataclass(frozen=True, slots=True)
class Caller:
    """A script: the key it shows, and the member whose key it is."""

    key: ApiKey

    @property
    def member(self) -> Member:
        return self.key.member

    def may_use(self, image_model: str) -> bool:
        return not self.key.image_models or image_model in self.key.image_models


def caller_of(request: HttpRequest, scope: Scope) -> Caller:
    """Whoever calls, if the key may be used so. Raises Refused: NO_KEY, BAD_KEY or FORBIDDEN."""
    shown = keys.bearer(request.headers.get("authorization", ""))
    if not shown:
        raise Refused(Why.NO_KEY, "This call carries no API key. Send it as Authorization: Bearer gs_live_….")
    key = _live(keys.hashed(shown)) if keys.is_wellformed(shown) else None
    if key is None:
        raise Refused(Why.BAD_KEY, "This API key is not known here, is revoked, or has expired.")
    if scope not in key.scopes or not has_right(key.member, RIGHTS[scope]):
        raise Refused(Why.FORBIDDEN, f"This API key may not be used for this: it lacks “{scope}”.")
    keys.note_use(key)
    return Caller(key)
