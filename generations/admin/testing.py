"""What is wrong with a provider, in one sentence that names the next step. The provider's own words stay out of it:
some repeat the key in them."""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from generations import client
from generations.dialects import PAINTER
from generations.faults import Fault, Kind
from generations.models import Provider
from generations.sealing import Unsealable

NEXT_STEPS: Mapping[str, str | Promise] = {
    Kind.DENIED: gettext_lazy(
        "%(name)s answers but does not accept the key%(status)s: look at the account there, then set a valid key."
    ),
    Kind.NOT_STARTED: gettext_lazy(
        "Nothing answers at %(url)s: check the base URL, and whether this machine may reach it."
    ),
    Kind.BUSY: gettext_lazy("%(name)s asks to come back later%(status)s: test again in a minute."),
    Kind.UNKNOWN: gettext_lazy(
        "%(name)s was reached but gave no verdict%(status)s: test again, and look at its status page if this stays so."
    ),
    Kind.GARBLED: gettext_lazy(
        "What answers at %(url)s does not speak the dialect %(dialect)s%(status)s: check the base URL and the dialect."
    ),
    Kind.BROKEN: gettext_lazy("%(name)s reports trouble of its own%(status)s: test again later."),
}
NO_SUCH_CALL = gettext_lazy(
    "%(name)s does not know the test call of the dialect %(dialect)s%(status)s: check the base URL and the dialect."
)


def key_state(provider: Provider) -> str:
    """Whether there is a key and whether it can be opened; never the key."""
    try:
        return _("set") if provider.api_key else _("not set")
    except Unsealable:
        return _("unreadable: SECRET_KEY has changed, enter the key again")


def complaint(provider: Provider) -> str:
    """One sentence on what keeps this provider from working; empty where nothing does. Makes one free call."""
    if provider.dialect == PAINTER:
        return ""
    try:
        if not provider.api_key:
            return _("%(name)s has no key: enter one under “Set a new key”, save, and test again.") % _words(provider)
    except Unsealable:
        return _("The key of %(name)s cannot be opened, because SECRET_KEY has changed: enter the key again.") % _words(
            provider
        )
    with tempfile.TemporaryDirectory(dir=settings.SCRATCH) as folder:
        fault = client.test(provider, Path(folder))
    return str(_next_step(fault)) % _words(provider, fault) if fault else ""


def _next_step(fault: Fault) -> str | Promise:
    """A wire reads a 404 as proof that nothing was begun; here it shows that somebody answered."""
    if fault.kind is Kind.NOT_STARTED and fault.status:
        return NO_SUCH_CALL
    return NEXT_STEPS.get(fault.kind, NO_SUCH_CALL)


def _words(provider: Provider, fault: Fault | None = None) -> dict[str, str]:
    status = f" (HTTP {fault.status})" if fault and fault.status else ""
    return {"name": provider.name, "url": provider.base_url, "dialect": provider.dialect, "status": status}
