"""Answers as the client hands them to a dialect, from what stood on the wire."""

import json
from typing import Any

from generations.dialects.wire import Response


def answer(status: int, body: Any, **headers: str) -> Response:
    """`body` is JSON already read, or the text of something that may or may not be JSON."""
    text = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(status, named, _parsed(text), text[:500])


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
