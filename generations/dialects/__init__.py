"""The registry: one line a wire. What a dialect must offer stands in `wire.py`."""

from generations.brief import Brief
from generations.dialects.images import Native, Official, Vip
from generations.dialects.jobs import Jobs
from generations.dialects.videos import Videos
from generations.dialects.wire import DATA_URL, SUBMIT, Dialect, Phase, Polled, Reach, Response, Submitted
from generations.dialects.wishes import beyond, spoken
from generations.faults import Fault

DIALECTS: dict[str, Dialect] = {
    "videos": Videos(),
    "jobs": Jobs(),
    "images-official": Official(),
    "images-vip": Vip(),
    "images-openai": Native(),
}

PAINTER = "painter"
"""The local painter: it draws without a network, so it has no wire."""

_PAINTERS_REACH = Reach(references=None, form=DATA_URL, soft=frozenset({"format", "compression"}))
"""It draws with the hue of whatever it is given; how many references that may be, its image model says."""

NAMES = (*DIALECTS, PAINTER)

__all__ = ["DIALECTS", "NAMES", "PAINTER", "Dialect", "classify", "lacking", "named", "unsaid"]


def named(name: str) -> Dialect:
    """The dialect of that name. Raises KeyError for any other name, the painter's too."""
    return DIALECTS[name]


def classify(name: str, phase: Phase, response: Response) -> Submitted | Polled:
    """What an answer means on the wire of that name: an id, a picture, how far it is, or a fault.

    The one way from what a provider said (status, headers, body) to what the engine does about it; the table of its
    answers stands in tests/generations/dialects/table.
    """
    dialect = named(name)
    return dialect.read(response) if phase == SUBMIT else dialect.hear(response)


def lacking(name: str, brief: Brief) -> Fault | None:
    """The first hard wish of `brief` that cannot be had over the dialect of that name; None where all of them can.

    Its references are only counted, so it can be asked before anybody has read them. The fault's code is the field
    of the brief: prompt, references, mask or background.
    """
    return beyond(brief, _reach(name))


def unsaid(name: str, brief: Brief) -> frozenset[str]:
    """The soft wishes of `brief` that the dialect of that name has no words for: nobody heard of them."""
    return spoken(brief) - _reach(name).soft


def _reach(name: str) -> Reach:
    return _PAINTERS_REACH if name == PAINTER else named(name).reach
