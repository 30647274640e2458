"""The registry: one line a wire. What a dialect must offer stands in `wire.py`."""

from generations.dialects.images import Native, Official, Vip
from generations.dialects.jobs import Jobs
from generations.dialects.videos import Videos
from generations.dialects.wire import Dialect

DIALECTS: dict[str, Dialect] = {
    "videos": Videos(),
    "jobs": Jobs(),
    "images-official": Official(),
    "images-vip": Vip(),
    "images-openai": Native(),
}

PAINTER = "painter"
"""The local painter: it draws without a network, so it has no wire."""

NAMES = (*DIALECTS, PAINTER)

__all__ = ["DIALECTS", "NAMES", "PAINTER", "Dialect", "named"]


def named(name: str) -> Dialect:
    """The dialect of that name. Raises KeyError for any other name, the painter's too."""
    return DIALECTS[name]
