"""How figures are written for the operator."""

from decimal import Decimal

from django.utils.formats import number_format

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
