"""The registry: one line a wire. What a dialect must offer stands in `wire.py`."""

from generations.dialects.wire import Dialect

PAINTER = "painter"
"""The local painter: it draws without a network, so it has no wire."""

NAMES = ("videos", "jobs", "images-official", "images-vip", "images-openai", PAINTER)

__all__ = ["NAMES", "PAINTER", "Dialect"]
