"""What was asked: one HTTP request, read whole, with its key, its JSON or its multipart fields and files."""

import json
import re
from dataclasses import dataclass, field
from typing import Any

_BOUNDARY = re.compile(r'boundary="?([^";,]+)"?')
_NAME = re.compile(r'\bname="([^"]*)"')
_FILENAME = re.compile(r'filename="([^"]*)"')


@dataclass(frozen=True, slots=True)
class File:
    """One file of a multipart body."""

    name: str
    filename: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `origin` is where the asker reached us, so that URLs in answers lead back here."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes = field(repr=False, default=b"")

    @property
    def origin(self) -> str:
        return f"http://{self.headers.get('host', '127.0.0.1')}"

    @property
    def key(self) -> str:
        scheme, _, key = self.headers.get("authorization", "").partition(" ")
        return key.strip() if scheme.lower() == "bearer" else ""

    @property
    def is_multipart(self) -> bool:
        return self.headers.get("content-type", "").startswith("multipart/form-data")

    def json(self) -> Any:
        """The body as JSON; None where it is none, or is not announced as such."""
        if not self.headers.get("content-type", "").startswith("application/json"):
            return None
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def multipart(self) -> tuple[dict[str, str], list[File]]:
        """The text fields and the files of a multipart body."""
        found = _BOUNDARY.search(self.headers.get("content-type", ""))
        sections = self.body.split(b"--" + found[1].encode())[1:-1] if found else []
        parts = [_part(section.removeprefix(b"\r\n").removesuffix(b"\r\n")) for section in sections]
        fields = {name: content.decode() for name, filename, _, content in parts if filename is None}
        return fields, [File(name, filename, kind, content) for name, filename, kind, content in parts if filename]

    def public_headers(self) -> dict[str, str]:
        return {name: value for name, value in self.headers.items() if name != "authorization"}


def _part(section: bytes) -> tuple[str, str | None, str, bytes]:
    head, _, content = section.partition(b"\r\n\r\n")
    lines = dict(line.lower().split(":", 1) for line in head.decode().split("\r\n") if ":" in line)
    name, filename = _NAME.search(head.decode()), _FILENAME.search(head.decode())
    kind = lines.get("content-type", "text/plain").strip()
    return name[1] if name else "", filename[1] if filename else None, kind, content
