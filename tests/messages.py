"""Keeps the catalogs without gettext's tools: `make messages` tidies and compiles them here, a test compares them."""

from pathlib import Path

import polib

LOCALE = Path(__file__).resolve().parent.parent / "locale"
HEADER = {
    "Project-Id-Version": "GPT Studio",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",
}
"""All that a catalog says of itself: no dates, so that collecting again changes nothing that nobody wrote."""


def catalogs() -> list[Path]:
    return sorted(LOCALE.glob("*/LC_MESSAGES/*.po"))


def read(catalog: Path) -> polib.POFile:
    return polib.pofile(str(catalog), wrapwidth=0)


def tidied(catalog: Path) -> str:
    """The catalog as it is kept: our own header, no comments, nothing that the studio says no longer."""
    kept = polib.POFile(wrapwidth=0)
    kept.metadata = {**HEADER, "Language": catalog.parent.parent.name}
    kept.extend(entry for entry in read(catalog) if not entry.obsolete)
    return f"{kept}\n".removeprefix("#\n")


def compiled(catalog: Path) -> bytes:
    return read(catalog).to_binary()


if __name__ == "__main__":
    for catalog in catalogs():
        catalog.write_text(tidied(catalog), encoding="utf-8")
        catalog.with_suffix(".mo").write_bytes(compiled(catalog))
