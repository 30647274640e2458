"""What does the operator, or a provider's own origin, let through that would be refused?"""

import hashlib

import pytest

from generations.fetch import fetch
from tests.generations.fetch.sites import PICTURE, ok, refusal, to


def test_bytes_arrive_as_they_were_sent_with_their_digest(allowed, into):
    allowed.pages["/a.png?x=1"] = ok(PICTURE, "Content-Type: Image/PNG; charset=x")
    brought = fetch(f"{allowed.origin}/a.png?x=1", into)
    assert into.read_bytes() == PICTURE
    assert (brought.size, brought.media_type, brought.path) == (len(PICTURE), "image/png", into)
    assert brought.sha256 == hashlib.sha256(PICTURE).hexdigest()


def test_this_machine_is_refused_until_the_operator_allows_it(site, settings, into):
    site.pages["/"] = ok(PICTURE)
    assert refusal(f"{site.origin}/", into).reason == "address"
    settings.FETCH_ALLOW = ("127.0.0.1/32",)
    assert fetch(f"{site.origin}/", into).size == len(PICTURE)


def test_a_providers_own_origin_is_vouched_for_and_no_other(site, into):
    site.pages["/"] = ok(PICTURE)
    assert fetch(f"{site.origin}/", into, vouched=f"{site.origin}/v1").size == len(PICTURE)
    into.unlink()
    port = site.server_address[1]
    for other in (f"http://127.0.0.1:{port + 1}", f"https://127.0.0.1:{port}", f"http://localhost:{port}"):
        assert refusal(f"{site.origin}/", into, vouched=other).reason == "address"


def test_being_vouched_for_does_not_follow_a_redirect_elsewhere(site, into):
    site.pages["/"] = to("http://127.0.0.1:1/")
    assert refusal(f"{site.origin}/", into, vouched=site.origin).reason == "address"


def test_a_senseless_allowance_is_an_error_and_lets_nothing_through(settings, into):
    settings.FETCH_ALLOW = ("everything",)
    with pytest.raises(ValueError, match="everything"):
        fetch("http://127.0.0.1/", into)
