"""One person at the studio's pages: what they type and press, in the words that they read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.generations.pictures import picture
from tests.live.studio import PASSWORD, Studio

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

SOON, LONG = 20_000, 60_000
"""Milliseconds on a crowded machine: for a step of the pipeline and a look of the page, and for a whole provider."""


class Desk:
    def __init__(self, page: Page, studio: Studio, folder: Path) -> None:
        self.page = page
        self.studio = studio
        self.folder = folder

    def sign_in(self, email: str) -> None:
        self.page.goto("/sign-in/")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(f"{self.studio.url}/")

    # --- the composer ---

    @property
    def prompt(self) -> Locator:
        return self.page.get_by_label("Prompt", exact=True)

    @property
    def button(self) -> Locator:
        return self.page.locator("#create-button")

    @property
    def pool(self) -> Locator:
        return self.page.locator(".price-pool")

    @property
    def credits(self) -> Locator:
        return self.page.locator("#credits .figures")

    @property
    def slots(self) -> Locator:
        return self.page.locator("#slots [data-kept]")

    def choose(self, image_model: str) -> None:
        """Another image model, once its composer has come."""
        if self.page.get_by_label("Image model").input_value() == image_model:
            return
        with self.page.expect_response("**/composer/"):
            self.page.get_by_label("Image model").select_option(image_model)
        self.page.locator(f'#composer_image_model option[value="{image_model}"][selected]').wait_for(state="attached")

    def pick(self, ratio: str = "", tier: str = "") -> None:
        for name, value in (("ratio", ratio), ("tier", tier)):
            if value:
                self.page.locator(f'[name="{name}"][value="{value}"]').check(force=True)

    def add(self, *names: str, colour: str = "teal") -> None:
        """Choose files for the references, one picture a name."""
        paths = [self.folder / name for name in names]
        for path in paths:
            path.write_bytes(picture(colour=colour) if path.suffix == ".png" else b"only words")
        self.page.locator(".slot-input").set_input_files(paths)

    def create(self, prompt: str) -> None:
        self.prompt.fill(prompt)
        self.button.click()

    # --- the feed ---

    def group(self, prompt: str) -> Locator:
        return self.page.get_by_role("article", name=prompt)

    def cards(self, prompt: str, state: str) -> Locator:
        return self.group(prompt).locator(f'.frame[data-state="{state}"]')
