"""How do a picture, a span of time and a prompt look on a page?"""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.text import Truncator

from generations import media
from generations.models import Asset
from generations.sizes import Size, ratio_of

register = template.Library()

ALT_CHARACTERS = 120


@register.simple_tag
def picture_url(asset: Asset, variant: media.Variant) -> str:
    """The signed address of a picture: `thumbnail` or `original`."""
    return media.link(asset, variant)


@register.filter
def clock(span: timedelta) -> str:
    """Minutes and seconds, with hours where there are any: `0:07`, `12:30`, `1:02:03`."""
    seconds = max(int(span.total_seconds()), 0)
    hours, minutes = divmod(seconds // 60, 60)
    tail = f"{minutes}:{seconds % 60:02}"
    return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else tail


@register.filter
def elapsed(since: datetime) -> timedelta:
    return timezone.now() - since


@register.filter
def alt(prompt: str) -> str:
    """What a picture shows, for those who cannot see it: the beginning of its prompt, on one line."""
    return Truncator(" ".join(prompt.split())).chars(ALT_CHARACTERS)


@register.filter
def ratio(asset: Asset) -> str:
    return ratio_of(Size(asset.width, asset.height))
