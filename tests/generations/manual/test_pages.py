"""What the pages say is what the wires do."""

import pytest

from generations import reports
from generations.api import images as answering
from generations.dialects.serving import Refused, Said, Why
from generations.faults import Kind
from generations.manual import PAGES, ends, errors, examples, page_of, rates
from generations.manual.errors import WHEN
from generations.manual.pages import Field, Page
from generations.models import ImageModel, Provider
from generations.scripts import SERVED

NAMES = [page.dialect for page in PAGES]
CHOSEN = [(page, field) for page in PAGES for field in page.fields if field.choices]


def body(page: Page, path: str, value: object) -> Said:
    """A call with this value in the field of that path, and nothing else but what every call needs."""
    fields: dict = {"model": page.image_model, "prompt": "a"}
    if page.dialect == "jobs":
        fields = {"model": "m", "input": {"prompt": "a"}}
    *within, name = path.split(".")
    for each in within:
        fields = fields.setdefault(each, {})
    place, whole = fields, fields
    place[name] = value
    if within:
        whole = {"model": "m", "prompt": "a", within[0]: place}
    return Said(whole)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (["20/second", "1200/minute"], "20 a second and 1,200 a minute"),
        (["5 per 10 second"], "5 in 10 seconds"),
        (["1/hour", "9/day"], "1 an hour and 9 a day"),
    ],
)
def test_a_rate_is_told_in_words(said, words):
    assert rates(said) == words


def test_every_served_wire_has_its_page():
    assert [*SERVED] == NAMES
    assert page_of("nothing") is None


def test_every_reason_has_its_sentence():
    assert set(WHEN) == set(Why)


@pytest.mark.parametrize(
    ("about", "field"), CHOSEN, ids=lambda each: getattr(each, "name", getattr(each, "dialect", ""))
)
def test_each_choice_is_taken_and_no_other(about: Page, field: Field):
    for choice in field.choices:
        SERVED[about.dialect].listen(body(about, field.name, choice))
    with pytest.raises(Refused):
        SERVED[about.dialect].listen(body(about, field.name, "nothing of these"))


@pytest.mark.parametrize("about", PAGES, ids=NAMES)
def test_each_prompt_may_be_as_long_as_its_page_says(about):
    field = next(field for field in about.fields if field.name.endswith("prompt"))
    most = dict(field.limits)["most"]
    SERVED[about.dialect].listen(body(about, field.name, "x" * most))
    with pytest.raises(Refused):
        SERVED[about.dialect].listen(body(about, field.name, "x" * (most + 1)))


@pytest.mark.parametrize("about", PAGES, ids=NAMES)
def test_each_field_that_is_needed_is_missed(about):
    for field in about.fields:
        said = body(about, "input.prompt" if about.dialect == "jobs" else "prompt", "a")
        place = said.fields["input"] if field.name.startswith("input.") else said.fields
        place.pop(field.name.removeprefix("input."), None)
        if field.is_needed:
            with pytest.raises(Refused, match="missing"):
                SERVED[about.dialect].listen(said)


def test_a_silent_line_is_kept_alive_after_as_long_as_the_pages_say():
    assert answering.SILENCE == 50


@pytest.mark.parametrize(
    ("dialect", "expected"),
    [
        ("videos", (403, "insufficient_user_quota")),
        ("jobs", (402, "insufficient credits")),
        ("images-official", (429, "insufficient_quota")),
        ("images-vip", (403, "insufficient_user_quota")),
    ],
)
def test_the_codes_are_those_of_the_wire(dialect, expected):
    assert expected in [(wrong.status, wrong.code) for wrong in errors(dialect)]


@pytest.mark.parametrize("dialect", ["videos", "jobs"])
def test_every_end_of_a_task_without_a_picture_is_named(dialect):
    whys = {reports._WHY.get(kind, Why.FAILED) for kind in Kind} | {Why.CANCELLED}
    assert {wrong.when for wrong in ends(dialect)} == {WHEN[why] for why in whys}


@pytest.mark.parametrize("about", PAGES, ids=NAMES)
def test_an_example_is_of_the_documented_image_model_where_it_is_offered(about, db):
    Provider.objects.update(is_enabled=True)
    assert examples(about)[0].image_model == about.image_model
    assert examples(about)[0].spelling.page == about


@pytest.mark.parametrize(
    "about", [page for page in PAGES if page.dialect != "images-official"], ids=lambda it: it.dialect
)
def test_a_wire_that_takes_pictures_shows_how_in_the_words_of_its_document(about, db):
    Provider.objects.update(is_enabled=True)
    _from_words, example = examples(about)
    assert example.image_model == (about.edit_model or about.image_model)
    assert example.spelling.page == about
    for script in example.spelling.scripts:
        assert ("data:image/png;base64," in script.text) == example.is_inline
        assert ("reference-1.png" in script.text) != example.is_inline
        assert "picture.example" not in script.text


@pytest.mark.parametrize("about", PAGES, ids=NAMES)
def test_else_it_is_of_the_sketch(about, db):
    assert [each.name for each in ImageModel.objects.offered()] == ["sketch"]
    assert {example.image_model for example in examples(about)} == {"sketch"}


@pytest.mark.parametrize("about", PAGES, ids=NAMES)
def test_there_is_none_while_nothing_is_offered(about, db):
    ImageModel.objects.update(is_enabled=False)
    assert examples(about) == []
