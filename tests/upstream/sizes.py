"""The thirty sizes of the vip document, written out a second time: a witness takes nothing from whom it watches."""

import re

_ROWS = {
    "1:1": "1280x1280 2048x2048 2880x2880",
    "2:3": "848x1280 1360x2048 2336x3520",
    "3:2": "1280x848 2048x1360 3520x2336",
    "3:4": "960x1280 1536x2048 2480x3312",
    "4:3": "1280x960 2048x1536 3312x2480",
    "4:5": "1024x1280 1632x2048 2560x3216",
    "5:4": "1280x1024 2048x1632 3216x2560",
    "9:16": "720x1280 1152x2048 2160x3840",
    "16:9": "1280x720 2048x1152 3840x2160",
    "21:9": "1280x544 2048x864 3840x1632",
}
BY_SHAPE = {
    (ratio, tier): size
    for ratio, row in _ROWS.items()
    for tier, size in zip(("1K", "2K", "4K"), row.split(), strict=True)
}
THIRTY = frozenset(BY_SHAPE.values())
USUAL = "1024x1024"
"""What is drawn where the asker leaves the size to the provider."""

_FORM = re.compile(r"(\d{1,5})x(\d{1,5})", re.ASCII)
MOST_PIXELS = 16_777_216


def edges(size: str) -> tuple[int, int] | None:
    """Width and height; None where `size` is not `WxH` or is beyond what this upstream draws."""
    match = _FORM.fullmatch(size)
    if not match or not 0 < int(match[1]) * int(match[2]) <= MOST_PIXELS:
        return None
    return int(match[1]), int(match[2])
