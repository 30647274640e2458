"""What does a person who writes a script have to know? The pages about the served wires, as we serve them.

Limits, states and errors are taken from the wires themselves; the words around them stand here. So do receivers of
webhooks.
"""

from generations.manual.errors import Wrong, ends, errors, shape_of_an_error
from generations.manual.examples import Example, examples
from generations.manual.often import rates
from generations.manual.pages import PAGES, Page, page_of
from generations.manual.receivers import LIMITS, RECEIVERS, example_of_an_event
from generations.manual.spellings import Spelling, spellings

__all__ = [
    "LIMITS",
    "PAGES",
    "RECEIVERS",
    "Example",
    "Page",
    "Spelling",
    "Wrong",
    "ends",
    "errors",
    "example_of_an_event",
    "examples",
    "page_of",
    "rates",
    "shape_of_an_error",
    "spellings",
]
