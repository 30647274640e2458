"""How would a script ask for this? The call of a served wire that asks for a brief, as curl, Python or JavaScript.

brief ── call_of ──▶ Call ── written ──▶ text        (or Unsayable: the wire has no words for it)

A call is written by the wire's own `write` and heard again by its own `listen`, so what is printed is what is served.
The key never stands in it: a script reads it from the environment.
"""

from generations.scripts.calls import SERVED, Call, Unsayable, call_of
from generations.scripts.javascript import javascript
from generations.scripts.python import python
from generations.scripts.shell import shell

CURL, PYTHON, JAVASCRIPT = "curl", "python", "javascript"
_WRITERS = {CURL: shell, PYTHON: python, JAVASCRIPT: javascript}
LANGUAGES = tuple(_WRITERS)

__all__ = ["CURL", "JAVASCRIPT", "LANGUAGES", "PYTHON", "SERVED", "Call", "Unsayable", "call_of", "written"]


def written(call: Call, language: str, base: str) -> str:
    """The call as a script that runs as it stands, against the studio at `base`."""
    return _WRITERS[language](call, base)
