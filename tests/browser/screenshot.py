"""Takes docs/studio.png: a fresh studio, a few sketches by the painter, and one picture of the page they stand on."""

import os
import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.desk import Desk
from tests.browser.flags import FLAGS
from tests.live.studio import ROOT, Studio

PICTURE = ROOT / "docs" / "studio.png"
SIZE = {"width": 1280, "height": 860}
WISHES = (
    ("A winter harbour seen from the hill, boats drawn up on the ice", "16:9", 1),
    ("竹林深处，雨后，远处有山", "3:4", 3),
    ("A heron in morning mist, drawn with a single brush", "3:2", 2),
)
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <selectfont>
    <rejectfont><pattern><patelt name="foundry"><string>PfEd</string></patelt></pattern></rejectfont>
  </selectfont>
  <match>
    <edit name="family" mode="prepend" binding="strong"><string>Noto Sans CJK SC</string></edit>
  </match>
</fontconfig>
"""
"""A machine without a desktop has no system font worth the name; the page asks for the system's."""


def take(page: Page, studio: Studio, folder: Path) -> None:
    desk = Desk(page, studio, folder)
    desk.sign_in("studio@example.com")
    desk.choose("sketch")
    for prompt, ratio, count in WISHES:
        desk.pick(ratio, "2K")
        page.get_by_label("Pictures", exact=True).fill(str(count))
        desk.create(prompt)
        page.locator(f'.frames[data-count="{count}"] .frame[data-state="succeeded"]').nth(count - 1).wait_for()
    desk.prompt.fill("A paper boat on still water at dawn, woodcut in two colours, wide margins")
    page.get_by_label("Pictures", exact=True).fill("4")
    desk.button.get_by_text("4 credits").wait_for()
    page.mouse.move(700, 400)
    page.evaluate("document.activeElement.blur()")
    page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURE)


def main() -> None:
    folder = Path(tempfile.mkdtemp())
    (folder / "fonts.conf").write_text(FONTS)
    studio = Studio(folder / "data", "http://127.0.0.1:9", {})
    studio.manage("migrate", "--verbosity", "0")
    studio.bootstrap("studio@example.com", "Print room")
    studio.start()
    try:
        with sync_playwright() as playwright:
            environment = {**os.environ, "FONTCONFIG_FILE": str(folder / "fonts.conf")}
            chromium = playwright.chromium.launch(
                executable_path=shutil.which("chromium"), args=list(FLAGS), env=environment
            )
            take(chromium.new_page(base_url=studio.url, viewport=SIZE), studio, folder)
            chromium.close()
    finally:
        studio.close()
        shutil.rmtree(folder)
    print(PICTURE)


if __name__ == "__main__":
    main()
