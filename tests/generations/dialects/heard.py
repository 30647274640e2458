"""Answers as the client hands them to a dialect, and what they are expected to mean."""

import json
from typing import Any, NamedTuple

from generations.dialects.wire import Image, Outcome, Phase, Response
from generations.faults import Fault, Kind

A, B, C, D, E = "videos", "jobs", "images-official", "images-vip", "images-openai"
TASK = "gpt_img_1776831820897_6i7lyuxzd"
PICTURE = f"https://example.com/uploads/gpt-images/{TASK}.png"
RESULT = "https://cdn.example.com/result.png"
HTML = "<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head><body></body></html>"
REFUSAL = "Your request was rejected by the safety system. Your request ID is x. safety_violations=[sexual]."
DATA_URL = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAA"
TOKEN = "9f86d081884c7d65"


class Row(NamedTuple):
    """One answer, where it is from, and what it is expected to mean."""

    mark: str
    dialect: str
    phase: Phase
    status: int
    body: Any
    expected: Any
    headers: dict[str, str]

    @property
    def response(self) -> Response:
        return answer(self.status, self.body, **self.headers)


def answers(dialect: str, phase: Phase, *rows: tuple) -> tuple[Row, ...]:
    """Rows of one wire and one phase, each given as mark, status, body, meaning and perhaps headers."""
    return tuple(
        Row(mark, dialect, phase, status, body, expected, *(headers or ({},)))
        for mark, status, body, expected, *headers in rows
    )


def task(**fields):
    return {"id": TASK, "object": "image", "model": "gpt-image-2", "created_at": 1709876543, **fields}


def record(state, **fields):
    nothing = dict.fromkeys(("resultJson", "failCode", "failMsg", "costTime", "completeTime"))
    data = {"taskId": "task_x", "model": "m", "state": state, "param": "{}", **nothing, "createTime": 1777459967759}
    return {"code": 200, "msg": "success", "data": data | fields}


def error(message, code=None, kind="invalid_request_error", **fields):
    return {"error": {"message": message, "type": kind, "param": None, "code": code, **fields}}


def done(*urls):
    return Outcome(tuple(Image(url=url) for url in urls))


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


def matches(meant, expected):
    match expected:
        case Kind():
            return isinstance(meant, Fault) and meant.kind is expected
        case Fault():
            return isinstance(meant, Fault) and (meant.kind, meant.status, meant.retry_after) == (
                expected.kind,
                expected.status,
                expected.retry_after,
            )
    return meant == expected
