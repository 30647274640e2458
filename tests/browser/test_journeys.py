"""The main job as a person does it, in Chromium, against a running studio and the scripted upstream."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import owner
from tests.browser.desk import LONG, Desk
from tests.generations.pictures import picture
from tests.live.conftest import PROVIDERS, STACKS

pytestmark = pytest.mark.browser

MODELS = [image_model for _, image_model in PROVIDERS.values()]


def test_a_newcomer_makes_a_picture_finds_it_and_has_paid_exactly_that(alice):
    page = alice.page
    expect(alice.credits).to_have_text("1,000")
    alice.choose("sketch")
    alice.pick("16:9", "2K")
    alice.create("a quiet harbour")
    expect(alice.cards("a quiet harbour", "succeeded")).to_have_count(1)
    expect(alice.group("a quiet harbour")).to_contain_text("1 credit charged")
    expect(alice.credits).to_have_text("999")
    expect(alice.prompt).to_have_value("a quiet harbour")

    page.get_by_role("link", name="Library").first.click()
    page.get_by_role("link", name="a quiet harbour").click()
    expect(page.get_by_text("Local sketch, not AI")).to_be_visible()
    expect(page.get_by_role("row", name="Pixels")).to_contain_text("2048 × 1152")
    shown = page.locator(".viewer-picture")
    assert shown.evaluate("picture => [picture.naturalWidth, picture.naturalHeight]") == [2048, 1152]
    with page.expect_download() as download:
        page.get_by_role("link", name="Download original").click()
    assert download.value.suggested_filename.endswith(".png")


@pytest.mark.parametrize("tries", [10])
def test_a_button_pressed_ten_times_makes_one_job(alice, tries):
    alice.choose("sketch")
    alice.prompt.fill("one boat")
    alice.button.evaluate(f"button => {{ for (let press = 0; press < {tries}; press++) button.click(); }}")
    expect(alice.cards("one boat", "succeeded")).to_have_count(1)
    expect(alice.credits).to_have_text("999")


@pytest.mark.parametrize("studio", STACKS, indirect=True)
def test_text_and_pictures_go_through_every_dialect_from_the_form(studio, sit_down, upstream):
    """On both stacks: each provider makes from words, and from words and a picture where its wire can say it."""
    alice = owner(studio, sit_down)
    for name in MODELS:
        alice.choose(name)
        alice.pick(tier="1K")
        if name != "gpt-image-2-image-to-image":
            alice.create(f"words by {name}")
        if name != "gpt-image-2-official":
            alice.add("shoe.png")
            expect(alice.slots).to_have_count(1)
            alice.create(f"a picture by {name}")
            expect(alice.group(f"a picture by {name}")).to_contain_text("1 reference")
            alice.page.get_by_role("button", name="Remove this reference").click()
            expect(alice.slots).to_have_count(0)
    expect(alice.page.locator('.frame[data-state="succeeded"]')).to_have_count(6, timeout=LONG)
    assert len(upstream.log()) == 6
    studio.manage("audit")


def test_a_refusal_says_what_to_change_and_gives_the_credits_back(alice, upstream):
    alice.choose("gpt-image-2")
    alice.create("a lighthouse [fail=refused]")
    card = alice.cards("a lighthouse [fail=refused]", "failed")
    expect(card).to_contain_text("The content policy of the image model said no.")
    expect(card).to_contain_text("6 credits returned")
    expect(alice.credits).to_have_text("1,000")
    alice.prompt.fill("")
    alice.group("a lighthouse [fail=refused]").get_by_role("link", name="Use again").click()
    expect(alice.prompt).to_have_value("a lighthouse [fail=refused]")


def test_the_price_and_the_pixels_follow_every_change(alice):
    alice.choose("gpt-image-2")
    alice.pick("21:9", "4K")
    expect(alice.button).to_have_text(re.compile(r"Create\s+· 10 credits"))
    expect(alice.page.locator(".tier:has(:checked)")).to_contain_text("3840 × 1632")
    alice.page.get_by_label("Pictures", exact=True).fill("3")
    expect(alice.button).to_contain_text("30 credits")
    expect(alice.pool).to_contain_text("1,000 → 970")


def test_references_come_by_choice_paste_drop_and_address_and_a_bad_one_is_refused_in_its_place(alice, studio_picture):
    page = alice.page
    alice.choose("gpt-image-2")
    alice.add("chosen.png", "words.txt")
    expect(alice.slots).to_have_count(1)
    expect(page.locator("#composer_reference_error")).to_contain_text("“words.txt” is not a PNG, JPEG or WebP picture.")
    for number, event in enumerate(("paste", "drop"), 2):
        page.evaluate(HAND_OVER, [event, list(picture(colour="orange"))])
        expect(alice.slots).to_have_count(number)
    page.get_by_text("From an address").click()
    page.get_by_label("Address of a picture").fill(studio_picture)
    page.keyboard.press("Enter")
    expect(alice.slots).to_have_count(4)
    page.get_by_label("Address of a picture").fill("http://169.254.169.254/a.png")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator("#composer_reference_error")).to_contain_text("No picture could be fetched")
    expect(page.get_by_label("Address of a picture")).to_have_value("http://169.254.169.254/a.png")
    expect(alice.slots).to_have_count(4)
    alice.add("fifth.png", "sixth.png", colour="navy")
    expect(alice.slots).to_have_count(5)
    expect(page.locator("#composer_reference_error")).to_contain_text("There is room for 5")


@pytest.fixture
def studio_picture(upstream) -> str:
    return f"{upstream.url}/files/shoe.png?size=320x240"


HAND_OVER = """([name, bytes]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], `${name}.png`, {type: "image/png"}));
  const event = name === "paste"
    ? new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})
    : new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true});
  document.getElementById("composer_prompt").dispatchEvent(event);
}"""


def test_control_enter_sends_and_the_enter_of_an_input_method_does_not(alice):
    alice.choose("sketch")
    alice.prompt.fill("一只白鹤")
    composing = {"key": "Enter", "ctrlKey": True, "isComposing": True, "bubbles": True}
    alice.prompt.dispatch_event("keydown", composing)
    alice.page.keyboard.press("Enter")
    expect(alice.page.get_by_role("article")).to_have_count(0)
    alice.prompt.fill("一只白鹤")
    alice.prompt.press("Control+Enter")
    expect(alice.cards("一只白鹤", "succeeded")).to_have_count(1)


def test_what_is_wrong_stands_at_its_field_and_nothing_that_was_written_is_lost(alice):
    alice.choose("gpt-image-2")
    alice.add("shoe.png")
    alice.pick("9:16")
    with alice.page.expect_response("**/quote/"):
        alice.page.get_by_label("Pictures", exact=True).fill("11")
        alice.button.click()
    expect(alice.page.get_by_text("Write what the picture should show.")).to_be_visible()
    expect(alice.page.get_by_text("One press makes 1 to 10 pictures.").filter(visible=True)).to_have_count(1)
    expect(alice.prompt).to_have_attribute("aria-invalid", "true")
    expect(alice.slots).to_have_count(1)
    expect(alice.page.locator('[name="ratio"][value="9:16"]')).to_be_checked()
    expect(alice.credits).to_have_text("1,000")
    alice.prompt.fill("a shoe")
    expect(alice.page.get_by_text("Write what the picture should show.")).to_have_count(0)


def test_what_the_press_would_leave_follows_the_pool(alice):
    """Another window stands open at Create while credits are spent elsewhere."""
    other = Desk(alice.page.context.new_page(), alice.studio, alice.folder)
    other.page.goto("/?model=sketch")
    expect(other.pool).to_contain_text("1,000 → 999")
    alice.choose("sketch")
    alice.create("a lantern next door")
    expect(other.pool).to_contain_text("999 → 998")


def test_two_people_share_one_pool_and_one_library_and_a_stranger_neither(alice, house, sit_down):
    bob, stranger = sit_down(house), owner(house, sit_down)
    join(alice, bob)
    bob.page.goto("/library/")
    stranger.page.goto("/library/")
    expect(bob.credits).to_have_text("1,000")

    alice.page.goto("/")
    alice.choose("sketch")
    alice.create("a lantern for two")
    expect(alice.cards("a lantern for two", "succeeded")).to_have_count(1)
    expect(bob.credits).to_have_text("999")
    expect(bob.page.get_by_role("link", name="a lantern for two")).to_be_visible()
    address = alice.cards("a lantern for two", "succeeded").get_by_role("link").get_attribute("href")
    assert bob.page.goto(address).status == 200

    stranger.page.reload()
    expect(stranger.credits).to_have_text("1,000")
    expect(stranger.page.get_by_role("link", name="a lantern for two")).to_have_count(0)
    assert stranger.page.goto(address).status == 404


def join(host, guest) -> None:
    """Host invites; the guest follows the link, names a password and is in."""
    page = host.page
    page.goto("/team/")
    page.get_by_label("E-mail").fill(f"guest-of-{host.studio.port}-{id(guest)}@example.com")
    page.get_by_role("button", name="Invite").click()
    link = page.get_by_label("Invitation link").input_value()
    guest.page.goto(link)
    guest.page.get_by_label("Name").fill("Bob")
    guest.page.get_by_label("Password", exact=True).fill("a long enough password")
    guest.page.locator("main form button").click()
    guest.page.wait_for_url(f"{guest.studio.url}/")


def test_everything_goes_without_script(house, sit_down, tmp_path):
    alice = owner(house, sit_down, java_script_enabled=False)
    page = alice.page
    page.get_by_label("Image model").select_option("sketch")
    page.get_by_role("button", name="Show this image model").click()
    expect(alice.button).to_contain_text("1 credit")
    (tmp_path / "shoe.png").write_bytes(picture())
    page.locator(".slot-input").set_input_files(tmp_path / "shoe.png")
    alice.create("a boat without script")
    expect(alice.group("a boat without script")).to_contain_text("1 reference")
    expect(alice.prompt).to_have_value("a boat without script")
    house.wait_until_over(len(house.states()))
    page.get_by_role("link", name="Library").first.click()
    page.get_by_role("link", name="a boat without script").click()
    page.get_by_role("link", name="Use as reference").click()
    expect(alice.slots).to_have_count(1)
    page.get_by_role("button", name="Remove this reference").click()
    expect(alice.slots).to_have_count(0)
    expect(alice.prompt).to_have_value("a boat without script")


def test_a_draft_outlives_a_reload(alice):
    alice.choose("sketch")
    alice.prompt.fill("a half-written thought")
    alice.page.reload()
    expect(alice.prompt).to_have_value("a half-written thought")


def test_wishes_pressed_before_the_first_is_answered_are_all_made(alice):
    alice.choose("sketch")
    held = []

    def hold(route):
        held.append(route)

    alice.page.route(lambda url: url == f"{alice.studio.url}/", hold, times=1)
    wishes = ("the first boat", "the second boat", "the third boat")
    for wish in wishes:
        alice.create(wish)
    held[0].continue_()
    for wish in wishes:
        expect(alice.cards(wish, "succeeded")).to_have_count(1)
    expect(alice.credits).to_have_text("997")


def test_a_late_answer_undoes_nothing_that_was_done_meanwhile(alice):
    """The answer to a press is held back while the person goes on: nothing of what they do is lost to it."""
    alice.choose("sketch")
    held = []

    def hold(route):
        held.append(route)

    alice.page.route(lambda url: url == f"{alice.studio.url}/", hold)
    alice.create("the first boat")
    alice.prompt.fill("the second boat")
    alice.add("shoe.png")
    expect(alice.slots).to_have_count(1)
    alice.choose("gpt-image-2")
    for route in held:
        route.continue_()
    expect(alice.cards("the first boat", "succeeded")).to_have_count(1)
    expect(alice.prompt).to_have_value("the second boat")
    expect(alice.slots).to_have_count(1)
    alice.page.unroute_all()
    alice.button.click()
    expect(alice.cards("the second boat", "succeeded")).to_have_count(1)
