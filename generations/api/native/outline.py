"""What does the schema say, in the order in which a person reads it? Groups, operations, fields, in their language."""

import json
import shlex
from dataclasses import dataclass
from typing import Any, TypeAlias

from django.utils.translation import gettext

from accounts.models import Scope
from generations.api.native.documenting import JSON

FORM = "multipart/form-data"
SHAPE = "#/components/schemas/"
HIDDEN = frozenset({"Failure", "Error", "Wished", "JobsAsked", "AssetsAsked", "EntriesAsked", "Hooked", "Switched"})
"""Shapes that have a place of their own on the page."""
Schema: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Field:
    """One line of a table."""

    name: str
    kind: str
    about: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class Operation:
    id: str
    method: str
    path: str
    title: str
    about: str
    scope: str
    parameters: list[Field]
    bodies: list[tuple[str, list[Field]]]
    """The fields of its body, by the type of the content."""
    call: str
    status: str
    shape: str
    """The name of its answer's shape."""
    example: str
    failures: list[str]


@dataclass(frozen=True, slots=True)
class Trouble:
    """An example of what may go wrong."""

    status: str
    code: str
    message: str
    body: str


@dataclass(frozen=True, slots=True)
class Outline:
    groups: list[tuple[str, list[Operation]]]
    shapes: list[tuple[str, list[Field]]]
    failures: list[Trouble]
    """One of each status."""
    codes: list[str]


def outline(schema: Schema) -> Outline:
    """The whole schema as its page shows it."""
    return _Reader(schema).outline()


class _Reader:
    def __init__(self, schema: Schema) -> None:
        self.paths: Schema = schema["paths"]
        self.shapes: Schema = schema["components"]["schemas"]
        self.server: str = schema["servers"][0]["url"]

    def outline(self) -> Outline:
        groups: dict[str, list[Operation]] = {}
        failures: dict[str, Trouble] = {}
        for path, methods in self.paths.items():
            for method, said in methods.items():
                operation = self._operation(path, method, said)
                groups.setdefault(gettext(said["tags"][0]), []).append(operation)
                failures |= {status: _trouble(status, said["responses"][int(status)]) for status in operation.failures}
        told = [failures[status] for status in sorted(failures)]
        return Outline([*groups.items()], self._shapes(), told, self.shapes["Why"]["enum"])

    def _operation(self, path: str, method: str, said: Schema) -> Operation:
        status, answer = next(iter(said["responses"].items()))
        contents: Schema = said.get("requestBody", {}).get("content", {})
        return Operation(
            id=said["operationId"],
            method=method.upper(),
            path=path,
            title=gettext(said["summary"]),
            about=gettext(said["description"]),
            scope=str(Scope(said["x-scope"]).label),
            parameters=[self._field(each["name"], each["schema"], each["required"]) for each in said["parameters"]],
            bodies=[(kind, self._fields(content["schema"])) for kind, content in contents.items()],
            call=_call(f"{self.server}{path}", method, contents),
            status=str(status),
            shape=_name(answer["content"][JSON]["schema"]),
            example=_example(answer),
            failures=[str(each) for each in said["responses"] if each >= 400],
        )

    def _shapes(self) -> list[tuple[str, list[Field]]]:
        """What answers are made of."""
        told = {name: shape for name, shape in self.shapes.items() if name not in HIDDEN and "properties" in shape}
        return [(name, self._fields(shape)) for name, shape in told.items()]

    def _fields(self, shape: Schema) -> list[Field]:
        whole = self.shapes[_name(shape)] if "$ref" in shape else shape
        required = whole.get("required", [])
        return [self._field(name, each, name in required) for name, each in whole["properties"].items()]

    def _field(self, name: str, shape: Schema, is_required: bool) -> Field:
        about = shape.get("description", "")
        return Field(name, self._kind(shape), gettext(about) if about else "", is_required)

    def _kind(self, shape: Schema) -> str:
        """A word for what may stand there, as a schema's reader knows it."""
        if "$ref" in shape:
            named = self.shapes[_name(shape)]
            return self._kind(named) if "enum" in named else _name(shape)
        if "anyOf" in shape:
            return " | ".join(map(self._kind, shape["anyOf"]))
        if "enum" in shape:
            return " | ".join(shape["enum"])
        if shape.get("type") == "array":
            return f"[{self._kind(shape['items'])}]"
        return str(shape.get("format") or shape.get("type", ""))


def _name(shape: Schema) -> str:
    return str(shape["$ref"]).removeprefix(SHAPE)


def _call(address: str, method: str, contents: Schema) -> str:
    """The call as curl makes it, to be copied."""
    lines = [f"curl {address.replace('{id}', '$ID')}", '-H "Authorization: Bearer $GPT_STUDIO_KEY"']
    if FORM in contents:
        lines.append("-F file=@boat.png")
    elif JSON in contents:
        lines.append('-H "Content-Type: application/json"')
        lines.append(f"-d {shlex.quote(json.dumps(contents[JSON]['example'], ensure_ascii=False))}")
    if method not in ("get", "post") or (method == "post" and not contents):
        lines.insert(1, f"-X {method.upper()}")
    return " \\\n  ".join(lines)


def _trouble(status: str, answer: Schema) -> Trouble:
    said = answer["content"][JSON]["example"]["error"]
    return Trouble(status, said["code"], said["message"], _example(answer))


def _example(answer: Schema) -> str:
    return json.dumps(answer["content"][JSON]["example"], indent=2, ensure_ascii=False)
