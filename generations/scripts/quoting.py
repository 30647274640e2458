"""How does a text stand in a script so that nothing in it is taken for anything else?"""

import json
from typing import Any


def quoted(text: str) -> str:
    """One word of a shell: within single quotes nothing means anything but their end."""
    return "'" + text.replace("'", r"'\''") + "'"


def literal(value: Any, indent: int = 0) -> str:
    """A value as Python and JavaScript both read it: JSON, of which both take the whole (ES2019).

    True, false and null are written differently in Python, and no wire asks for them in a brief.
    """
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return text.replace("\n", "\n" + " " * indent)
