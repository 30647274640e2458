"""The columns of the usage table: what each means, how it is read from a row, and how it is written."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from generations.admin.figures import dollars, plain_dollars, whole
from generations.faults import Kind
from generations.usage import Figures, Report, Row
from gptstudio.admin import EMPTY


@dataclass(frozen=True, slots=True)
class Measure:
    """One column. `write` is for people, `plain` for a spreadsheet."""

    title: str | Promise
    meaning: str | Promise
    read: Callable[[Figures], int]
    write: Callable[[int], str] = whole
    plain: Callable[[int], str] = str


JOBS = Measure(
    _("Jobs"),
    _("Jobs accepted. One whose pictures went to two providers stands in both rows and once in the total."),
    lambda figures: figures.jobs,
)
PICTURES = Measure(
    _("Pictures"),
    _("Generations that ended with a picture kept here. One that came later is kept at no charge and stays failed."),
    lambda figures: figures.pictures,
)
FAILED = Measure(
    _("Failed"),
    _("Generations that ended without one; the last columns count them by what went wrong."),
    lambda figures: figures.failed,
)
CAPTURED = Measure(
    _("Captured"), _("Credits taken for pictures, on the day they were taken."), lambda figures: figures.captured
)
REFUNDED = Measure(
    _("Refunded"), _("Credits given back by hand, on the day they were given back."), lambda figures: figures.refunded
)
SPENT = Measure(_("Spent"), _("Captured less refunded."), lambda figures: figures.spent)
RELEASED = Measure(
    _("Released"),
    _("Holds that ended. Each is given back whole, and a picture's price is captured beside it."),
    lambda figures: figures.released,
)
HELD_NOW = Measure(
    _("Held now"),
    _("Credits set aside on these days for pictures that are still under way."),
    lambda figures: figures.held_now,
)
CALLS = Measure(_("Calls"), _("Attempts sent to providers, whatever came of them."), lambda figures: figures.calls)
COST = Measure(
    _("Upstream cost"),
    _("US dollars that those attempts cost, as their routes price them."),
    lambda figures: figures.cost,
    dollars,
    plain_dollars,
)
LOST = Measure(
    _("Of it lost"),
    _("The part paid, or possibly paid, without a picture that the team paid for: none came, or it came too late."),
    lambda figures: figures.lost,
    dollars,
    plain_dollars,
)
DOUBTED = Measure(
    _("In doubt"),
    _("The part of what is lost that nobody has looked into: see Open unknowns. What was not billed costs nothing."),
    lambda figures: figures.doubted,
    dollars,
    plain_dollars,
)
DELIVERED_COST = replace(COST, read=lambda figures: figures.cost - figures.lost)
"""What a drawing sets against what was lost."""

MEASURES = (JOBS, PICTURES, FAILED, CAPTURED, REFUNDED, SPENT, RELEASED, HELD_NOW, CALLS, COST, LOST, DOUBTED)
TILES = (PICTURES, FAILED, SPENT, HELD_NOW, COST, LOST)

FAULTS: Mapping[str, str | Promise] = {
    Kind.REFUSED: _("Refused"),
    Kind.INVALID: _("Invalid"),
    Kind.UNSUPPORTED: _("Unsupported"),
    Kind.DENIED: _("Denied"),
    Kind.BUSY: _("Busy"),
    Kind.NOT_STARTED: _("Not started"),
    Kind.BROKEN: _("Broken"),
    Kind.UNKNOWN: _("No verdict"),
    Kind.GARBLED: _("Unreadable"),
}


def measures(answer: Report) -> list[Measure]:
    """The columns of one answer: those that always stand, and one for each kind of fault that happened."""
    return [*MEASURES, *map(_of_fault, answer.faults)]


def _of_fault(kind: str) -> Measure:
    return Measure(FAULTS[kind], "", lambda figures: figures.faults[kind])


def lines(answer: Report) -> Iterator[list[str]]:
    """The table as a spreadsheet reads it: its head, its rows, its total."""
    columns = measures(answer)
    yield [str(answer.grouping.label), *(str(column.title) for column in columns)]
    for row in [*answer.rows, Row(None, str(_("Total")), answer.total)]:
        yield [harmless(row.name or EMPTY), *(column.plain(column.read(row.figures)) for column in columns)]


def harmless(text: str) -> str:
    """A name that a spreadsheet would run as a formula, made text (OWASP, CSV injection)."""
    return f"'{text}" if text.lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")) else text
