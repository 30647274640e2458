"""Every page in both themes and at every width: nothing overflows, everything has a name, the keyboard is enough."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import owner

pytestmark = pytest.mark.browser

ROOMS = (
    "/",
    "/?model=gpt-image-2-official",
    "/library/",
    "/library/?q=nothing",
    "/team/",
    "/team/statement/",
    "/team/keys/",
    "/team/webhooks/",
    "/profile/",
    "/status/",
    "/docs/",
    "/docs/videos/",
    "/docs/jobs/",
    "/docs/webhooks/",
    "/docs/images-vip/",
    "/docs/images-openai/",
    "/api/",
)
WIDTHS = (320, 390, 768, 1280)
NAMELESS = """() => [...document.querySelectorAll("a, button, input:not([type=hidden]), select, textarea, img")]
  .filter(element => element.checkVisibility() && !element.closest("[aria-hidden=true]"))
  .filter(element => !(element.ariaLabel || element.alt || element.innerText?.trim() || element.title
    || element.labels?.length || element.querySelector?.("img[alt]:not([alt=''])")))
  .map(element => element.outerHTML.slice(0, 120))"""
SMALL = """() => [...document.querySelectorAll("button, .button, select, input:not([type=hidden], .unseen)")]
  .filter(element => element.checkVisibility() && !element.closest(".unseen") && element.getBoundingClientRect().width)
  .filter(element => Math.min(element.getBoundingClientRect().height, element.getBoundingClientRect().width) < 24)
  .filter(element => !element.closest("label"))
  .map(element => element.outerHTML.slice(0, 120))"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_overflows_and_nothing_on_it_is_nameless_or_small(house, sit_down, scheme):
    desk = owner(house, sit_down, color_scheme=scheme)
    desk.choose("sketch")
    desk.create("a heron in the morning mist, drawn with a single brush")
    expect(desk.page.locator('.frame[data-state="succeeded"]')).to_have_count(1)
    picture = desk.page.locator(".frame a").get_attribute("href")
    for room in (*ROOMS, picture, f"{picture}call/"):
        desk.page.goto(room)
        for width in WIDTHS:
            desk.page.set_viewport_size({"width": width, "height": 800})
            assert desk.page.evaluate("document.documentElement.scrollWidth") <= width, (room, width)
            assert desk.page.evaluate(NAMELESS) == [], (room, width)
            assert desk.page.evaluate(SMALL) == [], (room, width)


def test_no_page_about_the_api_overflows_in_chinese(alice):
    page = alice.page
    page.set_extra_http_headers({"Accept-Language": "zh-hans"})
    page.set_viewport_size({"width": 320, "height": 800})
    for room in (room for room in ROOMS if room.startswith("/docs/")):
        page.goto(room)
        expect(page.locator("html")).to_have_attribute("lang", "zh-hans")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, room


def test_a_wish_is_seen_as_a_call_beside_the_composer_and_copied(alice):
    page = alice.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    alice.choose("sketch")
    alice.prompt.fill("it's a small boat")
    page.get_by_role("button", name="View as API call").click()
    shown = page.locator("#calls .scripts").first
    shown.get_by_text("Python").click()
    script = shown.locator('[data-language="python"]')
    expect(script).to_be_visible()
    expect(shown.locator('[data-language="curl"]')).to_be_hidden()
    script.get_by_role("button", name="Copy").click()
    expect(script.get_by_role("button")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == script.locator("code").text_content()
    expect(alice.prompt).to_have_value("it's a small boat")


def test_a_theme_is_taken_at_once_and_kept(alice):
    page = alice.page
    page.get_by_role("button", name="Theme").click()
    with page.expect_response("**/theme/"):
        page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_the_other_language_is_one_press_away(alice):
    page = alice.page
    page.get_by_role("button", name="Language").click()
    page.get_by_role("button", name="简体中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-hans")


def test_a_picture_is_made_by_the_keyboard_alone(alice):
    page = alice.page
    alice.choose("sketch")
    alice.prompt.focus()
    page.keyboard.type("a small boat")
    page.locator('[name="ratio"]:checked').focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator('[name="ratio"][value="2:3"]')).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    expect(page.locator('[name="tier"][value="1K"]')).to_be_checked()
    alice.button.focus()
    page.keyboard.press("Enter")
    expect(alice.cards("a small boat", "succeeded")).to_have_count(1)


def test_only_changes_of_state_are_said_aloud(alice):
    alice.choose("sketch")
    alice.create("a small boat")
    said = alice.page.locator("#said")
    expect(said).to_have_text("1 picture is being made.")
    expect(said).to_contain_text("Ready: a small boat.")


def test_a_hidden_tab_asks_for_nothing(alice):
    page = alice.page
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true})")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/pulse/" in request.url else None)
    page.evaluate("htmx.trigger('#pulse', 'look')")
    page.evaluate("new Promise(done => setTimeout(done, 300))")
    assert asked == []
