"""The wait as a person lives it, in Chromium: called off, begun anew, ended late, and how the others are doing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import owner
from tests.browser.desk import LONG
from tests.live.studio import wait_for

if TYPE_CHECKING:
    from tests.live.studio import Studio

pytestmark = pytest.mark.browser

BROUGHT = """
import json
from django.utils import timezone
from accounts import credits
from accounts.models import Wallet
from generations.models import Attempt, Provider
"""
WORKING = "The provider is already working: if the picture comes, 6 credits are charged."


def set_provider(house: Studio, **fields: int | None) -> None:
    """As the operator would at the desk, for the provider of gpt-image-2."""
    change(house, f"Provider.objects.filter(name='DYU videos').update(**json.loads('{json.dumps(fields)}'))")


def change(house: Studio, words: str) -> None:
    house.manage("shell", "--no-imports", "-c", f"{BROUGHT}\n{words}")


@pytest.fixture
def one_at_a_time(house: Studio) -> Iterator[None]:
    """The provider makes one picture at a time, so that the next one waits for its turn."""
    set_provider(house, concurrency=1)
    yield
    set_provider(house, concurrency=None)


@pytest.fixture
def no_patience(house: Studio) -> Iterator[None]:
    """A picture is given up as soon as its provider says that it is not done."""
    set_provider(house, deadline=1)
    yield
    set_provider(house, deadline=900)


def start(desk, prompt: str, count: int = 1) -> None:
    desk.choose("gpt-image-2")
    desk.page.get_by_label("Pictures", exact=True).fill(str(count))
    desk.create(prompt)


def test_a_queued_picture_is_cancelled_by_one_press_and_its_credits_are_back(alice, one_at_a_time, upstream):
    start(alice, "a boat and the next [held]", count=2)
    waiting = alice.cards("a boat and the next", "queued")
    expect(alice.cards("a boat and the next", "running")).to_have_count(1, timeout=LONG)
    expect(waiting).to_have_count(1)
    expect(waiting).to_contain_text("Waiting for its turn.")
    waiting.get_by_role("button", name="Cancel").click()
    card = alice.cards("a boat and the next", "cancelled")
    expect(card).to_contain_text("Cancelled")
    expect(card).to_contain_text("6 credits returned")
    expect(alice.credits).to_have_text("994")
    expect(alice.page.locator("#said")).to_have_text("Cancelled. 6 credits returned.")
    expect(alice.page.get_by_role("article").first).to_be_focused()
    expect(alice.page.get_by_role("button", name="Cancel all")).to_have_count(0)
    upstream.release()
    expect(alice.cards("a boat and the next", "succeeded")).to_have_count(1, timeout=LONG)
    expect(alice.credits).to_have_text("994")


def test_a_sent_picture_says_what_cancelling_costs_and_finishes_as_its_provider_decides(alice, upstream):
    start(alice, "a slow boat [held]")
    card = alice.group("a slow boat").locator(".frame")
    expect(alice.cards("a slow boat", "running")).to_have_count(1, timeout=LONG)
    card.get_by_role("button", name="Cancel").click()
    question = alice.page.locator(".ask:popover-open")
    expect(question).to_contain_text(WORKING)
    question.get_by_role("button", name="Ask to cancel").click()
    expect(card).to_contain_text("Asked to cancel")
    expect(card).to_contain_text(WORKING)
    expect(alice.page.locator("#said")).to_have_text(f"Asked to cancel. {WORKING}")
    expect(card.get_by_role("button")).to_have_count(0)
    expect(alice.credits).to_have_text("994")
    upstream.release()
    expect(alice.cards("a slow boat", "succeeded")).to_contain_text("6 credits charged", timeout=LONG)
    expect(alice.credits).to_have_text("994")


def test_a_whole_group_is_called_off_by_one_button(alice, one_at_a_time, upstream):
    start(alice, "a fleet [held]", count=4)
    expect(alice.cards("a fleet", "running")).to_have_count(1, timeout=LONG)
    alice.page.get_by_role("button", name="Cancel all").click()
    question = alice.page.locator(".ask:popover-open")
    expect(question).to_contain_text("What a provider is already working on is charged if it comes.")
    question.get_by_role("button", name="Cancel all").click()
    expect(alice.cards("a fleet", "cancelled")).to_have_count(3)
    expect(alice.group("a fleet")).to_contain_text("Asked to cancel")
    expect(alice.page.get_by_role("button", name="Cancel all")).to_have_count(0)
    expect(alice.credits).to_have_text("994")
    upstream.release()
    expect(alice.cards("a fleet", "succeeded")).to_have_count(1, timeout=LONG)


def test_trying_again_states_its_price_and_leads_to_the_new_card(alice):
    start(alice, "a stubborn boat [once=task_failed]")
    failed = alice.cards("a stubborn boat", "failed")
    expect(failed).to_contain_text("6 credits returned")
    failed.get_by_role("button", name="Try again").click()
    question = alice.page.locator(".ask:popover-open")
    expect(question).to_contain_text("A new picture is started, and 6 credits are held for it.")
    question.get_by_role("button", name="Try again · 6 credits").click()
    expect(alice.page.get_by_role("article")).to_have_count(2)
    expect(alice.page.get_by_role("article").first).to_be_focused()
    expect(failed.get_by_role("link", name="Started anew")).to_be_visible()
    expect(alice.cards("a stubborn boat", "succeeded")).to_have_count(1)
    expect(alice.credits).to_have_text("994")


def test_an_objection_to_trying_again_stands_in_the_question(alice, house):
    start(alice, "an unpaid boat [fail=task_failed]")
    failed = alice.cards("an unpaid boat", "failed")
    expect(failed).to_have_count(1)
    team = alice.page.evaluate("document.querySelector('#person small:last-of-type').textContent.split(' · ')[0]")
    change(house, f"credits.adjust(Wallet.objects.get(team__name='{team}'), -997, 'spent elsewhere')")
    failed.get_by_role("button", name="Try again").click()
    question = alice.page.locator(".ask:popover-open")
    question.get_by_role("button", name="Try again").click()
    expect(question.locator(".error")).to_have_text(
        "This needs 6 credits and the pool has 3. Ask your team's owner for more."
    )
    change(house, f"credits.adjust(Wallet.objects.get(team__name='{team}'), 1, 'found again')")
    alice.page.evaluate("htmx.trigger('#pulse', 'look')")
    expect(alice.credits).to_have_text("4")
    expect(question.locator(".error")).to_be_visible()
    expect(alice.page.get_by_role("article")).to_have_count(1)


def test_a_picture_that_comes_late_is_kept_shown_and_free(alice, house, no_patience, upstream):
    start(alice, "a late boat [held]")
    failed = alice.cards("a late boat", "failed")
    expect(failed).to_contain_text("6 credits returned")
    failed.get_by_role("button", name="Try again").click()
    expect(alice.page.locator(".ask:popover-open")).to_contain_text("The first one may still come")
    alice.page.keyboard.press("Escape")
    upstream.release()
    change(
        house,
        "from django.utils import timezone\nAttempt.objects.filter(stage='unknown').update(due_at=timezone.now())",
    )
    expect(failed).to_contain_text("Came late, kept at no charge.", timeout=LONG)
    expect(alice.credits).to_have_text("1,000")
    failed.locator("a.plate").click()
    expect(alice.page.locator(".notice")).to_have_text("Came late, kept at no charge.")
    assert alice.page.locator(".viewer-picture").evaluate("picture => picture.naturalWidth") > 0
    alice.page.get_by_role("link", name="Library").first.click()
    expect(alice.page.get_by_role("link", name="a late boat")).to_be_visible()


def test_the_status_of_each_image_model_is_one_menu_away(alice):
    alice.choose("sketch")
    alice.create("a sketch to be measured")
    expect(alice.cards("a sketch to be measured", "succeeded")).to_have_count(1)
    alice.page.get_by_role("button", name="your account").click()
    alice.page.get_by_role("link", name="Status").click()
    row = alice.page.get_by_role("listitem").filter(has_text="Sketch")
    expect(row).to_contain_text("Working well")
    wait_for(lambda: alice.page.reload() and "100 %" in row.inner_text(), what="the share")


def test_cancel_and_try_again_go_without_script(house, sit_down, one_at_a_time, upstream):
    alice = owner(house, sit_down, java_script_enabled=False)
    page = alice.page
    page.get_by_label("Image model").select_option("gpt-image-2")
    page.get_by_role("button", name="Show this image model").click()
    page.get_by_label("Pictures", exact=True).fill("2")
    alice.create("a plain boat [held]")
    alice.cards("a plain boat", "queued").last.get_by_role("button", name="Cancel").click()
    expect(page.locator(".notices")).to_contain_text("Cancelled. 6 credits returned.")
    cancelled = alice.cards("a plain boat", "cancelled")
    cancelled.get_by_role("button", name="Try again").click()
    page.locator(".ask:popover-open").get_by_role("button", name="Try again").click()
    expect(page.get_by_text("One job of your team.")).to_be_visible()
    expect(alice.group("a plain boat").locator(".frame")).to_have_count(1)
    upstream.release()
    wait_for(lambda: page.reload() and alice.cards("a plain boat", "succeeded").count(), 60, "the new picture")


@pytest.mark.parametrize("width", [390, 1280])
def test_a_card_is_as_high_with_its_picture_as_it_was_without(alice, one_at_a_time, upstream, width):
    alice.page.set_viewport_size({"width": width, "height": 900})
    alice.choose("gpt-image-2")
    alice.pick("21:9", "1K")
    start(alice, "a wide boat [held]", count=3)
    cards = alice.group("a wide boat").locator(".frame")
    expect(alice.cards("a wide boat", "running")).to_have_count(1, timeout=LONG)
    before = cards.evaluate_all(HEIGHTS)
    alice.cards("a wide boat", "queued").last.get_by_role("button", name="Cancel").click()
    expect(alice.cards("a wide boat", "cancelled")).to_have_count(1)
    upstream.release()
    expect(alice.cards("a wide boat", "succeeded")).to_have_count(2, timeout=LONG)
    assert cards.evaluate_all(HEIGHTS) == before


HEIGHTS = "cards => cards.map(card => Math.round(card.getBoundingClientRect().height))"
