"""How is an answer written? Errors in the words of the wire; pictures as base64, and none is ever whole in memory."""

import json
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pybase64
from django.http import HttpRequest, HttpResponseBase, JsonResponse, StreamingHttpResponse

from generations import vault
from generations.dialects.serving import Made, Refusal, Served, Task, Why
from generations.models import Asset, Job

PIECE = 3 * 64 * 1024
"""Bytes of a picture that are read at once."""
AGAIN = frozenset({Why.TOO_OFTEN, Why.TOO_MANY, Why.BROKEN, Why.STOPPING})
"""What may well go better in a while. OpenAI's SDKs try everything else again as well, unless they are told not to."""


def refused(wire: Served, refusal: Refusal) -> JsonResponse:
    """The refusal in the words of this wire."""
    answer = wire.refuse(refusal)
    response = told(answer.body, status=answer.status)
    for name, value in answer.headers.items():
        response[name] = value
    if refusal.retry_after is not None:
        response["Retry-After"] = str(refusal.retry_after)
    if refusal.limit is not None:
        response["x-ratelimit-limit-requests"] = str(refusal.limit)
        response["x-ratelimit-remaining-requests"] = "0"
        response["x-ratelimit-reset-requests"] = f"{refusal.retry_after}s"
    if refusal.why not in AGAIN:
        response["x-should-retry"] = "false"
    return response


def told(body: Any, status: int = 200) -> JsonResponse:
    return JsonResponse(body, status=status, safe=False, json_dumps_params={"ensure_ascii": False})


def mark(response: HttpResponseBase, job: Job, *, is_repeat: bool) -> None:
    """Say which job it was, so that its pictures can be fetched when the line has dropped."""
    response["x-studio-job"] = str(job.pk)
    if is_repeat:
        response["Idempotent-Replayed"] = "true"


class Inlined:
    """A JSON text with places in it where pictures stand as base64. It knows its length and is written in pieces."""

    def __init__(self, text: str, pictures: Mapping[str, Asset]) -> None:
        self._pieces = _split(text, pictures)

    def __len__(self) -> int:
        return sum(len(piece) if isinstance(piece, bytes) else -(-piece.size // 3) * 4 for piece in self._pieces)

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if isinstance(piece, bytes):
                yield piece
            else:
                yield from _base64(piece)


def inlined(task: Task, assets: Iterable[Asset]) -> tuple[Task, dict[str, Asset]]:
    """The task with a token in each picture where its base64 will stand, and whose each token is."""
    tokens = {uuid.uuid4().hex: asset for asset in assets}
    pictures: tuple[Made, ...] = tuple(
        replace(made, inline=token) for made, token in zip(task.pictures, tokens, strict=True)
    )
    return replace(task, pictures=pictures), tokens


def streamed(body: Any, pictures: Mapping[str, Asset]) -> StreamingHttpResponse:
    """A JSON answer that holds pictures."""
    whole = Inlined(json.dumps(body), pictures)
    response = StreamingHttpResponse(whole, content_type="application/json")
    response["Content-Length"] = str(len(whole))
    return response


def _split(text: str, pictures: Mapping[str, Asset]) -> list[bytes | Asset]:
    pieces: list[bytes | Asset] = []
    for token, asset in pictures.items():
        if token in text:
            before, _, text = text.partition(token)
            pieces += [before.encode(), asset]
    return [*pieces, text.encode()]


def _base64(asset: Asset) -> Iterator[bytes]:
    left = b""
    with vault.open_picture(asset) as file:
        while piece := file.read(PIECE):
            whole = left + piece
            end = len(whole) // 3 * 3
            yield pybase64.b64encode(whole[:end])
            left = whole[end:]
    yield pybase64.b64encode(left)


def wire_of(request: HttpRequest) -> Served:
    """The wire in which this call is answered. `gptstudio.api` says it by the address, an image call by its model."""
    wire: Served = request.wire  # type: ignore[attr-defined]
    return wire
