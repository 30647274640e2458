"""How figures are written for the operator."""

from datetime import datetime, timedelta
from decimal import Decimal
from math import floor

from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

MICRO = Decimal(1_000_000)


def whole(figure: int) -> str:
    """A whole number, its thousands parted as the reader's language parts them."""
    return str(number_format(figure, force_grouping=True))


def dollars(micro: int) -> str:
    """Micro-dollars as dollars, to the cent at least and to the last digit that says something."""
    return f"${plain_dollars(micro)}"


def plain_dollars(micro: int) -> str:
    """The same without its sign, for a spreadsheet."""
    whole, _, parts = f"{micro / MICRO:.6f}".partition(".")
    return f"{whole}.{parts.rstrip('0').ljust(2, '0')}"


def percent(share: float) -> str:
    """A share of one in whole percent; a hundred only where nothing is missing."""
    return f"{floor(share * 100)} %"


def span(time: timedelta) -> str:
    """How long a picture took: to the tenth of a second below ten, in minutes from two on."""
    seconds = time.total_seconds()
    if seconds < 10:
        return _("%(seconds)s s") % {"seconds": number_format(seconds, 1)}
    if seconds < 120:
        return _("%(seconds)s s") % {"seconds": round(seconds)}
    minutes, rest = divmod(round(seconds), 60)
    return _("%(minutes)d min %(seconds)d s") % {"minutes": minutes, "seconds": rest}


def clock(moment: datetime) -> str:
    """The time of a day, with its date where that is not today."""
    local = timezone.localtime(moment)
    return date_format(local, "H:i") if local.date() == timezone.localdate() else dated(moment)


def dated(moment: datetime) -> str:
    local = timezone.localtime(moment)
    return f"{date_format(local, 'DATE_FORMAT')} {date_format(local, 'H:i')}"
