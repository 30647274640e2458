"""How often may a script call? So often within a second and within a minute, by its key and by its team."""

import threading
import time
from functools import cache

import structlog
from django.conf import settings
from limits import RateLimitItem, parse
from limits.errors import StorageError
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import SlidingWindowCounterRateLimiter

from accounts.models import Scope
from generations.api.callers import Caller
from generations.dialects.serving import Refusal, Refused, Why

log = structlog.get_logger(__name__)

OF_A_TEAM = 3
"""How many times as often as one key a whole team may call."""
KEY, TEAM = "key", "team"


def count(caller: Caller, scope: Scope) -> None:
    """Count one call. Raises Refused where it is one too many, and says when there is room again.

    Where the counter's own store is away, nobody is turned away.
    """
    try:
        for item, tier, owner in _counters(caller, scope):
            name = f"{scope} {tier} {owner}"
            if not _limiter().hit(item, name):
                raise Refused.by(_refusal(item, name, tier))
    except StorageError as wrong:
        log.warning("calls_not_counted", error=type(wrong).__name__)


def _counters(caller: Caller, scope: Scope) -> list[tuple[RateLimitItem, str, object]]:
    """Each window, whose it is, and the owner's id."""
    rates = settings.RATES_CREATE if scope == Scope.CREATE else settings.RATES_READ
    items = [_item(rate) for rate in rates]
    wide = [type(item)(item.amount * OF_A_TEAM, item.multiples) for item in items]
    of_key = [(item, KEY, caller.key.pk) for item in items]
    return of_key + [(item, TEAM, caller.member.team_id) for item in wide]


def _refusal(item: RateLimitItem, name: str, tier: str) -> Refusal:
    seconds = item.get_expiry()
    wait = max(1, round(_limiter().get_window_stats(item, name).reset_time - time.time()))
    said = f"Too many calls: {item.amount} are taken in {seconds} s."
    return Refusal(Why.TOO_OFTEN, said, retry_after=min(wait, seconds), limit=item.amount, window=seconds, tier=tier)


@cache
def _item(rate: str) -> RateLimitItem:
    return parse(rate)


_once = threading.Lock()


def _limiter() -> SlidingWindowCounterRateLimiter:
    """This process's own. The library imports its driver at the first use, which two threads at once would break."""
    with _once:
        return _made()


@cache
def _made() -> SlidingWindowCounterRateLimiter:
    return SlidingWindowCounterRateLimiter(_storage())


def _storage() -> Storage:
    """Redis where there is one, for all processes together; else this process's memory."""
    if not settings.CACHE_URL:
        return MemoryStorage()
    return RedisStorage(settings.CACHE_URL, wrap_exceptions=True, socket_connect_timeout=1, socket_timeout=1)
