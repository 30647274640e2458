"""How often may a script call, in words?"""

from collections.abc import Iterable

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from limits import RateLimitItem, parse

PER = {
    1: _("%(calls)s a second"),
    60: _("%(calls)s a minute"),
    3600: _("%(calls)s an hour"),
    86400: _("%(calls)s a day"),
}
OTHERWISE = _("%(calls)s in %(seconds)s seconds")


def rates(said: Iterable[str]) -> str:
    """Several rates as they stand in the settings, such as `20/second`, as one part of a sentence."""
    return pgettext("rates", " and ").join(_rate(parse(each)) for each in said)


def _rate(item: RateLimitItem) -> str:
    calls = number_format(item.amount, force_grouping=True)
    return str(PER.get(item.get_expiry(), OTHERWISE)) % {"calls": calls, "seconds": item.get_expiry()}
