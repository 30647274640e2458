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
_ADDRESS = "https://picture.example/1.png"
_INLINE = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAEAAAABAAQMAAACQp+OdAAAAA1BMVEXESDAvpfbnAAAAD0lEQVR42mNgGAWjgHwAAA"
    "JAAAHgTR1EAAAAAElFTkSuQmCC"
)
"""A red square. It stands in a script for the reference picture, whose address nobody but its reader knows."""


@dataclass(frozen=True, slots=True)
class Example:
    """What is asked for in an example, and how."""

    title: str
    image_model: str
    spelling: Spelling
    is_inline: bool = False
    """Its picture stands in the script itself."""


def examples(page: Page) -> list[Example]:
    """From words and, where the wire takes pictures, from a picture. None while no image model is offered.

    The address of the images is shared: where no image model that this page is about is offered, the one that is
    there is asked for as it is answered, in OpenAI's own words.
    """
    return _examples(page) or (_examples(_OPENAI) if page.is_at_once else [])


def _examples(page: Page) -> list[Example]:
    prompt = gettext("A paper boat on still water at dawn, woodcut in two colours, wide margins")
    from_words = _first(page, gettext("From words"), Brief(prompt, ""))
    picture = Picture(url=_ADDRESS, media_type="image/png")
    from_a_picture = _first(page, gettext("From a picture"), Brief(prompt, "", references=(picture,)))
    return [*filter(None, (from_words, from_a_picture and _self_contained(from_a_picture)))]


def _self_contained(example: Example) -> Example:
    """With the picture itself in place of its address, which every served wire takes as well."""
    if example.spelling.files:
        return example
    scripts = (replace(script, text=script.text.replace(_ADDRESS, _INLINE)) for script in example.spelling.scripts)
    return replace(example, spelling=replace(example.spelling, scripts=tuple(scripts)), is_inline=True)


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
    first = [offered.pop(name) for name in (page.image_model, page.edit_model, SKETCH) if name in offered]
    return [*first, *offered.values()]


def _small(sizes: tuple[str, ...]) -> str:
    """A square of the lowest tier where there is one."""
    square = str(TABLE["1:1", "1K"])
    return square if square in sizes else next(filter(parse, sizes), AUTO)
