"""The pictures that answers point to, and everything that can be wrong with the place where one should be."""

from tests.upstream.answers import Answer, as_json, as_page
from tests.upstream.asking import Asked
from tests.upstream.pictures import bomb, draw
from tests.upstream.sizes import USUAL, edges

_SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64"><script>alert(1)</script></svg>'
_PNG = {"content-type": "image/png"}


def serve(asked: Asked) -> Answer:
    """`/files/NAME.png?size=WxH&noise=1&clear=1&fail=FAULT`: nothing is kept, the address says it all."""
    name, _, form = asked.path.removeprefix("/files/").rpartition(".")
    size, fail = edges(asked.query.get("size", USUAL)), asked.query.get("fail", "")
    if form not in ("png", "jpeg", "webp") or size is None or "/" in name:
        return as_json(404, {"error": "not found"})
    if answer := _FAULTS.get(fail):
        return answer
    if fail == "wrong_size":
        size = size[0] // 2, size[1] // 2
    noise, clear = (asked.query.get(flag) == "1" for flag in ("noise", "clear"))
    content = draw(*size, name, form, noise=noise, clear=clear)
    return Answer(200, content, {"content-type": f"image/{form}"}, _ACTS.get(fail, ""))


_FAULTS = {
    "result404": Answer(404, b"<Error><Code>NoSuchKey</Code></Error>", {"content-type": "application/xml"}),
    "result_html": as_page(200, "Sign in to see this picture"),
    "result_svg": Answer(200, _SVG, {"content-type": "image/svg+xml"}),
    "result_pixels": Answer(200, bomb(), _PNG),
    "result_bomb": Answer(200, b"\x89PNG\r\n\x1a\n", _PNG, "bomb"),
    "result_redirect": Answer(302, headers={"location": "http://169.254.169.254/latest/meta-data/picture.png"}),
}
_ACTS = {"result_slow": "slow", "result_truncated": "truncate"}
