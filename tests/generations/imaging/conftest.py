"""Files whose names tell nothing of the pictures in them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

Save = Callable[..., Path]


@pytest.fixture
def save(tmp_path: Path) -> Save:
    """Put bytes, or a picture in a format, into a file whose name tells nothing."""

    def put(content: bytes | Image.Image, kind: str = "PNG", **how) -> Path:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.txt"
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            content.save(path, kind, **how)
        return path

    return put
