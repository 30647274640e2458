"""Providers that lie, one of each sort: what becomes of it, and the sentence that a person reads."""

import base64
from datetime import timedelta

import pytest
from django.utils import timezone

from generations import engine, intake
from generations.cards import Card
from generations.looks import WORKING
from generations.models import Attempt, Provider, State
from generations.receipts import Receipt
from tests.generations.driving import answer, finish, hurry
from tests.generations.engine.talker import said
from tests.generations.pictures import picture, upload

pytestmark = pytest.mark.django_db(transaction=True)

VIP, VIDEOS, OFFICIAL, SQUARE = "gpt-image-2-vip", "gpt-image-2", "gpt-image-2-official", ("1:1", "1K")
HTML = b"<!DOCTYPE html><html><head><title>Welcome</title></head><body></body></html>"
FAILED = "The work was begun and then failed. Trying again may help."
NO_PICTURE = "An answer came, but not a picture. Trying again may help."
REFUSED = "The content policy of the image model said no. Change the words or the references."
TOO_LATE = "No picture came in the time that the studio waits."


def inline(size: tuple[int, int]) -> str:
    return base64.b64encode(picture(size)).decode()


@pytest.fixture
def submitted(provider, ask, talker):
    """A picture of a provider that has taken it on and will say this of it."""

    def submit(**task):
        talker.on_submit, talker.on_poll = said(id="task 1", status="queued"), said(id="task 1", **task)
        provider("videos", base_url=talker.url)
        job = ask(VIDEOS, "a lamp", shape=SQUARE)
        answer(engine.Bell("submit"))
        hurry()
        return job

    return submit


@pytest.mark.parametrize(
    ("lie", "sentence"),
    [
        (said(error={"message": "The engine stopped.", "code": None}), FAILED),
        (said(error="The engine stopped."), FAILED),
        (said(data=[], message="Your request was rejected by the safety system."), REFUSED),
        (said(data=[]), NO_PICTURE),
        (said(data=None), NO_PICTURE),
        (said(data=[{"url": "", "b64_json": ""}]), NO_PICTURE),
        (lambda: [HTML], NO_PICTURE),
        (lambda: [b""], NO_PICTURE),
        (said(data=[{"b64_json": base64.b64encode(HTML * 9).decode()}]), "What came back is not a picture"),
    ],
)
def test_200_without_a_picture_is_said_for_what_it_is(lie, sentence, provider, ask, talker):
    talker.on_submit = lie
    provider("images-vip", base_url=talker.url)
    (generation,) = finish(ask(VIP, "a lamp", shape=SQUARE))
    assert (generation.state, generation.charged) == (State.FAILED, 0)
    assert Card(generation).sentence.startswith(sentence)


@pytest.mark.parametrize(
    ("lie", "sentence"),
    [
        ({"status": "completed", "progress": 100}, NO_PICTURE),
        ({"status": "completed", "video_url": ""}, NO_PICTURE),
        ({"status": "failed"}, FAILED),
        ({"status": "failed", "error": {"message": "内容不符合安全规范", "code": "upstream_error"}}, REFUSED),
        (
            {"status": "completed", "video_url": "http://169.254.169.254/a.png"},
            "The picture was made, but",
        ),
    ],
)
def test_a_task_that_ends_without_a_picture_is_said_for_what_it_is(lie, sentence, submitted):
    (generation,) = finish(submitted(**lie))
    assert (generation.state, generation.charged) == (State.FAILED, 0)
    assert Card(generation).sentence.startswith(sentence)


@pytest.mark.parametrize(
    ("said_of_it", "percent"),
    [
        ({"status": "in_progress", "progress": "10%"}, 10),
        ({"status": "in_progress", "progress": "42", "created_at": "1709876543"}, 42),
        ({"status": "pondering", "progress": "soon"}, None),
    ],
)
def test_a_task_under_way_is_shown_at_work_however_it_says_so(said_of_it, percent, submitted):
    generation = submitted(**said_of_it).generations.get()
    engine.poll()
    card = Card(generation)
    assert card.look is WORKING
    assert card.percent == percent


def test_a_state_that_nobody_knows_ends_with_the_time_that_the_studio_waits(submitted):
    job = submitted(status="pondering")
    Attempt.objects.update(deadline=timezone.now() - timedelta(seconds=1))
    (generation,) = finish(job)
    assert generation.charged == 0
    assert Card(generation).sentence == TOO_LATE


def test_another_size_than_asked_is_kept_charged_as_it_came_and_told_on_the_receipt(provider, ask, talker):
    talker.on_submit = said(data=[{"b64_json": inline((640, 640))}])
    provider("images-vip", base_url=talker.url)
    (generation,) = finish(ask(VIP, "a lamp", shape=("1:1", "4K")))
    assert generation.state == State.SUCCEEDED
    (note,) = Receipt(generation.asset).notes
    assert note.startswith("The provider made it smaller than asked for.")


def test_another_quality_than_asked_is_told_on_the_receipt(provider, ask, talker):
    talker.on_submit = said(data=[{"b64_json": inline((64, 64))}], quality="low")
    provider("images-official", base_url=talker.url)
    (generation,) = finish(ask(OFFICIAL, "a lamp", quality="high"))
    assert (generation.held, generation.charged) == (20, 2)
    assert [str(line.label) for line in Receipt(generation.asset).lines if line.differs] == ["Quality"]


def test_a_reference_that_nobody_looked_at_is_told_on_card_and_receipt(openai, ask, talker, alice):
    talker.on_submit = said(
        data=[{"b64_json": inline((64, 64))}],
        usage={"input_tokens": 12, "input_tokens_details": {"text_tokens": "12", "image_tokens": "0"}},
    )
    Provider.objects.filter(pk=openai.pk).update(base_url=talker.url)
    job = ask(VIDEOS, "on a beach", references=[intake.keep_upload(alice, upload())])
    (generation,) = finish(job)
    assert generation.state == State.SUCCEEDED
    said_of_it = "The provider did not look at the reference."
    assert Card(generation).remark == said_of_it
    assert Receipt(generation.asset).notes == [said_of_it]
