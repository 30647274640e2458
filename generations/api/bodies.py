"""How is the body of a script's call read? Strictly, within bounds, and whatever way its length was told.

A form's files go to disk as they come. JSON is read whole, so there may be less of it.
"""

import hashlib
import json
import re
import tempfile
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler, TemporaryFileUploadHandler
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils.datastructures import MultiValueDict

from generations.dialects.serving import Refused, Said, Why

MOST_JSON = 48 * 1024 * 1024
"""Bytes: two pictures of the most that one may have, as base64."""
MOST_VALUES = 100_000
"""Of a JSON body: small ones take forty times as much memory as the text that spells them."""
MOST_FORM = 200 * 1024 * 1024
DEEPEST = 32
PIECE = 64 * 1024
_UNKEEPABLE = re.compile(r"[\x00\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Body:
    """What a call said, and by what it is known again."""

    said: Said
    fingerprint: str
    """The sha256 of what it means: the order of its keys and the boundaries of its parts are none of it."""
    text: str = ""
    """Of JSON, the text as it came."""


def read(request: HttpRequest, *, is_edit: bool = False) -> Body:
    """The body of a call. Raises Refused: NOT_READ or TOO_LARGE."""
    if request.headers.get("content-encoding", "identity").lower() not in ("", "identity"):
        raise Refused(Why.NOT_READ, "A body must not be compressed.")
    if (request.content_type or "").lower().startswith("multipart/"):
        return _form(request, is_edit=is_edit)
    return _json(request, is_edit=is_edit)


def _json(request: HttpRequest, *, is_edit: bool) -> Body:
    """JSON, whatever the call says that it is: curl says form unless it is told otherwise."""
    with _stream(request, MOST_JSON) as stream:
        raw = stream.read()
    if sum(map(raw.count, (b"[", b"{", b","))) > MOST_VALUES:
        raise Refused(Why.NOT_READ, f"The body has more than {MOST_VALUES} values.")
    try:
        text = raw.decode()
        fields = json.loads(text, object_pairs_hook=_once, parse_constant=_no_number)
    except (ValueError, RecursionError) as wrong:
        raise Refused(Why.NOT_READ, "The body is not JSON.") from wrong
    if not isinstance(fields, dict):
        raise Refused(Why.NOT_READ, "The body must be a JSON object.")
    _look_through(fields)
    return Body(Said(fields, is_edit=is_edit), _fingerprint(fields, {}, is_edit=is_edit), text)


def _form(request: HttpRequest, *, is_edit: bool) -> Body:
    with _stream(request, MOST_FORM) as stream:
        # Django's parser takes a body without a stated length for an empty one, so it is told the length it has.
        length = stream.seek(0, 2)
        stream.seek(0)
        told = {**request.META, "CONTENT_LENGTH": str(length)}
        handlers = [MemoryFileUploadHandler(request), TemporaryFileUploadHandler(request)]
        try:
            texts, files = MultiPartParser(told, stream, handlers, "utf-8").parse()
        except (MultiPartParserError, TooManyFieldsSent, TooManyFilesSent) as wrong:
            raise Refused(Why.NOT_READ, "The form cannot be read.") from wrong
        except RequestDataTooBig as wrong:
            raise Refused(Why.TOO_LARGE, "The form's texts are too large.") from wrong
    fields = _parts(texts)
    _look_through(fields)
    given = {name: tuple(files.getlist(name)) for name in files}
    said = Said(fields, given, is_form=True, is_edit=is_edit)
    return Body(said, _fingerprint(fields, given, is_edit=is_edit))


def _stream(request: HttpRequest, most: int) -> Any:
    """The body from its beginning: on disk where it is long. Raises Refused where it is longer than `most`."""
    with ExitStack() as on_failure:
        whole = tempfile.SpooledTemporaryFile(  # noqa: SIM115 the caller closes it
            max_size=settings.FILE_UPLOAD_MAX_MEMORY_SIZE, dir=str(settings.SCRATCH)
        )
        on_failure.callback(whole.close)
        size = 0
        for piece in _pieces(request):
            size += len(piece)
            if size > most:
                raise Refused(Why.TOO_LARGE, f"The body is larger than {most // 1024 // 1024} MB.")
            whole.write(piece)
        if size < int(request.META.get("CONTENT_LENGTH") or 0):  # a form that is cut short may look like a whole one
            raise Refused(Why.NOT_READ, "The body is not whole.")
        whole.seek(0)
        on_failure.pop_all()
        return whole


def _pieces(request: HttpRequest) -> Iterable[bytes]:
    """What comes over the line. Django reads nothing where no length was told, so there the server is asked itself."""
    is_chunked = "chunked" in request.headers.get("transfer-encoding", "").lower()
    source = request.environ["wsgi.input"] if is_chunked and hasattr(request, "environ") else request
    while piece := _next(source):
        yield piece


def _next(source: Any) -> bytes:
    try:
        return bytes(source.read(PIECE))
    except Exception as wrong:  # each server has errors of its own for a body that is broken off or badly cut
        raise Refused(Why.NOT_READ, "The body is not whole.") from wrong


def _parts(texts: MultiValueDict[str, str]) -> dict[str, Any]:
    """The text parts by name: a list where a name stands more than once, or says by its `[]` that it is one."""
    return {
        name: values if len(values) > 1 or name.endswith("[]") else values[0]
        for name, values in texts.lists()
        if values
    }


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two values under one key, nobody knows which was meant."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Refused(Why.NOT_READ, "The body has the same key twice.")
    return found


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _look_through(value: Any, depth: int = 0) -> None:
    """No text that no database keeps, and nothing so deep that only a machine would write it."""
    if depth > DEEPEST:
        raise Refused(Why.NOT_READ, "The body is nested too deeply.")
    if isinstance(value, str):
        if _UNKEEPABLE.search(value):
            raise Refused(Why.NOT_READ, "The body holds a NUL or half of a character.")
        return
    if isinstance(value, dict):
        _look_through("".join(value))
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _look_through(inner, depth + 1)


def _fingerprint(fields: dict[str, Any], files: dict[str, tuple[UploadedFile, ...]], *, is_edit: bool) -> str:
    digests = {name: [_digest(file) for file in given] for name, given in files.items()}
    canonical = json.dumps([is_edit, fields, digests], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _digest(file: UploadedFile) -> str:
    digest = hashlib.sha256()
    for piece in file.chunks(PIECE):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()
