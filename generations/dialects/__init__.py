"""The registry: one line a wire and direction. What a dialect must offer stands in `wire.py` and `serving.py`."""

from collections.abc import Collection
from dataclasses import replace

from generations.brief import Brief
from generations.catalog import Capabilities
from generations.dialects.images import NATIVE, OFFICIAL, VIP, asking, serving
from generations.dialects.jobs import Jobs
from generations.dialects.videos import Videos
from generations.dialects.wire import DATA_URL, SUBMIT, Dialect, Phase, Polled, Reach, Response, Submitted
from generations.dialects.wishes import beyond, spoken
from generations.faults import Fault

VIDEOS, JOBS = Videos(), Jobs()

DIALECTS: dict[str, Dialect] = {
    "videos": VIDEOS,
    "jobs": JOBS,
    OFFICIAL: asking.Official(),
    VIP: asking.Vip(),
    NATIVE: asking.Native(),
}
"""Towards providers."""

AT_ONCE: dict[str, serving.AtOnce] = {
    OFFICIAL: serving.Official(),
    VIP: serving.Vip(),
    NATIVE: serving.Native(),
}
"""Towards callers, of the wires that share the paths of the Images API."""

PAINTER = "painter"
"""The local painter: it draws without a network, so it has no wire."""

_PAINTERS_REACH = Reach(references=None, form=DATA_URL, soft=frozenset({"format", "compression"}))
"""It draws with the hue of whatever it is given; how many references that may be, its image model says."""

NAMES = (*DIALECTS, PAINTER)

_AT_ONCE_OF = {"gpt-image-2-official": OFFICIAL, "gpt-image-2-vip": VIP}

__all__ = [
    "AT_ONCE",
    "DIALECTS",
    "JOBS",
    "NAMES",
    "PAINTER",
    "VIDEOS",
    "Dialect",
    "answering",
    "classify",
    "lacking",
    "named",
    "unsaid",
]


def answering(image_model: str) -> serving.AtOnce:
    """The wire in which a call of the Images API is answered: of three on one path, the name of the model says which.

    OpenAI's own where the name is neither of the two sellers'.
    """
    return AT_ONCE[_AT_ONCE_OF.get(image_model, NATIVE)]


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


def narrowed(can: Capabilities, names: Collection[str]) -> Capabilities:
    """What of an image model's hard wishes one of these dialects has words for: no more than that is offered."""
    reaches = [_reach(name) for name in names]
    if not reaches:
        return can
    prompts, references = ({reach.prompt for reach in reaches}, {reach.references for reach in reaches})
    return replace(
        can,
        prompt_limit=can.prompt_limit if None in prompts else min(can.prompt_limit, max(filter(None, prompts))),
        most_references=can.most_references
        if None in references
        else min(can.most_references, max(most for most in references if most is not None)),
        mask=can.mask and any(reach.mask for reach in reaches),
    )


def _reach(name: str) -> Reach:
    return _PAINTERS_REACH if name == PAINTER else named(name).reach
