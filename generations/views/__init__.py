"""The studio's rooms, each a function that reads a request and draws a page or a fragment of it."""

from generations.views.calling_off import cancel, cancel_all, retry
from generations.views.composing import add_reference, create, quote, redraw
from generations.views.looking import generation, library, picture, status
from generations.views.watching import pulse, theme

__all__ = [
    "add_reference",
    "cancel",
    "cancel_all",
    "create",
    "generation",
    "library",
    "picture",
    "pulse",
    "quote",
    "redraw",
    "retry",
    "status",
    "theme",
]
