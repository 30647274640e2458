"""An API key in Chromium: made by a double click, copied, gone after a reload, revoked; without script as well."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import owner

pytestmark = pytest.mark.browser


def test_a_key_is_made_once_copied_not_shown_again_and_revoked(alice):
    page = alice.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="your account").click()
    page.get_by_role("link", name="API keys").click()
    page.get_by_label("Name", exact=True).fill("nightly")
    page.get_by_role("button", name="Make the key").dblclick()
    plain = page.get_by_label("API key", exact=True).input_value()
    assert plain.startswith("gs_live_")
    page.get_by_role("button", name="Copy the key").click()
    expect(page.get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == plain

    page.goto("/team/keys/")
    page.reload()
    expect(page.get_by_role("heading", name="nightly")).to_have_count(1)
    expect(page.get_by_text(f"gs_live_…{plain[-4:]}")).to_be_visible()
    assert plain not in page.content()
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    page.go_back()
    assert plain not in page.content()

    page.goto("/team/keys/")
    revoke(page)
    page.get_by_text("1 key that no longer works").click()
    expect(page.get_by_text("Revoked", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_key_is_made_and_revoked_without_script(house, sit_down):
    page = owner(house, sit_down, java_script_enabled=False).page
    page.goto("/team/keys/")
    page.get_by_label("Name", exact=True).fill("nightly")
    page.get_by_role("button", name="Make the key").click()
    assert page.get_by_label("API key", exact=True).input_value().startswith("gs_live_")
    expect(page.get_by_role("button", name="Copy the key")).to_be_hidden()
    page.get_by_text("Set caps").click()
    page.locator(".key").get_by_label("Credits a month").fill("40")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.locator(".key")).to_contain_text("This month 0 of 40")
    revoke(page)


def revoke(page: Page) -> None:
    page.get_by_role("button", name="Revoke nightly").click()
    page.get_by_role("button", name="Revoke the key").click()
    expect(page.get_by_text("It opens nothing any more.")).to_be_visible()
    expect(page.get_by_text("1 key that no longer works")).to_be_visible()
    expect(page.locator(".key")).to_have_count(0)
