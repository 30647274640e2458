"""Examples that run as they stand: of an image model that the studio really offers today."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext

from generations.brief import Brief, Picture
from generations.manual.pages import PAGES, Page
from generations.manual.spellings import Spelling, spelling_of
from generations.models import ImageModel
from generations.sizes import AUTO, TABLE, parse

SKETCH = "sketch"
_OPENAI = PAGES[-1]


@dataclass(frozen=True, slots=True)
class Example:
    """What is asked for in an example, and how."""

    title: str
    image_model: str
    spelling: Spelling


def examples(page: Page) -> list[Example]:
    """From words, and where the wire takes files, from a picture. None while no image model is offered.

    The address of the images is shared: where no image model that this page is about is offered, the one that is
    there is asked for as it is answered, in OpenAI's own words.
    """
    return _examples(page) or (_examples(_OPENAI) if page.is_at_once else [])


def _examples(page: Page) -> list[Example]:
    prompt = gettext("A paper boat on still water at dawn, woodcut in two colours, wide margins")
    from_words = _first(page, gettext("From words"), Brief(prompt, ""))
    picture = Picture(url="https://picture.example/1.png", media_type="image/png")
    from_a_picture = _first(page, gettext("From a picture"), Brief(prompt, "", references=(picture,)))
    with_files = from_a_picture and from_a_picture.spelling.files
    return [example for example in (from_words, from_a_picture if with_files else None) if example]


def _first(page: Page, title: str, brief: Brief) -> Example | None:
    """Of the image model of the wire's document, else of the sketch, else of any that the wire can ask for."""
    for image_model in _candidates(page):
        can = image_model.capabilities
        wished = replace(brief, image_model=image_model.name).sized(_small(can.sizes))
        spelling = spelling_of(page, wished, 1, can)
        if spelling.scripts:
            return Example(title, image_model.name, spelling)
    return None


def _candidates(page: Page) -> list[ImageModel]:
    offered = {each.name: each for each in ImageModel.objects.offered()}
    first = [offered.pop(name) for name in (page.image_model, SKETCH) if name in offered]
    return [*first, *offered.values()]


def _small(sizes: tuple[str, ...]) -> str:
    """A square of the lowest tier where there is one."""
    square = str(TABLE["1:1", "1K"])
    return square if square in sizes else next(filter(parse, sizes), AUTO)
