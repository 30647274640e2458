"""The main job, end to end: a form, a queue, a provider, a kept picture, credits settled."""

from tests.generations.pictures import picture
from tests.live.conftest import PROVIDERS

MODELS = [image_model for _, image_model in PROVIDERS.values()]
EDITING = [name for name in MODELS if name != "gpt-image-2-official"]


def test_every_documented_provider_makes_and_edits_from_the_form(studio, alice_at, upstream):
    alice = alice_at()
    for name in MODELS:
        if name != "gpt-image-2-image-to-image":
            alice.create(f"a lighthouse by {name}", name)
    for name in EDITING:
        alice.create(f"the shoe on a beach by {name}", name, files=[picture()])
    count = len(MODELS) - 1 + len(EDITING)
    assert studio.wait_until_over(count) == ["succeeded"] * count
    assert len(upstream.log()) == count
    assert alice.http.get("/library/").text.count("/i/") >= count
    studio.manage("audit")


def test_a_sketch_needs_no_provider(studio, alice_at, upstream):
    alice_at().create("a quiet harbour", "sketch", ratio="16:9", tier="2K")
    assert studio.wait_until_over(1) == ["succeeded"]
    assert upstream.asked() == []
    studio.manage("audit")


def test_two_presses_of_the_button_are_one_job(studio, alice_at):
    alice = alice_at()
    for _ in range(2):
        alice.create("a quiet harbour", "sketch", key="the same key")
    assert studio.wait_until_over(1) == ["succeeded"]
