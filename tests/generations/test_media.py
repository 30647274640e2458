"""Claims about who may see a kept picture and how it is handed over."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.signing import Signer
from django.test import Client
from django.utils import timezone

from generations import media, vault
from generations.models import Asset
from tests.generations.factories import AssetFactory

ORIGINAL, SMALL = b"\x89PNG\r\n\x1a\n<script>alert(1)</script>", b"RIFF....WEBP"
NOON = datetime(2026, 11, 21, 12, 10, tzinfo=UTC)


@pytest.fixture
def root(tmp_path: Path, settings) -> Path:
    options = {"BACKEND": "generations.vault.DurableStorage", "OPTIONS": {"location": tmp_path / "kept"}}
    settings.STORAGES = {**settings.STORAGES, "default": options}
    return tmp_path / "kept"


def kept(member, root: Path, thumbnail: bytes = SMALL, **fields) -> Asset:
    """An asset whose bytes are really in the vault."""
    given = root.with_name("given")
    given.write_bytes(ORIGINAL)
    sha256 = hashlib.sha256(ORIGINAL).hexdigest()
    made = AssetFactory(team=member.team, member=member, sha256=sha256, size=len(ORIGINAL), **fields)
    vault.keep(given, sha256, made.media_type)
    if thumbnail:
        small = root.with_name("small")
        small.write_bytes(thumbnail)
        vault.keep_thumbnail(small, sha256)
    return made


@pytest.fixture
def asset(alice, root) -> Asset:
    return kept(alice, root)


def body(response) -> bytes:
    """All of it, which also closes the file behind it."""
    return b"".join(response) if response.streaming else response.content


def assert_locked(response) -> None:
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("variant", "content", "media_type"), [("original", ORIGINAL, "image/png"), ("thumbnail", SMALL, "image/webp")]
)
def test_a_member_sees_the_picture_of_the_team(variant, content, media_type, asset, bob, browser_of):
    response = browser_of(bob).get(media.link(asset, variant))
    assert response.status_code == 200
    assert body(response) == content
    assert response["Content-Type"] == media_type
    assert response["Content-Length"] == str(len(content))
    ending = vault.ENDINGS[media_type]
    assert response["Content-Disposition"] == f'inline; filename="picture-{str(asset.pk)[:8]}.{ending}"'
    assert response["Cache-Control"].startswith("private, max-age=")
    assert_locked(response)


@pytest.mark.parametrize("media_type", ["image/png", "image/jpeg", "image/webp"])
def test_the_type_is_exactly_what_the_check_found(media_type, alice, root, browser_of):
    response = browser_of(alice).get(media.link(kept(alice, root, media_type=media_type), "original"))
    assert response["Content-Type"] == media_type
    body(response)


def test_a_download_has_a_name_of_our_making(asset, alice, browser_of):
    Asset.objects.filter(pk=asset.pk).update(name='"; evil.html')
    response = browser_of(alice).get(media.link(asset, "original") + "?download")
    assert response["Content-Disposition"] == f'attachment; filename="picture-{str(asset.pk)[:8]}.png"'
    assert_locked(response)
    body(response)


def test_a_missing_thumbnail_falls_back_to_the_original(alice, root, browser_of):
    response = browser_of(alice).get(media.link(kept(alice, root, thumbnail=b""), "thumbnail"))
    assert body(response) == ORIGINAL
    assert response["Content-Type"] == "image/png"


def refusals(asset: Asset, alice, bob, charlie, browser_of) -> dict[str, object]:
    """Everybody who must not see it, and every token that must not work."""
    good = media.link(asset, "original")
    forged = Signer(key="x" * 50, salt="generations.media").sign(f"{asset.pk}.original.9999999999")
    absent = AssetFactory.build(id=asset.pk, team=alice.team, member=alice)
    absent.pk = type(asset.pk)(int=1)
    unkept = AssetFactory(team=alice.team, member=alice)
    answers = {
        "a stranger": browser_of(charlie).get(good),
        "nobody": Client().get(good),
        "another variant": browser_of(alice).get(good.replace("original", "thumbnail")),
        "another end": browser_of(alice).get(good.replace(".1", ".2", 1)),
        "a forged signature": browser_of(alice).get(f"/media/{forged}/"),
        "no signature": browser_of(alice).get(f"/media/{asset.pk}/"),
        "a public token": browser_of(alice).get(urlsplit(media.public_link(asset)).path.replace("/p/", "/media/")),
        "a picture that is not there": browser_of(alice).get(media.link(absent, "original")),
        "bytes that are not there": browser_of(alice).get(media.link(unkept, "original")),
    }
    bob.is_active = False
    bob.save()
    answers["a member who left"] = browser_of(bob).get(good)
    return answers


def test_everybody_else_gets_one_and_the_same_404(asset, alice, bob, charlie, browser_of):
    for who, response in refusals(asset, alice, bob, charlie, browser_of).items():
        assert (who, response.status_code, body(response)) == (who, 404, b"Not found.")
        assert response["Cache-Control"] == "no-store"
        assert_locked(response)


def test_a_member_of_two_teams_is_judged_by_the_right_one(asset, alice, charlie, browser_of):
    alice.team.members.create(user=charlie.user, is_active=False)
    assert browser_of(charlie).get(media.link(asset, "original")).status_code == 404


@pytest.mark.parametrize(("rights", "status"), [({"is_superuser": True}, 200), ({}, 404)])
def test_an_operator_sees_what_the_admin_may_show(rights, status, asset, charlie, browser_of):
    type(charlie.user).objects.filter(pk=charlie.user_id).update(is_staff=True, **rights)
    response = browser_of(charlie).get(media.link(asset, "thumbnail"))
    assert response.status_code == status
    assert body(response)


def test_a_link_stays_the_same_for_half_an_hour_and_ends_within_the_hour(asset, alice, browser_of):
    browser = browser_of(alice)
    with time_machine.travel(NOON, tick=False) as clock:
        first = media.link(asset, "thumbnail")
        clock.shift(timedelta(minutes=19))
        assert media.link(asset, "thumbnail") == first
        clock.shift(timedelta(minutes=2))
        assert media.link(asset, "thumbnail") != first
        clock.move_to(NOON + timedelta(minutes=49))
        response = browser.get(first)
        assert response.status_code == 200
        assert response["Cache-Control"] == "private, max-age=60, immutable"
        body(response)
        clock.shift(timedelta(minutes=1))
        assert browser.get(first).status_code == 404


def test_every_link_of_a_page_lasts_half_an_hour_at_least(asset):
    with time_machine.travel(NOON.replace(minute=59, second=59), tick=False):
        ends = int(media.link(asset, "original").split(".")[2].split(":")[0])
        assert 30 * 60 <= ends - timezone.now().timestamp() <= 60 * 60


def test_a_public_link_is_whole_needs_no_session_and_ends_in_time(asset, settings):
    settings.PUBLIC_URL = "https://studio.example"
    with time_machine.travel(NOON, tick=False) as clock:
        address = media.public_link(asset)
        assert address.startswith("https://studio.example/p/")
        path = urlsplit(address).path
        response = Client().get(path)
        assert body(response) == ORIGINAL
        assert not response.cookies
        assert_locked(response)
        clock.shift(timedelta(seconds=899))
        assert body(Client().get(path)) == ORIGINAL
        clock.shift(timedelta(seconds=1))
        assert Client().get(path).status_code == 404


def test_a_public_link_may_be_shorter(asset):
    with time_machine.travel(NOON, tick=False) as clock:
        path = urlsplit(media.public_link(asset, life=60)).path
        clock.shift(timedelta(seconds=61))
        assert Client().get(path).status_code == 404


def test_a_link_of_a_page_is_no_public_link(asset):
    response = Client().get(media.link(asset, "original").replace("/media/", "/p/"))
    assert response.status_code == 404
    assert_locked(response)


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_media_can_only_be_read(method, asset, alice, browser_of):
    assert getattr(browser_of(alice), method)(media.link(asset, "original")).status_code == 405


def test_the_head_is_the_same_without_the_body(asset, alice, browser_of):
    response = browser_of(alice).head(media.link(asset, "original"))
    assert body(response) == b""
    assert response["Content-Length"] == str(len(ORIGINAL))
    assert_locked(response)
