"""How far is a redirect followed, and how strictly is it read?"""

import pytest

from generations.fetch import fetch
from tests.generations.fetch.sites import PICTURE, ok, refusal, to


@pytest.mark.parametrize("hops", [1, 2, 3])
@pytest.mark.parametrize(
    "inside", ["http://169.254.169.254/latest", "http://[::1]/", "http://10.0.0.1/", "http://0x7f.1/"]
)
def test_a_redirect_inside_is_refused_at_every_hop(hops, inside, allowed, dialled, into):
    for hop in range(1, hops):
        allowed.pages[f"/{hop}"] = to(f"/{hop + 1}")
    allowed.pages[f"/{hops}"] = to(inside)
    assert refusal(f"{allowed.origin}/1", into).reason == "address"
    assert dialled == ["127.0.0.1"] * hops


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_three_redirects_are_followed_without_cookies(status, allowed, into):
    for hop in (1, 2, 3):
        allowed.pages[f"/{hop}"] = to(f"{hop + 1}", status)
    allowed.pages["/4"] = ok(PICTURE)
    assert fetch(f"{allowed.origin}/1", into).size == len(PICTURE)
    assert len(allowed.heard) == 4
    assert not any("canary" in request for request in allowed.heard)


def test_a_fourth_redirect_is_refused(allowed, into):
    allowed.pages["/"] = to("/")
    assert refusal(f"{allowed.origin}/", into).reason == "redirect"
    assert len(allowed.heard) == 4


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("", "redirect"),
        ("/a b", "redirect"),
        ("http://127.0.0.1\\@example.com/", "redirect"),
        ("http://[nonsense/", "address"),
        ("file:///etc/passwd", "scheme"),
        ("http://①②⑦.⓪.⓪.①/", "redirect"),
        ("http://user@example.com/", "address"),
        ("http://1.1.1.1:22/", "port"),
    ],
)
def test_a_redirect_is_read_as_strictly_as_an_address(location, reason, allowed, into):
    allowed.pages["/"] = to(location)
    assert refusal(f"{allowed.origin}/", into).reason == reason
