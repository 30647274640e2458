"""What the schema says of an operation beside its shapes: an example, its scope, and each answer that may come."""

from http import HTTPStatus
from typing import Any

from django.utils.translation import gettext_noop as _
from pydantic import BaseModel

from accounts.models import Scope
from generations.api.native import told
from generations.api.native.asked import Link
from generations.api.native.examples import ANSWERS, BODIES, refusals
from generations.api.native.wire import WIRE

ALWAYS = (400, 401, 403, 405, 422, 429, 500)
"""What any call may be answered: even one without a body may have a query that cannot be read."""
JSON = "application/json"
KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255,
        "pattern": "^[!-~]+$",
        "description": _("A word of your own that makes two calls one submission. It belongs to this API key."),
    },
    "example": "poster-42",
}
HEADERS = {
    "Location": {"description": "Where the job is read.", "required": True, "schema": {"type": "string"}},
    "Idempotent-Replayed": {"description": "`true`: found again.", "schema": {"const": "true"}},
}
"""Of an answer to a submission."""
PICTURE = {"type": "string", "format": "binary", "description": _("The bytes of the picture.")}
UPLOAD: dict[str, Any] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {"file": PICTURE, "use": Link.model_json_schema()["properties"]["use"]},
                "required": ["file"],
                "additionalProperties": False,
            }
        },
        JSON: {"schema": Link.model_json_schema(), "example": BODIES["asset"]},
    },
}
"""The two ways in which a picture is handed in."""
SAID = {name: {"content": {JSON: {"example": BODIES[name]}}} for name in ("quote", "job", "new_webhook", "webhook")}
"""What is said of a body whose shape the schema knows already."""


def answers(status: int, model: type[BaseModel], *also: int) -> dict[int, type[BaseModel]]:
    """The answers of an operation: the good one, and what else may come."""
    return {status: model, **dict.fromkeys(sorted({*ALWAYS, *also}), told.Failure)}


def documented(
    name: str, scope: Scope, body: dict[str, Any] | None = None, *, is_idempotent: bool = False
) -> dict[str, Any]:
    """What goes into the schema for the operation whose examples have this name."""
    said: dict[str, Any] = {"x-scope": str(scope), "x-answer": ANSWERS[name]}
    if body:
        said["requestBody"] = body
    if is_idempotent:
        said["parameters"] = [KEY]
        said["x-headers"] = HEADERS
    return said


def complete(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with an example at every answer, and with its headers."""
    failures = {status: WIRE.refuse(refusal).body for status, refusal in refusals().items()}
    for methods in schema["paths"].values():
        for operation in methods.values():
            example, headers = operation.pop("x-answer"), operation.pop("x-headers", {})
            for status, answer in operation["responses"].items():
                is_good = int(status) < 400
                answer["content"][JSON]["example"] = example if is_good else failures[int(status)]
                answer["description"] = HTTPStatus(int(status)).phrase
                if is_good and headers:
                    answer["headers"] = headers
    return schema
