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
    ("prompt", "unserved"): _("Nobody takes a prompt of this length for this image model at the moment. Shorten it."),
    ("references", "unserved"): _(
        "Nobody takes these references for this image model at the moment. Use fewer of them, or none."
    ),
    ("mask", "unserved"): _("Nobody takes a mask for this image model at the moment. Leave it out."),
    ("background", "unserved"): _(
        "Nobody makes transparent backgrounds with this image model at the moment. Choose another background."
    ),
    ("size", "lacking"): _("This image model does not make pictures of the size %(value)s."),
    ("size", "unpriced"): _("There is no price for this size and quality yet. Please choose another."),
    ("background", "needs_alpha"): _("JPEG cannot be transparent. Choose PNG or WebP, or another background."),
    ("compression", "lacking"): _("This image model has no compression to set."),
    ("compression", "percent"): _("Compression is a number from 0 to 100."),
    ("n", "count"): _("One press makes 1 to %(most)s pictures."),
    ("image_model", "no_provider"): _(
        "Nobody can make pictures with this image model at the moment. Choose another one."
    ),
    ("", "active"): _(
        "Pictures under way in your team: %(under_way)s of at most %(most)s, and this would be %(wanted)s more. "
        "Wait, or make fewer at once."
    ),
    ("", "credits"): _("This needs %(wanted)s credits and the pool has %(balance)s. Ask your team's owner for more."),
    ("", "cap_member_day"): _(
        "This needs %(wanted)s credits; you may spend %(cap)s a day and have spent %(spent)s today. "
        "An owner or admin of your team, or whoever runs the studio, can allow more; a new day begins at midnight UTC."
    ),
    ("", "cap_member_month"): _(
        "This needs %(wanted)s credits; you may spend %(cap)s a month and have spent %(spent)s this month. "
        "An owner or admin of your team, or whoever runs the studio, can allow more."
    ),
    ("", "cap_member_lifetime"): _(
        "This needs %(wanted)s credits; you may spend %(cap)s in all and have spent %(spent)s. "
        "An owner or admin of your team, or whoever runs the studio, can allow more."
    ),
    ("", "cap_api_key_day"): _(
        "This needs %(wanted)s credits; this key may spend %(cap)s a day and has spent %(spent)s today. "
        "Whose key it is, or an owner or admin of the team, can allow more; a new day begins at midnight UTC."
    ),
    ("", "cap_api_key_month"): _(
        "This needs %(wanted)s credits; this key may spend %(cap)s a month and has spent %(spent)s this month. "
        "Whose key it is, or an owner or admin of the team, can allow more."
    ),
    ("", "cap_api_key_lifetime"): _(
        "This needs %(wanted)s credits; this key may spend %(cap)s in all and has spent %(spent)s. "
        "Whose key it is, or an owner or admin of the team, can allow more."
    ),
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

WAITS: Mapping[str, str | Promise] = {
    "queued": _("Waiting for its turn."),
    "again": _("Waiting to be asked for once more."),
    "anew": _("Asked for once more."),
    "unknown": _("The line to the provider dropped. The picture may still come."),
    "slow": _("This takes more than twice as long as usual."),
}


def objection(wrong: Objection) -> str:
    """Say one objection in the reader's language."""
    values = {
        name: number_format(value, force_grouping=True) if isinstance(value, int) else value
        for name, value in wrong.values
    }
    kinds = (wrong.field, "references") if wrong.field == "mask" else (wrong.field,)  # a mask is a picture too
    for field in kinds:
        if (field, wrong.code) in OBJECTIONS:
            return str(OBJECTIONS[field, wrong.code]) % values
    if wrong.code == "lacking":
        return str(LACKING) % values
    return str(UNREACHED) % values if "name" in values else str(OTHERWISE)


def fault(kind: str, code: str) -> str:
    """Say why no picture came, and what to do about it. The finer code speaks before the kind."""
    sentence = FAULT_CODES.get(code) or FAULT_CODES.get(code.partition("_")[0]) or FAULTS.get(kind)
    return str(sentence or OTHERWISE)


def never_made() -> str:
    return gettext("It was cancelled before a picture was made.")


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


def kept_late() -> str:
    """What a picture costs that came when its hold had been given back."""
    return gettext("Kept at no charge.")


def wait(why: str) -> str:
    """What there is to say of a wait."""
    return str(WAITS[why])


def cancelled(returned: int) -> str:
    return ngettext("Cancelled. %(amount)s credit returned.", "Cancelled. %(amount)s credits returned.", returned) % {
        "amount": number_format(returned)
    }


def cost_of_cancelling(held: int) -> str:
    """Of one picture that a provider is working on."""
    return ngettext(
        "The provider is already working: if the picture comes, %(amount)s credit is charged.",
        "The provider is already working: if the picture comes, %(amount)s credits are charged.",
        held,
    ) % {"amount": number_format(held)}


def cancel_asked(held: int, count: int) -> str:
    """The answer to a wish to cancel `count` pictures that are sent, with `held` credits set aside for all of them."""
    if count == 1:
        return gettext("Asked to cancel. %(cost)s") % {"cost": cost_of_cancelling(held)}
    said = gettext(
        "Asked to cancel. %(count)s pictures are already being made: what comes of them is charged, "
        "at most %(amount)s credits."
    )
    return said % {"count": number_format(count), "amount": number_format(held)}


def cost_of_retrying(price: int | None, *, may_still_come: bool) -> str:
    """What a press of Try again does. `price` is today's, where there is one."""
    if not may_still_come:
        return _start(price)
    return gettext("%(start)s The first one may still come; it is then kept at no charge.") % {"start": _start(price)}


def _start(price: int | None) -> str:
    if price is None:
        return gettext("A new picture is started.")
    return ngettext(
        "A new picture is started, and %(amount)s credit is held for it.",
        "A new picture is started, and %(amount)s credits are held for it.",
        price,
    ) % {"amount": number_format(price)}


RECEIPT: Mapping[str, str | Promise] = {
    "smaller": _("The provider made it smaller than asked for. It is kept as it came: nothing is ever enlarged here."),
    "shape": _("The provider made it in another shape than asked for. It is kept as it came."),
}


def receipt(code: str) -> str:
    """In what a picture came otherwise than asked for."""
    return str(RECEIPT[code])


def made_here(kind: str, size: str) -> str:
    """Of a picture that was brought into the wished form by the studio itself."""
    return gettext("Made here from a %(kind)s of %(size)s.") % {"kind": kind, "size": size}


def unseen(references: int) -> str:
    """Of references that were sent and, by the provider's own count, not read."""
    return ngettext(
        "The provider did not look at the reference.", "The provider did not look at the references.", references
    )
