"""A paid call ends when its patience does, wherever the provider dawdles."""

import socket
import time

import pytest

from generations import client
from generations.brief import Brief, Picture
from generations.faults import Kind
from tests.generations.client.conftest import answer

PATIENCE = 1
LATE = PATIENCE + 5
"""The briefest dawdler goes on for longer: a call that ended before this was ended by its patience."""
BRIEF = Brief("a lamp", "gpt-image-2-vip", size="1024x1024")
DROPS = 0.1


def drip(line: socket.socket, pieces) -> None:
    for piece in pieces:
        line.sendall(piece)
        time.sleep(DROPS)


def endless(first: bytes, rest: bytes):
    yield first
    while True:
        yield rest


DAWDLERS = {
    "says nothing": lambda line, _: time.sleep(8),
    "sends its headers in drops": lambda line, _: drip(line, (bytes([byte]) for byte in answer(b"{}") * 9)),
    "sends headers without end": lambda line, _: drip(line, endless(b"HTTP/1.1 200 OK\r\n", b"x-more: 1\r\n")),
    "goes on saying that it goes on": lambda line, _: drip(line, endless(b"", b"HTTP/1.1 102 Processing\r\n\r\n")),
    "sends its body in drops": lambda line, _: drip(line, endless(b"HTTP/1.1 200 OK\r\n\r\n{", b" ")),
}


@pytest.mark.parametrize("dawdle", DAWDLERS.values(), ids=DAWDLERS)
def test_a_provider_that_dawdles_holds_a_call_no_longer_than_its_patience(bare, provider_at, tmp_path, dawdle):
    bare.say = dawdle
    began = time.monotonic()
    heard = client.submit(provider_at(bare.url, "images-vip", patience=PATIENCE), BRIEF, "gpt-image-2", "1", tmp_path)
    assert heard.meaning.kind is Kind.UNKNOWN
    assert PATIENCE - 0.1 < time.monotonic() - began < LATE


def test_a_provider_that_takes_its_request_in_sips_is_held_to_the_same(provider_at, tmp_path):
    brief = Brief("a lamp", "gpt-image-2-vip", references=(Picture(content=b"x" * 30_000_000, media_type="image/png"),))
    with socket.create_server(("127.0.0.1", 0)) as door:
        provider = provider_at(f"http://127.0.0.1:{door.getsockname()[1]}", "images-vip", patience=PATIENCE)
        began = time.monotonic()
        heard = client.submit(provider, brief, "gpt-image-2", "1", tmp_path)
    assert heard.meaning.kind is Kind.UNKNOWN
    assert time.monotonic() - began < LATE


def test_without_a_connection_nothing_was_sent(provider_at, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    heard = client.submit(provider_at(f"http://127.0.0.1:{port}", "images-vip"), BRIEF, "gpt-image-2", "1", tmp_path)
    assert heard.meaning.kind is Kind.NOT_STARTED


def test_a_certificate_that_nobody_knows_stops_the_call_before_it_begins(bare, provider_at, tmp_path):
    bare.say = lambda line, _: line.sendall(answer(b"{}"))
    address = bare.url.replace("http://", "https://")
    heard = client.submit(provider_at(address, "images-vip", patience=PATIENCE), BRIEF, "gpt-image-2", "1", tmp_path)
    assert heard.meaning.kind is Kind.NOT_STARTED
    assert not bare.heard


@pytest.mark.parametrize("address", ["ftp://example.com", "example.com", "http://", "http://exa mple.com"])
def test_an_address_that_leads_nowhere_sends_nothing(provider_at, tmp_path, address):
    heard = client.submit(provider_at(address, "images-vip"), BRIEF, "gpt-image-2", "1", tmp_path)
    assert heard.meaning.kind is Kind.NOT_STARTED


@pytest.mark.parametrize("key", ["钥匙", "good\nkey"])
def test_a_key_that_no_header_can_hold_is_denied_before_a_byte_leaves(bare, provider_at, tmp_path, key):
    provider = provider_at(bare.url, "images-vip")
    provider.api_key = key
    heard = client.submit(provider, BRIEF, "gpt-image-2", "1", tmp_path)
    assert heard.meaning.kind is Kind.DENIED
    assert not bare.heard


def test_each_paid_call_has_a_line_of_its_own_and_says_so(bare, provider_at, tmp_path):
    provider = provider_at(bare.url, "images-vip")
    for number in range(3):
        client.submit(provider, BRIEF, "gpt-image-2", str(number), tmp_path)
    assert bare.lines == len(bare.heard) == 3
    assert all(b"connection: close" in said.lower() for said in bare.heard)


FIVE = tuple(Picture(url=f"https://example.com/{number}.png") for number in range(5))


@pytest.mark.parametrize(
    ("dialect", "brief", "seconds"),
    [
        ("images-vip", BRIEF, 360),
        ("images-vip", BRIEF.shaped("16:9", "4K"), 600),
        ("images-vip", Brief("a lamp", "x", references=FIVE[:4]), 360),
        ("images-openai", Brief("a lamp", "x", references=FIVE), 600),
        ("videos", Brief("a lamp", "x", references=FIVE).shaped("16:9", "4K"), 60),
        ("painter", BRIEF.shaped("16:9", "4K"), 30),
    ],
)
def test_a_large_picture_is_given_more_time_where_the_line_is_held_for_it(provider_at, dialect, brief, seconds):
    assert client.patience(provider_at("https://example.com", dialect), brief) == seconds


def test_the_operators_word_on_patience_is_the_last(provider_at):
    provider = provider_at("https://example.com", "images-vip", patience=45)
    assert client.patience(provider, BRIEF.shaped("16:9", "4K")) == client.patience(provider) == 45
