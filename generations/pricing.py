"""What a picture costs, in whole credits. A tariff is the price list of one image model."""

from collections.abc import Mapping
from typing import TypeAlias

from generations.sizes import AUTO

Tariff: TypeAlias = Mapping[str, int]
"""Credits by "tier quality", or by "tier" alone where the image model has no qualities."""


class Unpriced(LookupError):
    """The tariff has no line for what was asked."""


def line(tier: str, quality: str) -> str:
    """The name of a tariff's line: `2K high`, or `2K`."""
    return f"{tier} {quality}".strip()


def price(tariff: Tariff, tier: str, quality: str) -> int:
    """Credits for one picture, the upper price where the provider may choose the quality.

    A tier that has a price of its own has it for every quality that has none.

    Raises Unpriced when the tariff knows neither the quality nor the tier.
    """
    for named in (line(tier, quality), tier):
        if named in tariff:
            return tariff[named]
    choices = [credits for name, credits in tariff.items() if name.split()[0] == tier]
    if not choices or quality not in ("", AUTO):
        raise Unpriced(line(tier, quality))
    return max(choices)


def due(tariff: Tariff, held: int, tier: str, quality: str) -> int:
    """Credits owed for what was delivered: its own price, and never above what was held.

    A quality that the tariff does not know, as a wire may state one that we did not ask for, counts as unsaid.
    """
    for said in (quality, ""):
        try:
            return min(held, price(tariff, tier, said))
        except Unpriced:
            continue
    return held
