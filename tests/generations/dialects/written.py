"""Requests as a dialect writes them, and the pictures that stand in their briefs."""

from generations.brief import Brief, Picture
from generations.dialects import named
from generations.dialects.wire import Request
from generations.faults import Fault, Kind

PNG = b"\x89PNG\r\n\x1a\n and so on"
FILED = Picture(content=PNG, media_type="image/png")
LINKED = Picture(url="https://cdn.example.com/input.png")


def written(dialect: str, brief: Brief, upstream_name: str = "some-model") -> Request:
    request = named(dialect).write(brief, upstream_name, "req-1")
    assert isinstance(request, Request), request
    return request


def refused(dialect: str, brief: Brief) -> str:
    fault = named(dialect).write(brief, "some-model", "req-1")
    assert isinstance(fault, Fault)
    assert fault.kind is Kind.UNSUPPORTED
    assert fault.message
    return fault.code
