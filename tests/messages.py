"""Compiles the catalogs without gettext's tools: `make messages` writes them, a test compares them."""

from pathlib import Path

import polib

LOCALE = Path(__file__).resolve().parent.parent / "locale"


def catalogs() -> list[Path]:
    return sorted(LOCALE.glob("*/LC_MESSAGES/*.po"))


def compiled(catalog: Path) -> bytes:
    return polib.pofile(str(catalog)).to_binary()


if __name__ == "__main__":
    for catalog in catalogs():
        catalog.with_suffix(".mo").write_bytes(compiled(catalog))
