"""What the stories of API keys share: the page, what its form sends, and how its answer reads."""

import re
from typing import Any

from accounts.keyring import Wish

PAGE = "/team/keys/"
WISH = Wish("nightly", ["create", "read"], [], (None, None, None))
FORM = {"press": "a press", "name": "nightly", "scopes": ["create", "read"]}
KEY = re.compile(r"gs_live_[0-9A-Za-z]{38}")


def shown(answer: Any) -> str:
    """The one key in the clear that a page shows."""
    (key,) = KEY.findall(answer.content.decode())
    return key


def text(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))
