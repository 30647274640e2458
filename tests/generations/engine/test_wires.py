"""Each documented wire, from a held job to a kept picture, over real sockets."""

import pytest
from django.core.files.storage import default_storage

from accounts.credits import total
from generations import intake, vault
from generations.models import Stage, State
from tests.generations.driving import finish
from tests.generations.engine.conftest import SERVED
from tests.generations.pictures import upload

pytestmark = pytest.mark.django_db(transaction=True)

WITH_REFERENCES = ("videos", "images-vip")


def staged() -> list[str]:
    """What still waits to be collected."""
    return default_storage.listdir("staged")[1] if default_storage.exists("staged") else []


def check_ready(generation, member) -> None:
    """A ready generation has one kept picture, one capture, and a pool that adds up."""
    generation.refresh_from_db()
    assert generation.state == State.SUCCEEDED, (generation.fault, generation.fault_code)
    assert vault.read(generation.asset).startswith(b"\x89PNG\r\n\x1a\n")
    with vault.open_thumbnail(generation.asset) as thumbnail:
        assert thumbnail.read(4) == b"RIFF"
    wallet = member.team.wallet
    wallet.refresh_from_db()
    assert wallet.balance == total(wallet) == 1000 - generation.charged


@pytest.mark.parametrize("dialect", ["videos", "images-official", "images-vip"])
def test_words_become_a_kept_picture(dialect, provider, ask, alice, upstream):
    provider(dialect)
    shape = ("1:1", "1K") if dialect != "images-official" else None
    (generation,) = finish(ask(SERVED[dialect], "a lighthouse", shape=shape))
    check_ready(generation, alice)
    (paid,) = upstream.log()
    assert paid["prompt"] == "a lighthouse"


@pytest.mark.parametrize("dialect", WITH_REFERENCES)
def test_words_and_a_reference_become_a_kept_picture(dialect, provider, ask, alice, upstream):
    provider(dialect)
    shoe = intake.keep_upload(alice, upload())
    (generation,) = finish(ask(SERVED[dialect], "on a beach", references=[shoe], shape=("1:1", "1K")))
    check_ready(generation, alice)
    assert len(upstream.log()) == 1


def test_the_wire_that_takes_only_addresses_is_given_one_that_opens(
    provider, ask, alice, upstream, live_server, settings
):
    settings.PUBLIC_URL = live_server.url
    provider("jobs")
    shoe = intake.keep_upload(alice, upload())
    job = ask(SERVED["jobs"], "on a beach [fetch]", references=[shoe], shape=("1:1", "1K"))
    (generation,) = finish(job)
    check_ready(generation, alice)


@pytest.mark.parametrize("references", [0, 1])
def test_openais_own_wire_makes_and_edits(references, openai, ask, alice):
    shoes = [intake.keep_upload(alice, upload()) for _ in range(references)]
    (generation,) = finish(ask("gpt-image-2", "on a beach", references=shoes, shape=("1:1", "1K")))
    check_ready(generation, alice)
    assert generation.attempts.get().provider == openai


@pytest.mark.parametrize("form", ["url", "b64", "dataurl"])
def test_every_form_of_a_result_is_kept(form, provider, ask, alice):
    provider("images-vip")
    before = staged()
    (generation,) = finish(ask("gpt-image-2-vip", f"a lamp [form={form}]", shape=("3:2", "1K")))
    check_ready(generation, alice)
    assert (generation.asset.width, generation.asset.height) == (1280, 848)
    assert staged() == before


def test_three_pictures_are_three_calls_of_one_picture_each(provider, ask, alice, upstream):
    provider("images-vip")
    generations = finish(ask("gpt-image-2-vip", "a lamp", count=3, shape=("1:1", "1K")))
    assert [generation.state for generation in generations] == [State.SUCCEEDED] * 3
    assert len(upstream.log()) == 3
    alice.team.wallet.refresh_from_db()
    assert alice.team.wallet.balance == 1000 - 15


def test_the_painter_draws_without_a_network(ask, alice, upstream):
    (generation,) = finish(ask("sketch", "a lighthouse", shape=("16:9", "1K")))
    check_ready(generation, alice)
    assert upstream.asked() == []
    assert generation.attempts.get().stage == Stage.KEPT


def test_two_sketches_of_one_prompt_differ(ask):
    first, second = finish(ask("sketch", "a lighthouse", count=2, shape=("1:1", "1K")))
    assert first.asset.sha256 != second.asset.sha256
