"""One brief in the words of every wire: three scripts each, and what is to be said about them."""

from dataclasses import dataclass, replace

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from generations import media
from generations.brief import Brief, Picture
from generations.catalog import Capabilities
from generations.forms.composer import LABELS
from generations.manual.pages import PAGES, Page
from generations.models import Asset
from generations.scripts import CURL, JAVASCRIPT, LANGUAGES, PYTHON, Call, Unsayable, call_of, written

TITLES = {CURL: "curl", PYTHON: "Python", JAVASCRIPT: "JavaScript"}
FIELDS: dict[str, str | Promise] = {
    **LABELS,
    "size": _("Pixels"),
    "tier": _("Size"),
    "compression": _("Compression"),
}
WHY_NOT: dict[str, str | Promise] = {
    "image_model": _("Calls for this image model are answered in another dialect."),
    "prompt": _("The prompt is empty, or longer than it may be here."),
    "references": _("This dialect cannot hand over these reference pictures with this image model."),
    "mask": _("This dialect has no mask."),
    "background": _("This dialect cannot ask for this background."),
    "size": _("This dialect cannot ask for this size of this image model."),
    "n": _("One job makes 1 to 10 pictures."),
}
OTHERWISE = _("This dialect cannot ask for this.")


@dataclass(frozen=True, slots=True)
class Script:
    """The call in one language."""

    language: str
    text: str

    @property
    def title(self) -> str:
        return TITLES[self.language]


@dataclass(frozen=True, slots=True)
class Spelling:
    """The call in one wire; without scripts, why there is none."""

    page: Page
    scripts: tuple[Script, ...] = ()
    notes: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    """The names under which the scripts look for their pictures."""
    why_not: str = ""


def spellings(
    brief: Brief, count: int, can: Capabilities, references: list[Asset], mask: Asset | None = None
) -> list[Spelling]:
    """How each wire would ask for this; those that cannot come last."""
    wished = replace(brief, references=tuple(map(_picture, references)), mask=_picture(mask) if mask else None)
    spelt = [spelling_of(page, wished, count, can) for page in PAGES]
    return sorted(spelt, key=lambda spelling: not spelling.scripts)


def spelling_of(page: Page, brief: Brief, count: int, can: Capabilities) -> Spelling:
    """How one wire would ask for it."""
    call = call_of(page.dialect, brief, count, can)
    if isinstance(call, Unsayable):
        return Spelling(page, why_not=str(WHY_NOT.get(call.field, OTHERWISE)))
    scripts = tuple(Script(language, written(call, language, settings.PUBLIC_URL)) for language in LANGUAGES)
    return Spelling(page, scripts, tuple(_notes(call, brief, count)), tuple(file for _name, file in call.files))


def _picture(asset: Asset) -> Picture:
    return Picture(url=media.lasting_link(asset), media_type=asset.media_type)


def _notes(call: Call, brief: Brief, count: int) -> list[str]:
    notes = []
    if call.unheard:
        named = ", ".join(str(FIELDS[field]) for field in call.unheard)
        notes.append(gettext("This dialect asks otherwise for, or has no words for: %(fields)s.") % {"fields": named})
    if times := -(-count // call.count) - 1:
        said = ngettext(
            "One call makes one picture. Make it %(more)s time more.",
            "One call makes one picture. Make it %(more)s times more.",
            times,
        )
        notes.append(said % {"more": times})
    if brief.references and not call.files:
        notes.append(gettext("The addresses of the references end after 30 to 60 minutes."))
    return notes
