"""How does an operator connect a provider? The same rules whether the admin asks or the command line."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from generations.dialects import PAINTER
from generations.models import WELL, ImageModel, Provider, Route
from generations.sealing import Unsealable

WRITTEN = ("dialect", "base_url", "sealed_key", "is_enabled", "concurrency")
"""What is said here of a provider. Its health is the engine's to write, also while this is said."""


class Unfit(ValueError):
    """What was asked for cannot work. The text is one sentence for the operator."""


@dataclass(frozen=True, slots=True)
class Served:
    """An image model that a provider serves, by its public name and the provider's own."""

    public: str
    upstream: str
    priority: int | None = None
    cost: int | None = None
    """Micro-dollars for one picture."""
    weight: int | None = None


def address(base_url: str, dialect: str) -> str:
    """The base URL as it is kept: http or https, a host, perhaps a path; nothing else. Raises Unfit."""
    if dialect == PAINTER:
        return ""
    wanted = base_url.strip().rstrip("/")
    if not wanted:
        raise Unfit(_("This dialect needs a base URL, such as https://api.example.com."))
    try:
        parts = urlsplit(wanted)
        whole = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        whole = False
    if not whole or _has_strange_letters(wanted):
        raise Unfit(_("“%(url)s” is not an address such as https://api.example.com.") % {"url": wanted})
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise Unfit(_("A base URL carries no name, password, query or fragment. The key has a field of its own."))
    return wanted


def _has_strange_letters(text: str) -> bool:
    return "\\" in text or any(letter.isspace() or not letter.isprintable() for letter in text)


def check_key(provider: Provider, base_url: str, new_key: str) -> None:
    """A new key must fit into a header, and a kept one never follows a provider to another host. Raises Unfit."""
    if not new_key.isascii() or _has_strange_letters(new_key):
        raise Unfit(_("A key has no spaces and no letters beyond ASCII; this one was copied with something else."))
    moved = provider.pk and _origin(provider.base_url) != _origin(base_url)
    if moved and provider.sealed_key and not new_key:
        raise Unfit(_("The address changed, so the key must be entered again."))


def mends(kept: Provider, dialect: str, base_url: str, new_key: str) -> bool:
    """Whether these changes may have mended what a provider was shut for: it is another place now, or another key."""
    if (dialect, base_url) != (kept.dialect, kept.base_url):
        return True
    try:
        return bool(new_key) and new_key != kept.api_key
    except Unsealable:
        return True


def ask_again(pk: int) -> bool:
    """Let a provider be asked with the next picture. False where it has no failure to forget."""
    ailing = Provider.objects.filter(Q(failures__gt=0) | Q(shut_until__isnull=False), pk=pk)
    return bool(ailing.update(**WELL))


def _origin(base_url: str) -> tuple[str, str]:
    parts = urlsplit(base_url)
    return parts.scheme, parts.netloc.lower()


@transaction.atomic
def connect(
    name: str, dialect: str, base_url: str, key: str, serves: list[Served], concurrency: int | None = None
) -> Provider:
    """Add a provider or change the one of that name, switched on when it has a key. Raises Unfit.

    Saying the same twice changes nothing. Image models it already serves and that are not named stay as they are, and
    so does a limit of pictures at once. One that was shut is asked again when its place or its key has changed.
    """
    provider = Provider.objects.select_for_update().filter(name=name).first() or Provider(name=name)
    kept = address(base_url, dialect)
    check_key(provider, kept, key)
    is_mended = mends(provider, dialect, kept, key)
    provider.dialect, provider.base_url = dialect, kept
    if key:
        provider.api_key = key
    provider.is_enabled = bool(provider.sealed_key) or dialect == PAINTER
    provider.concurrency = provider.concurrency if concurrency is None else concurrency
    _save(provider, WRITTEN)
    if is_mended:
        ask_again(provider.pk)
    for served in serves:
        _serve(provider, served)
    return provider


def _serve(provider: Provider, served: Served) -> None:
    image_model = ImageModel.objects.filter(name=served.public).first()
    if image_model is None:
        known = ", ".join(ImageModel.objects.values_list("name", flat=True))
        words = {"name": served.public, "known": known}
        raise Unfit(_("There is no image model “%(name)s”; there are: %(known)s.") % words)
    route = Route.objects.filter(provider=provider, image_model=image_model).first()
    route = route or Route(provider=provider, image_model=image_model)
    route.upstream_name, route.is_enabled = served.upstream, True
    route.priority = route.priority if served.priority is None else served.priority
    route.cost = route.cost if served.cost is None else served.cost
    route.weight = route.weight if served.weight is None else served.weight
    _save(route)


def _save(row: Provider | Route, written: tuple[str, ...] | None = None) -> None:
    """Keep a row that makes sense; of one that is kept already, only what was `written`. Raises Unfit."""
    try:
        row.full_clean()
    except ValidationError as wrong:
        field, sentences = next(iter(wrong.message_dict.items()))
        raise Unfit(f"{field}: {sentences[0]}") from wrong
    row.save(update_fields=written if row.pk else None)
