"""The Chinese catalog says everything that the English sources say, and the pages of a Chinese reader show it."""

import os
import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.contrib.admin import site
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Invitation
from generations.faults import Kind
from generations.hooks import keeping
from generations.models import Delivery, Event, Generation, ImageModel, Off, Provider, Reply, Route, Webhook
from tests.generations.books import delivered, failed, sent, submitted
from tests.messages import HEADER, LOCALE, catalogs, compiled, read, tidied

CATALOG = LOCALE / "zh_Hans" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[-+#0]*\d*[a-z%]")
HAN = re.compile(r"[\u4e00-\u9fff]")
WORDLESS = {"GPT Studio", "%(held)s, %(settled)s", "%(provider)s, %(sent)s", "%(what)s, %(name)s"}
"""What has no Chinese word in it: a name, and two values side by side."""
PUNCTUATION = re.compile(r"[\u4e00-\u9fff”][,;:!?()]|[,;:!?()][\u4e00-\u9fff“]|[\u4e00-\u9fff”]\.")
SOURCES = ("accounts", "generations", "gptstudio", "templates", "manage.py")
LONG = 12
"""Characters up to which an English word may stand on a Chinese page by chance, as a name or as a CSS class."""
ROOMS = (
    "/",
    "/?model=sketch",
    "/?model=gpt-image-2-official",
    "/library/",
    "/library/?whose=mine",
    "/library/?q=nothing",
    "/status/",
    "/api/",
    "/docs/",
    "/docs/videos/",
    "/docs/jobs/",
    "/docs/images-official/",
    "/docs/images-vip/",
    "/docs/images-openai/",
    "/team/",
    "/team/statement/",
    "/team/statement/?kind=refund",
    "/team/keys/",
    "/team/webhooks/",
    "/profile/",
    "/profile/password/",
    "/sign-out/",
    "/nothing/",
)


@pytest.fixture(scope="module")
def entries() -> list[polib.POEntry]:
    return list(read(CATALOG))


def texts(entry: polib.POEntry) -> list[str]:
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def test_every_other_language_of_the_studio_has_a_catalog():
    assert [catalog.relative_to(LOCALE).parts[0] for catalog in catalogs()] == ["zh_Hans"]
    assert [code for code, _ in settings.LANGUAGES] == ["en", "zh-hans"]


def test_nothing_is_untranslated_fuzzy_or_left_over(entries):
    assert entries
    assert [entry.msgid for entry in entries if not all(texts(entry))] == []
    assert [entry.msgid for entry in entries if entry.fuzzy or entry.obsolete] == []


def test_every_translation_is_chinese(entries):
    said = {entry.msgid: text for entry in entries for text in texts(entry)}
    assert {source for source, text in said.items() if not HAN.search(PLACEHOLDER.sub("", text))} == WORDLESS


def test_chinese_sentences_carry_chinese_punctuation(entries):
    assert [text for entry in entries for text in texts(entry) if PUNCTUATION.search(text)] == []


def test_each_translation_keeps_every_placeholder(entries):
    for entry in entries:
        wanted = sorted(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        assert [sorted(PLACEHOLDER.findall(text)) for text in texts(entry)] == [wanted] * len(texts(entry)), entry.msgid


def test_a_sentence_ends_with_its_full_stop(entries):
    said = [text for entry in entries for text in texts(entry) if entry.msgid.endswith(".")]
    assert [text for text in said if not text.endswith("。")] == []


def test_the_catalog_is_kept_tidy():
    assert CATALOG.read_text(encoding="utf-8") == tidied(CATALOG)
    assert read(CATALOG).metadata == HEADER | {"Language": "zh_Hans"}


def test_the_compiled_catalog_is_what_the_written_one_compiles_to():
    assert CATALOG.with_suffix(".mo").read_bytes() == compiled(CATALOG)


@pytest.mark.services
def test_collecting_again_finds_the_same_texts(entries, tmp_path):
    assert shutil.which("xgettext"), "GNU gettext is not installed."
    for source in SOURCES:
        copy(settings.BASE_DIR / source, tmp_path / source)
    collected = tmp_path / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
    collected.parent.mkdir(parents=True)
    command = ["manage.py", "makemessages", "--locale", "zh_Hans", "--no-location", "--no-wrap"]
    subprocess.run([sys.executable, *command], cwd=tmp_path, env=at_home(tmp_path), check=True, timeout=120)
    assert sources(list(read(collected))) == sources(entries)


def copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy2(source, target)


def at_home(folder: Path) -> dict[str, str]:
    return os.environ | {"STUDIO_DATA": str(folder / "data"), "DJANGO_SETTINGS_MODULE": "gptstudio.settings"}


def sources(entries: list[polib.POEntry]) -> set[tuple[str, ...]]:
    return {(entry.msgctxt or "", entry.msgid, entry.msgid_plural) for entry in entries}


@pytest.fixture
def busy_team(alice, bob) -> str:
    """A team that has a picture, one refused and one under way, and somebody invited. Gives the picture's address."""
    image_model = ImageModel.objects.get(name="gpt-image-2")
    Provider.objects.exclude(dialect="painter").update(is_enabled=True)
    job = submitted(alice, count=3, image_model=image_model, prompt="月下的白鹭")
    first, second, third = (sent(each, Route.objects.get(image_model=image_model)) for each in job.generations.all())
    delivered(first)
    failed(second, Kind.REFUSED)
    assert third.generation.pk
    Invitation.objects.create(team=alice.team, email="charlie@example.com", invited_by=alice, token_hash="none")
    return reverse("picture", args=[Generation.objects.get(pk=first.generation_id).asset_id])


def test_alice_reads_no_english_sentence_on_a_chinese_page(alice, busy_team, browser_of, entries):
    browser = browser_of(alice)
    for room in (*ROOMS, busy_team, f"{busy_team}call/"):
        assert left_english(browser, room, entries) == set(), room


def test_a_webhooks_page_is_chinese_whatever_came_of_its_tries(alice, browser_of, entries):
    webhook = keeping.add(alice, "https://example.com/", [event.value for event in Event])
    keeping.test(webhook)
    Delivery.objects.update(tried=timezone.now(), log=[reply.noted(timezone.now()) for reply in Reply])
    room = reverse("webhook", args=[webhook.pk])
    for changes in ({}, {"failing_since": timezone.now()}, {"disabled": timezone.now(), "disabled_for": Off.GONE}):
        Webhook.objects.update(**changes)
        assert left_english(browser_of(alice), room, entries) == set()


def test_a_stranger_reads_no_english_sentence_on_the_way_in(client, db, entries):
    for room in (reverse("account_login"), reverse("ask_for_link"), "/join/nothing/", "/nothing/"):
        assert left_english(client, room, entries) == set(), room


def test_the_operator_reads_no_english_sentence_at_the_desk(desk, busy_team, entries):
    tables = [reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist") for model in site._registry]
    for room in (reverse("admin:index"), reverse("admin:usage"), *tables):
        assert left_english(desk, room, entries) == set(), room


def left_english(browser: Client, room: str, entries: list[polib.POEntry]) -> set[str]:
    answer = browser.get(room, headers={"accept-language": "zh-hans"})
    page = unescape(answer.content.decode())
    assert 'lang="zh-hans"' in page, f"{room} answered {answer.status_code}"
    return {sentence for sentence in english(entries) if sentence in page}


def english(entries: list[polib.POEntry]) -> set[str]:
    """The stretches of English between the placeholders that are too long to stand on a page by chance."""
    written = {source for entry in entries for source in (entry.msgid, entry.msgid_plural) if source}
    parts = {part.strip() for source in written for part in PLACEHOLDER.split(source)}
    return {part for part in parts if len(part) > LONG}
