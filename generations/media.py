"""Who may see a kept picture, and how is it handed over? Through signed links that end by themselves.

A link in a page is bound to one asset and one variant, and the person who follows it must still be in the asset's
team. A public link stands by itself and is short-lived: it is for the one wire that takes pictures only by address.
Whatever is handed over is exactly typed and locked in a sandbox, so that no browser runs what a picture might hide.
"""

import time
import uuid
from typing import Literal, NamedTuple, TypeVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.files import File
from django.core.signing import BadSignature, Signer
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotFound
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from generations.models import Asset
from generations.vault import ENDINGS, open_picture, open_thumbnail

Variant = Literal["original", "thumbnail"]
Response = TypeVar("Response", bound=HttpResponseBase)

WINDOW = 30 * 60
"""Seconds for which a link in a page stays the same, so that a browser need not ask twice."""
PUBLIC_LIFE = 15 * 60

_INSIDE = Signer(salt="generations.media")
_PUBLIC = Signer(salt="generations.media.public")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


class Pass(NamedTuple):
    """What a signed token says."""

    asset_id: uuid.UUID
    variant: str
    ends: int
    """Seconds since 1970."""


def link(asset: Asset, variant: Variant) -> str:
    """A path to the picture for the members of its team. It lasts for 30 to 60 minutes."""
    ends = (int(time.time()) // WINDOW + 2) * WINDOW
    return reverse("media", args=[_token(_INSIDE, Pass(asset.pk, variant, ends))])


def public_link(asset: Asset, life: int = PUBLIC_LIFE) -> str:
    """A whole address of the original that anybody may fetch for `life` seconds."""
    ends = int(time.time()) + life
    return settings.PUBLIC_URL + reverse("public-media", args=[_token(_PUBLIC, Pass(asset.pk, "original", ends))])


def lasting_link(asset: Asset) -> str:
    """The same for a caller of our own: it stays the same for a while, and lasts for 30 to 60 minutes."""
    ends = (int(time.time()) // WINDOW + 2) * WINDOW
    return settings.PUBLIC_URL + reverse("public-media", args=[_token(_PUBLIC, Pass(asset.pk, "original", ends))])


def linked(url: str) -> Asset | None:
    """The asset that one of our own public links leads to, until the link ends."""
    token = url.removesuffix("/").rpartition("/")[2] or "-"
    if url != settings.PUBLIC_URL + reverse("public-media", args=[token]):
        return None
    seen = _read(_PUBLIC, token)
    return Asset.objects.filter(pk=seen.asset_id).first() if seen else None


@require_safe
def serve(request: HttpRequest, token: str) -> HttpResponseBase:
    """Hand a picture to a member of its team; with `?download` as a file to keep. Everybody else gets a 404."""
    seen = _read(_INSIDE, token)
    asset = _visible(request.user, seen.asset_id) if seen else None
    return _hand_over(asset, seen, as_attachment="download" in request.GET)


@require_safe
def serve_public(request: HttpRequest, token: str) -> HttpResponseBase:  # noqa: ARG001 the token says it all
    """Hand an original to whoever holds a public link that has not ended."""
    seen = _read(_PUBLIC, token)
    asset = Asset.objects.filter(pk=seen.asset_id).first() if seen else None
    return _hand_over(asset, seen, as_attachment=False)


def _token(signer: Signer, given: Pass) -> str:
    return signer.sign(f"{given.asset_id}.{given.variant}.{given.ends}")


def _read(signer: Signer, token: str) -> Pass | None:
    try:
        asset_id, variant, ends = signer.unsign(token).split(".")
    except BadSignature:
        return None
    seen = Pass(uuid.UUID(asset_id), variant, int(ends))
    return seen if seen.ends > time.time() else None


def _visible(user: User | AnonymousUser, asset_id: uuid.UUID) -> Asset | None:
    """A member sees what its teams have, an operator what the admin shows."""
    if not user.is_authenticated:
        return None
    if user.is_staff and user.has_perm("generations.view_asset"):
        return Asset.objects.filter(pk=asset_id).first()
    return Asset.objects.filter(pk=asset_id, team__members__user=user, team__members__is_active=True).first()


def _hand_over(asset: Asset | None, seen: Pass | None, *, as_attachment: bool) -> HttpResponseBase:
    if asset is None or seen is None:
        return _nothing()
    try:
        file, media_type = _open(asset, seen.variant)
    except FileNotFoundError:
        return _nothing()
    name = f"picture-{str(asset.pk)[:8]}.{ENDINGS[media_type]}"
    response = FileResponse(file, as_attachment=as_attachment, filename=name, content_type=media_type)
    left = max(0, seen.ends - int(time.time()))
    return _locked(response, f"private, max-age={left}, immutable")


def _open(asset: Asset, variant: str) -> tuple["File[bytes]", str]:
    """The bytes and their type; the original where there is no thumbnail. Raises FileNotFoundError."""
    if variant == "thumbnail":
        try:
            return open_thumbnail(asset), "image/webp"
        except FileNotFoundError:
            pass
    return open_picture(asset), asset.media_type


def _nothing() -> HttpResponse:
    """One answer for what is not there, not yours, ended or forged."""
    return _locked(HttpResponseNotFound(_("Not found."), content_type="text/plain; charset=utf-8"), "no-store")


def _locked(response: Response, caching: str) -> Response:
    for name, value in _HEADERS.items():
        response[name] = value
    response["Cache-Control"] = caching
    return response
