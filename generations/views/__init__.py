"""The studio's rooms, each a function that reads a request and draws a page or a fragment of it."""

from generations.views.composing import add_reference, create, quote, redraw
from generations.views.looking import generation, library, picture
from generations.views.watching import pulse, theme

__all__ = ["add_reference", "create", "generation", "library", "picture", "pulse", "quote", "redraw", "theme"]
