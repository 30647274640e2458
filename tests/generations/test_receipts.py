"""What the receipt of a picture and its card say: asked for, delivered, made here, not delivered, not looked at."""

import pytest
from django.urls import reverse

from generations.brief import Brief
from generations.cards import Card
from generations.engine.close import Kept, succeed
from generations.models import Attempt, Generation, Use
from generations.receipts import Receipt
from generations.sizes import Size
from tests.generations.books import sent, submitted
from tests.generations.factories import AssetFactory, ImageModelFactory, JobReferenceFactory, RouteFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(alice):
    """A picture that came over a wire and was kept, perhaps otherwise than it came."""

    def make(dialect: str, brief: Brief, as_: str = "image/png 1280x1280", result: dict | None = None, **came):
        image_model = ImageModelFactory()
        job = submitted(alice, image_model=image_model, prompt=brief.prompt, brief_json=brief.to_json())
        attempt = sent(job.generations.get(), RouteFactory(image_model=image_model, provider__dialect=dialect))
        Attempt.objects.filter(pk=attempt.pk).update(result=result or {})
        attempt.refresh_from_db()
        media_type, _, size = as_.partition(" ")
        width, height = map(int, size.split("x"))
        notes = {"came": {"format": media_type[6:], "size": size, "background": "opaque", **came}}
        succeed(attempt, attempt.lease, Kept("0" * 64, media_type, width, height, 4096, Size(width, height), notes))
        return Generation.objects.get(pk=attempt.generation_id).asset

    return make


def table(asset) -> dict[str, tuple[str, str]]:
    """Each line of the receipt: what was asked for and what its last cell says."""
    return {
        str(line.label): (str(line.asked_word), "not delivered" if line.is_missing else str(line.delivered_word))
        for line in Receipt(asset).lines
    }


def wish(size: str = "auto", **wishes) -> Brief:
    return Brief("a lamp", "m", **wishes).sized(size)


# --- what was made here ---


def test_a_format_that_was_written_here_is_told_with_what_it_was_made_from(kept):
    asset = kept("images-vip", wish(format="webp", compression=60), "image/webp 1254x1254", format="png")
    assert Receipt(asset).notes == ["Made here from a PNG of 1254 × 1254."]
    assert table(asset)["Format"] == ("WebP", "WebP")
    assert table(asset)["Compression"] == ("60", "60")


def test_pixels_that_were_brought_down_here_are_told_with_those_that_came(kept):
    asset = kept("images-vip", wish("1080x1920"), "image/png 1080x1920", size="1152x2048")
    assert Receipt(asset).notes == ["Made here from a PNG of 1152 × 2048."]
    assert table(asset)["Pixels"] == ("1080 × 1920", "1080 × 1920")


def test_a_picture_that_was_kept_as_it_came_has_nothing_to_be_told_of(kept):
    assert Receipt(kept("videos", wish("1280x1280"))).notes == []


def test_a_receipt_from_before_anything_was_noted_tells_what_is_kept(kept):
    asset = kept("videos", wish("1280x1280"))
    Attempt.objects.update(result={"quality": ""})
    assert Receipt(asset).notes == []
    assert table(asset)["Format"] == ("", "PNG")


# --- what was not delivered ---


def test_a_picture_smaller_than_asked_for_is_said_to_be_kept_as_it_came(kept):
    asset = kept("videos", wish("1280x1280"), "image/png 1254x1254")
    (note,) = Receipt(asset).notes
    assert "smaller than asked for" in note
    (pixels,) = (line for line in Receipt(asset).lines if line.label == "Pixels")
    assert pixels.differs


def test_a_picture_of_another_shape_is_said_to_be_kept_as_it_came(kept):
    (note,) = Receipt(kept("videos", wish("1024x1024"), "image/png 1920x1080")).notes
    assert "another shape" in note


def test_where_the_provider_could_choose_nothing_is_smaller_than_asked_for(kept):
    assert Receipt(kept("videos", wish("auto"), "image/png 640x640")).notes == []


@pytest.mark.parametrize(
    ("dialect", "lines"),
    [
        ("images-vip", {"Quality": "not delivered", "Moderation": "not delivered", "Compression": "not delivered"}),
        ("jobs", {"Quality": "", "Moderation": "not delivered", "Compression": "not delivered"}),
        ("images-official", {"Quality": "", "Moderation": "", "Compression": ""}),
    ],
)
def test_a_wish_that_the_wire_has_no_word_for_was_not_delivered(dialect, lines, kept):
    brief = wish(quality="high", moderation="low", compression=40, format="jpeg")
    told = table(kept(dialect, brief, "image/jpeg 1280x1280"))
    assert {label: told[label][1] for label in lines} == lines


def test_what_may_be_anything_is_not_missed(kept):
    told = table(kept("images-vip", wish(quality="auto", moderation="auto")))
    assert [told["Quality"], told["Moderation"]] == [("Automatic", ""), ("Automatic", "")]


def test_a_png_has_no_compression_to_deliver(kept):
    assert table(kept("images-openai", wish(compression=40)))["Compression"] == ("40", "not delivered")


def test_a_quality_that_the_provider_states_otherwise_differs(kept):
    asset = kept("images-openai", wish(quality="high"), result={"quality": "medium"})
    (line,) = (line for line in Receipt(asset).lines if line.label == "Quality")
    assert (str(line.delivered_word), line.differs) == ("Medium", True)


@pytest.mark.parametrize(("came", "word"), [("transparent", "Transparent"), ("opaque", "Opaque")])
def test_a_background_is_told_as_the_pixels_have_it(came, word, kept):
    told = table(kept("images-openai", wish(background="transparent"), background=came))
    assert told["Background"] == ("Transparent", word)


def test_a_jpeg_is_opaque_whatever_came(kept):
    asset = kept("images-vip", wish(format="jpeg", background="opaque"), "image/jpeg 9x9", background="transparent")
    assert table(asset)["Background"] == ("Opaque", "Opaque")


# --- what was not looked at ---


@pytest.fixture
def unseen(kept):
    """A picture made from references that the provider did not look at."""

    def make(references: int = 1):
        asset = kept("images-openai", wish())
        for _ in range(references):
            JobReferenceFactory(job=asset.generation.job, asset=AssetFactory(use=Use.REFERENCE))
        attempt = Attempt.objects.get()
        Attempt.objects.update(result={**attempt.result, "image_tokens": 0, "unseen": references})
        return asset

    return make


@pytest.mark.parametrize(
    ("references", "said"),
    [(1, "The provider did not look at the reference."), (3, "The provider did not look at the references.")],
)
def test_references_that_nobody_looked_at_are_told_on_receipt_and_card(references, said, unseen):
    asset = unseen(references)
    assert Receipt(asset).notes == [said]
    assert Card(asset.generation).remark == said


def test_a_card_of_a_picture_that_came_as_asked_remarks_nothing(kept):
    assert Card(kept("images-openai", wish()).generation).remark == ""


# --- on the pages ---


def test_the_page_of_a_picture_says_all_of_it(kept, alice, browser_of):
    brief = wish("1024x1024", quality="high", format="webp")
    asset = kept("images-vip", brief, "image/webp 1024x1024", format="png", size="1280x1280")
    page = browser_of(alice).get(reverse("picture", args=[asset.pk])).content.decode()
    assert "Made here from a PNG of 1280 × 1280." in page
    assert page.count("not delivered") == 1


def test_the_card_in_the_feed_says_that_nobody_looked_at_the_reference(unseen, alice, browser_of):
    asset = unseen()
    page = browser_of(alice).get(reverse("create"), {"job": asset.generation.job_id}).content.decode()
    assert "The provider did not look at the reference." in page
