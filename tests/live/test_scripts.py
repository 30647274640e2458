"""Every example of the pages about the dialects, copied off its page and run as it stands."""

import html
import os
import re
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.generations.pictures import picture
from tests.live.conftest import EMBEDDED
from tests.live.studio import Person, Studio

pytestmark = pytest.mark.services

DIALECTS = ("videos", "jobs", "images-official", "images-vip", "images-openai")
SCRIPT = re.compile(r'<code id="script-([a-z-]+)-(\w+)-(curl|python|javascript)">(.*?)</code>', re.DOTALL)
PNG = b"\x89PNG\r\n\x1a\n"
RUN = {"curl": ["/bin/sh"], "python": [sys.executable], "javascript": ["node", "--no-warnings"]}
ENDING = {"curl": "sh", "python": "py", "javascript": "mjs"}
NEW_KEY = """
from accounts import keys
from accounts.models import Member
key = keys.new_key()
keys.keep_key(Member.objects.get(user__email="alice@example.com"), "scripts", key)
print(key)
"""

PROMPT = "it's a “paper boat”, $HOME \\ `id`\n纸船 🛶"
SPELT = "'" + PROMPT.replace("'", "''") + "'"

Script = tuple[str, str, str]
"""Where it stood, its language, and its text."""


def copied(alice: Person, place: str) -> list[Script]:
    """The scripts of a page, as a reader's browser would copy them."""
    page = alice.http.get(place).text
    found = SCRIPT.findall(page)
    assert found, page[:2000]
    return [(f"{place} {where}-{number}", language, html.unescape(text)) for where, number, language, text in found]


def run(script: Script, folder: Path, key: str) -> str:
    """Run it in a folder of its own, where its reference lies; what it brought, or a word on what went wrong."""
    where, language, text = script
    folder.mkdir()
    (folder / "reference-1.png").write_bytes(picture())
    file = folder / f"script.{ENDING[language]}"
    file.write_text(text, encoding="utf-8")
    environment = {"PATH": os.environ["PATH"], "GPT_STUDIO_KEY": key, "NO_PROXY": "*", "PYTHONWARNINGS": "error"}
    done = subprocess.run(
        [*RUN[language], file.name],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    pictures = [file.read_bytes()[:8] for file in folder.glob("picture-*")]
    links = re.findall(r"http://127\.0\.0\.1:\d+/p/[^\"'\s\\]+", done.stdout)
    brought = [link for link in links if link not in text]
    if done.returncode or done.stderr or not (brought or pictures == [PNG]):
        answer = folder / "answer.json"
        return f"{where} in {language}: {done} {answer.read_text()[:500] if answer.exists() else ''}"
    return ""


def run_all(scripts: list[Script], folder: Path, key: str) -> list[str]:
    """All of them, a few at once: they mostly wait. Gives what went wrong."""
    folder.mkdir()
    with ThreadPoolExecutor(8) as pool:
        told = pool.map(lambda each: run(each[1], folder / str(each[0]), key), enumerate(scripts))
        return [each for each in told if each]


@pytest.fixture
def scripts(studio: Studio, alice_at) -> list[Script]:
    """Those of every dialect's page, those of a picture with an odd prompt, and those that name a reference picture.

    The studio stands at a private address, as a reader's own does: it finds the references of its links itself.
    """
    alice = alice_at()
    alice.create(PROMPT, "sketch")
    alice.create("the same in blue", "gpt-image-2", [picture()])
    studio.wait_until_over(2)
    made = studio.rows("SELECT asset_id FROM generations_generation ORDER BY created")
    calls = [copied(alice, f"/i/{uuid.UUID(str(asset))}/call/") for (asset,) in made]
    oddly = [script for script in calls[0] if "openai" in script[0]]
    with_a_picture = [script for script in calls[1] if "openai" not in script[0]]
    assert len(with_a_picture) == len(RUN) * 2
    return [*(script for dialect in DIALECTS for script in copied(alice, f"/docs/{dialect}/")), *oddly, *with_a_picture]


@pytest.mark.parametrize("studio", [EMBEDDED], indirect=True)
def test_every_example_brings_a_picture_as_it_stands(studio, scripts, tmp_path):
    key = studio.manage("shell", "--command", NEW_KEY).split()[-1]
    assert {language for _where, language, _text in scripts} == set(RUN)
    assert run_all(scripts, tmp_path / "scripts", key) == []
    assert studio.rows(f"SELECT count(*) FROM generations_job WHERE origin <> 'studio' AND prompt = {SPELT}")[0][0] > 0
    studio.manage("audit")
