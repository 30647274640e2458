"""Pictures inside a JSON answer go to disk as they stream in; the rest of the answer is left as it was."""

import base64
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generations.client.spill import MOST_TEXT, Spill, Unreadable

PICTURE = bytes(range(256)) * 40


def read(folder, body: bytes, step: int = 1000):
    spill = Spill(folder)
    for start in range(0, len(body), step):
        spill.feed(body[start : start + step])
    answer = json.loads(spill.close())
    return answer, spill.pictures


def wire_forms(picture: bytes) -> dict[str, str]:
    plain = base64.b64encode(picture).decode()
    return {
        "plain": plain,
        "data URL": f"data:image/png;base64,{plain}",
        "with newlines": "\r\n".join(plain[start : start + 76] for start in range(0, len(plain), 76)),
        "unpadded": plain.rstrip("="),
        "unpadded in lines": base64.encodebytes(picture).decode().rstrip("=\n") + "\n",
        "web-safe": plain.replace("+", "-").replace("/", "_"),
    }


@pytest.mark.parametrize("form", wire_forms(PICTURE))
@pytest.mark.parametrize("step", [1, 7, 4096, 1 << 20])
def test_the_same_bytes_come_out_of_every_form_and_every_cut(tmp_path, form, step):
    body = json.dumps({"data": [{"b64_json": wire_forms(PICTURE)[form]}]}).encode()
    answer, pictures = read(tmp_path, body, step)
    assert pictures[answer["data"][0]["b64_json"]].read_bytes() == PICTURE


@pytest.mark.parametrize(("plain", "escaped"), [("/", "\\/"), ("+", "\\u002B")])
def test_escapes_inside_a_picture_are_undone(tmp_path, plain, escaped):
    body = json.dumps({"b64_json": wire_forms(PICTURE)["plain"]}).replace(plain, escaped).encode()
    answer, pictures = read(tmp_path, body, 5)
    assert pictures[answer["b64_json"]].read_bytes() == PICTURE


@given(text=st.text(max_size=900), step=st.integers(1, 50))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
def test_text_that_is_no_picture_passes_through_untouched(tmp_path, text, step):
    said = {"revised_prompt": f'{text} 灯塔 "quoted" \\ ' + "a sentence, and another; " * 40}
    answer, pictures = read(tmp_path, json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass"), step)
    assert answer == said
    assert not pictures


LONG_TEXTS = {
    "a sentence without a comma": "a lighthouse in the evening light " * 60 + "and at last, rain",
    "an address with a long token": "https://cdn.example/lamp.png?token=" + "eyJ0" * 400,
}


@pytest.mark.parametrize("said", LONG_TEXTS.values(), ids=LONG_TEXTS)
@pytest.mark.parametrize("step", [1, 600, 1 << 20])
@pytest.mark.parametrize("cut", range(4))
def test_long_text_is_no_picture_wherever_it_is_cut(tmp_path, said, step, cut):
    answer, pictures = read(tmp_path, json.dumps({"said": said[: len(said) - cut]}).encode(), step)
    assert answer == {"said": said[: len(said) - cut]}
    assert not pictures


def test_a_short_base64_string_stays_where_it_is(tmp_path):
    answer, pictures = read(tmp_path, json.dumps({"id": "QUJD"}).encode())
    assert answer == {"id": "QUJD"}
    assert not pictures


def test_a_picture_that_breaks_off_is_unreadable(tmp_path):
    with Spill(tmp_path) as spill:
        spill.feed(b'{"b64_json":"' + b"QUJD" * 1000)
        with pytest.raises(Unreadable):
            spill.close()


def test_a_picture_with_junk_inside_is_unreadable(tmp_path):
    with Spill(tmp_path) as spill:
        spill.feed(b'{"b64_json":"' + b"QUJD" * 1000)
        with pytest.raises(Unreadable):
            spill.feed(b'<html>"}')


def test_endless_text_is_unreadable(tmp_path):
    spill = Spill(tmp_path)
    spill.feed(b"<p>no picture here</p>" * (MOST_TEXT // 22 - 1))
    with pytest.raises(Unreadable):
        spill.feed(b"<p>no picture here</p>" * 5)


def test_the_text_held_in_memory_is_small_however_large_the_picture(tmp_path):
    spill = Spill(tmp_path)
    spill.feed(b'{"b64_json":"')
    for _ in range(200):
        spill.feed(base64.b64encode(b"x" * 30_000))
    spill.feed(b'"}')
    assert len(spill.close()) < 100
    (path,) = spill.pictures.values()
    assert path.stat().st_size == 200 * 30_000
