"""What does a code mean, said to a person? One sentence for each objection, each fault and each movement of credits.

The provider's own words never come through here: they are the admin's to read.
"""

from collections.abc import Mapping

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from generations import faults
from generations.catalog import Objection

OBJECTIONS: Mapping[tuple[str, str], str | Promise] = {
    ("prompt", "empty"): _("Write what the picture should show."),
    ("prompt", "long"): _("The prompt has %(length)s characters; this image model takes %(limit)s."),
    ("references", "none_taken"): _("This image model takes no reference pictures. Remove them or choose another one."),
    ("references", "too_many"): _("This image model takes at most %(most)s reference pictures."),
    ("references", "too_few"): _("This image model works from a picture: add at least %(fewest)s reference."),
    ("references", "type"): _("“%(name)s” is not a PNG, JPEG or WebP picture."),
    ("references", "pixels"): _("“%(name)s” is too large: a picture may have 40 megapixels."),
    ("references", "bytes"): _("“%(name)s” is too large: a file may have 20 MB."),
    ("references", "large"): _("What stands at “%(name)s” is too large: a file may have 20 MB."),
    ("references", "broken"): _("“%(name)s” is damaged or incomplete and cannot be opened."),
    ("references", "slow"): _("“%(name)s” took too long."),
    ("references", "gone"): _("A reference picture is not there any more. Please add it again."),
    ("mask", "none_taken"): _("This image model takes no mask."),
    ("size", "lacking"): _("This image model does not make pictures of the size %(value)s."),
    ("size", "unpriced"): _("There is no price for this size and quality yet. Please choose another."),
    ("background", "needs_alpha"): _("JPEG cannot be transparent. Choose PNG or WebP, or another background."),
    ("compression", "lacking"): _("This image model has no compression to set."),
    ("compression", "percent"): _("Compression is a number from 0 to 100."),
    ("n", "count"): _("One press makes 1 to %(most)s pictures."),
    ("image_model", "no_provider"): _(
        "Nobody can make pictures with this image model at the moment. Choose another one."
    ),
    ("", "credits"): _("This needs %(wanted)s credits and the pool has %(balance)s. Ask your team's owner for more."),
}
LACKING = _("This image model does not know “%(value)s” here.")
UNREACHED = _("No picture could be fetched from “%(name)s”. Give the public address of a PNG, JPEG or WebP file.")
OTHERWISE = _("This cannot be taken as it stands.")

FAULT_CODES: Mapping[str, str | Promise] = {
    "no_provider": _("Nobody can make pictures with this image model at the moment. Choose another one."),
    "deadline": _("No picture came in the time that the studio waits."),
    "picture": _("What came back is not a picture that can be opened."),
    "fetch": _("The picture was made, but it could not be fetched any more."),
}
FAULTS: Mapping[str, str | Promise] = {
    faults.Kind.REFUSED: _("The content policy of the image model said no. Change the words or the references."),
    faults.Kind.INVALID: _("The image model could not take this as it stands. Change the settings or the references."),
    faults.Kind.UNSUPPORTED: _(
        "No provider can make a picture with these settings. Change the size or the references."
    ),
    faults.Kind.DENIED: _("The studio's own access was not accepted. The people who run the studio must see to it."),
    faults.Kind.BUSY: _("Every provider was too busy. Try again in a while."),
    faults.Kind.NOT_STARTED: _("No provider could be reached. Try again in a while."),
    faults.Kind.BROKEN: _("The work was begun and then failed. Trying again may help."),
    faults.Kind.UNKNOWN: _("The line dropped and no answer came. Trying again starts anew."),
    faults.Kind.GARBLED: _("An answer came, but not a picture. Trying again may help."),
}


def objection(wrong: Objection) -> str:
    """Say one objection in the reader's language."""
    values = {
        name: number_format(value, force_grouping=True) if isinstance(value, int) else value
        for name, value in wrong.values
    }
    if (wrong.field, wrong.code) in OBJECTIONS:
        return str(OBJECTIONS[wrong.field, wrong.code]) % values
    if wrong.code == "lacking":
        return str(LACKING) % values
    return str(UNREACHED) % values if "name" in values else str(OTHERWISE)


def fault(kind: str, code: str) -> str:
    """Say why no picture came, and what to do about it. The finer code speaks before the kind."""
    sentence = FAULT_CODES.get(code) or FAULT_CODES.get(code.partition("_")[0]) or FAULTS.get(kind)
    return str(sentence or OTHERWISE)


def credits_held(amount: int) -> str:
    return ngettext("%(amount)s credit held", "%(amount)s credits held", amount) % {"amount": number_format(amount)}


def credits_settled(held: int, charged: int) -> str:
    """What became of a hold that has ended."""
    if not charged:
        return ngettext("%(held)s credit returned", "%(held)s credits returned", held) % {"held": number_format(held)}
    if charged < held:
        return gettext("%(charged)s of %(held)s credits charged") % {
            "charged": number_format(charged),
            "held": number_format(held),
        }
    return ngettext("%(charged)s credit charged", "%(charged)s credits charged", charged) % {
        "charged": number_format(charged)
    }
