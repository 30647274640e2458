"""How is a picture that somebody hands in kept? Cleaned of all but its pixels, under its digest, as the team's own."""

import binascii
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pybase64
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from accounts.models import Member
from generations import imaging, media, vault
from generations.catalog import Objection
from generations.fetch import NotFetched, fetch
from generations.imaging import Facts, Unreadable
from generations.intake.objected import Objected
from generations.models import Asset, Use
from gptstudio.turnstile import outside

MOST_UPLOAD = 20 * 1024 * 1024
FETCH_WITHIN = 20.0


def keep_upload(member: Member, upload: UploadedFile, use: Use = Use.REFERENCE) -> Asset:
    """Keep a picture that a member handed in, without its metadata. Raises Objected."""
    if (upload.size or 0) > MOST_UPLOAD:
        raise _objected(use, "bytes", upload.name or "")

    def bring(path: Path) -> None:
        with path.open("wb") as file:
            for piece in upload.chunks():
                file.write(piece)

    return _keep(member, upload.name or "", bring, use)


def keep_link(member: Member, url: str, use: Use = Use.REFERENCE) -> Asset:
    """Keep a picture from a public address, or from a link of our own. Raises Objected."""
    ours = media.linked(url)
    if ours:
        return _keep(member, url, lambda path: _copy(ours, path), use)
    return _keep(member, url, lambda path: _fetch(url, path), use)


def keep_base64(member: Member, text: str, name: str, use: Use = Use.REFERENCE) -> Asset:
    """Keep a picture that came as base64, with or without its `data:` head, in lines or in one. Raises Objected."""
    head, _comma, body = text.strip().rpartition(",")
    body = "".join(body.split()).rstrip("=")
    if head and not head.lower().endswith(";base64"):
        raise _objected(use, "broken", name)
    if len(body) > MOST_UPLOAD * 4 // 3 + 4:
        raise _objected(use, "bytes", name)
    try:
        content = pybase64.b64decode(body + "=" * (-len(body) % 4), validate=True)
    except (binascii.Error, ValueError) as wrong:
        raise _objected(use, "broken", name) from wrong
    return _keep(member, name, lambda path: path.write_bytes(content), use)


def _fetch(url: str, path: Path) -> None:
    with outside():  # a stranger's server may take its time, but none of ours
        fetch(url, path, most_bytes=MOST_UPLOAD, within=FETCH_WITHIN)


def _copy(asset: Asset, path: Path) -> None:
    """From our own shelf: a studio at a private address could not fetch from itself."""
    try:
        with outside(), vault.open_picture(asset) as kept, path.open("wb") as file:
            shutil.copyfileobj(kept, file)
    except FileNotFoundError as gone:
        raise NotFetched("status") from gone


def _keep(member: Member, name: str, bring: Callable[[Path], object], use: Use) -> Asset:
    with tempfile.TemporaryDirectory(dir=settings.SCRATCH) as folder:
        given, cleaned, thumbnail = (Path(folder) / part for part in ("given", "cleaned", "thumbnail"))
        try:
            bring(given)
            facts = imaging.clean(given, cleaned)
            imaging.derive(cleaned, thumbnail)
        except (NotFetched, Unreadable) as wrong:
            raise _objected(use, wrong.reason, name) from wrong
        return _keep_asset(member, name, facts, cleaned, thumbnail, use)


def _keep_asset(member: Member, name: str, facts: Facts, cleaned: Path, thumbnail: Path, use: Use) -> Asset:
    sha256 = vault.digest(cleaned)
    with outside():
        vault.keep(cleaned, sha256, facts.media_type)
        vault.keep_thumbnail(thumbnail, sha256)
    return Asset.objects.create(
        team_id=member.team_id,
        member=member,
        use=use,
        sha256=sha256,
        media_type=facts.media_type,
        width=facts.width,
        height=facts.height,
        size=cleaned.stat().st_size,
        name=name[:200],
    )


def _objected(use: Use, reason: str, name: str) -> Objected:
    field = "mask" if use == Use.MASK else "references"
    return Objected(Objection(field, reason, (("name", name[:200]),)))
