"""Large bodies, in and out of a web process: a 20 MB edit, and a 4K picture as base64."""

import io
import random

import httpx2 as httpx
from PIL import Image

from tests.bench.figures import Figure, figure
from tests.bench.provider import scripted
from tests.bench.served import BASE64, furnished, web
from tests.bench.waiters import Peak
from tests.bench.workers import worker
from tests.upstream.pictures import draw

LARGEST, EDGES = 20 * 1024 * 1024, (2600, 2600)
"""Bytes of the largest picture that may be handed in, and the pixels of one that is nearly as large."""
EDITED = "gpt-image-2-vip"
MOST = 64


def bodies() -> list[Figure]:
    """A multipart edit of 20 MB goes in, and a 4K picture comes out as base64: what the web process takes for each."""
    with (
        scripted() as url,
        furnished(url) as (studio, key),
        web(studio, 1) as process,
        worker(studio, "submit", 4),
        worker(studio, "collect", 2),
        httpx.Client(base_url=studio.url, trust_env=False, timeout=120) as script,
    ):
        script.headers["Authorization"] = f"Bearer {key}"
        _edit(script, draw(256, 256, ""))
        _large(script, "a first lamp [own] [b64]")
        with Peak(process.pid) as going_in:
            _edit(script, _noise())
        with Peak(process.pid) as coming_out:
            size = _large(script, "a lamp [own] [b64] [4k]")
        studio.manage("audit")
    return [
        figure("an edit of 20 MB: the web process's growth", going_in.growth, MOST, "MB"),
        figure("a 4K picture in an answer", size / 1e6, 10, "MB", "≥"),
        figure("that answer: the web process's growth", coming_out.growth, MOST, "MB"),
    ]


def _edit(script: httpx.Client, picture: bytes) -> None:
    answer = script.post(
        "/v1/images/edits",
        data={"model": EDITED, "prompt": "the same at dusk [own]", "size": "1280x1280", "response_format": "url"},
        files={"image": ("boat.png", picture, "image/png")},
    )
    assert answer.status_code == 200, answer.text


def _noise() -> bytes:
    """A picture that nothing makes smaller: three bytes a pixel."""
    content = io.BytesIO()
    Image.frombytes("RGB", EDGES, random.Random(1).randbytes(EDGES[0] * EDGES[1] * 3)).save(content, "png")
    assert 0.95 * LARGEST < content.tell() <= LARGEST
    return content.getvalue()


def _large(script: httpx.Client, prompt: str) -> int:
    """The bytes of the picture that came; they are read in pieces, as the caller's memory is not what is measured."""
    said = {"model": BASE64, "prompt": prompt, "response_format": "b64_json"}
    with script.stream("POST", "/v1/images/generations", json=said) as answer:
        assert answer.status_code == 200, answer.read()
        return sum(len(piece) for piece in answer.iter_bytes()) * 3 // 4
