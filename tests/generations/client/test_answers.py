"""A picture that was too short to be spilled is put on disk as it is found."""

import base64

import pytest

from generations.client.answers import Unreadable, write_down

TINY = bytes(range(100))
PLAIN = base64.b64encode(TINY).decode()


@pytest.mark.parametrize(
    "inline",
    [PLAIN, f"data:image/png;base64,{PLAIN}", PLAIN.rstrip("="), f"{PLAIN}=="],
    ids=["plain", "head", "bare", "more"],
)
def test_a_short_picture_is_written_however_it_is_padded(tmp_path, inline):
    path = write_down(inline, tmp_path)
    assert path.parent == tmp_path
    assert path.read_bytes() == TINY


@pytest.mark.parametrize("inline", ["no picture", "QUJDQ", "QU=JD", "QUJD-_"])
def test_what_is_no_base64_is_unreadable(tmp_path, inline):
    with pytest.raises(Unreadable):
        write_down(inline, tmp_path)
