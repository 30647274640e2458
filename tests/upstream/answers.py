"""What the upstream answers with: a status, a body, and what may go wrong with the line while it is sent."""

import json
from dataclasses import dataclass, field
from typing import Any

Headers = dict[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """`act` is what happens to the line: `hang`, `reset`, `truncate`, `slow` or `bomb`; empty: it behaves."""

    status: int
    body: bytes = b""
    headers: Headers = field(default_factory=dict)
    act: str = ""


def as_json(status: int, value: Any, **headers: str) -> Answer:
    body = json.dumps(value, ensure_ascii=False).encode()
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Answer(status, body, {"content-type": "application/json", **named})


def as_page(status: int, title: str) -> Answer:
    """The kind of web page that a gateway shows in its provider's place."""
    page = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Answer(status, page.encode(), {"content-type": "text/html; charset=utf-8"})


def openai_error(
    status: int, message: str, code: str | None, param: str | None = None, kind: str = "", **headers: str
) -> Answer:
    """OpenAI's envelope, which the gateways use as well."""
    error = {"message": message, "type": kind or "invalid_request_error", "param": param, "code": code}
    return as_json(status, {"error": error}, **headers)


def gateway_error(status: int, message: str, code: str = "") -> Answer:
    """The envelope of a gateway before its provider is reached: no `param`, and a request id in the text."""
    error = {"message": f"{message} (request id: 20261121000000000)", "type": "new_api_error", "code": code}
    return as_json(status, {"error": error})


COMMON: dict[str, Answer] = {
    "502html": as_page(502, "502 Bad Gateway"),
    "524html": as_page(524, "524: A timeout occurred"),
    "html200": as_page(200, "Welcome"),
    "junk": Answer(200, b'{"created": 17, "data": [{"url": "http', {"content-type": "application/json"}),
    "error200": as_json(200, {"error": {"message": "The engine stopped.", "type": "upstream_error", "code": None}}),
    "hang": Answer(0, act="hang"),
    "reset": Answer(0, act="reset"),
}
"""What can go wrong with any wire, whatever its documents say."""
