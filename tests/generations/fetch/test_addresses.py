"""Which addresses, spellings, ports and schemes are ever dialled?"""

import socket
from ipaddress import IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generations.fetch import fetch
from generations.fetch.addresses import is_public
from tests.generations.fetch.sites import PICTURE, ok, refusal

FORBIDDEN = (
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.8.8.8",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.7",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "100::1",
    "2001:0:7f00:1::f5ff:fffe",
    "2001:db8::1",
    "2001:10::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
)
PUBLIC = (
    "1.1.1.1",
    "93.184.215.14",
    "2606:4700:4700::1111",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
    "2002:101:101::1",
)
SPELLINGS = (
    "http://127.1/",
    "http://127.0.1/",
    "http://0x7f000001/",
    "http://0x7f.0.0.1/",
    "http://2130706433/",
    "http://017700000001/",
    "http://0177.0.0.1/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://127%2e0%2e0%2e1/",
    "http://0/",
    "http://[::1]/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[fe80::1%25lo]/",
    "http://localhost/",
    "http://LOCALHOST./",
    "http://127.0.0.1:80/",
    "http://127.0.0.1\\@example.com/",
    "http://example.com@127.0.0.1/",
    "http://user:pass@example.com/",
    "http://@example.com/",
    "http://example.com /",
    "http://example.com/\r\nHost: evil",
    "http://exa\tmple.com/",
    "http:///etc/passwd",
    "http://",
    "http://a..b/",
)


@pytest.mark.parametrize("address", FORBIDDEN)
def test_a_name_that_leads_inside_is_refused_before_any_packet(address, names, dialled, into):
    names["pictures.example"] = lambda: (address,)
    assert refusal("http://pictures.example/a.png", into).reason == "address"
    assert dialled == []


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_dialled_as_it_was_judged(address, names, dialled, into):
    names["pictures.example"] = lambda: (address,)
    assert refusal("https://pictures.example/a.png", into).reason == "unreachable"
    assert dialled == [address]


@pytest.mark.parametrize("url", SPELLINGS)
def test_an_odd_spelling_is_no_way_in(url, dialled, into):
    assert refusal(url, into).reason in ("address", "unreachable")
    assert dialled == []


def test_one_bad_answer_among_good_ones_refuses_the_name(names, dialled, into):
    names["mixed.example"] = lambda: ("93.184.215.14", "2606:4700:4700::1111", "10.0.0.5")
    assert refusal("http://mixed.example/", into).reason == "address"
    assert dialled == []


def test_a_name_that_changes_its_mind_never_gets_a_connection_inside(names, dialled, into):
    turns = iter(range(100_000))
    names["rebinding.example"] = lambda: ("93.184.215.14",) if next(turns) % 2 == 0 else ("127.0.0.1",)
    for _ in range(1000):
        assert refusal("http://rebinding.example/", into).reason in ("address", "unreachable")
    assert set(dialled) == {"93.184.215.14"}
    assert len(dialled) == 500


def test_a_second_address_is_tried_when_the_first_does_not_answer(allowed, names, dialled, into, settings):
    settings.FETCH_ALLOW = ("127.0.0.0/8",)
    allowed.pages["/"] = ok(PICTURE)
    names["twice.example"] = lambda: ("2606:4700:4700::1111", "127.0.0.1")
    port = allowed.server_address[1]
    settings.FETCH_ALLOW = ("127.0.0.0/8", "2606:4700::/32")
    assert fetch(f"http://twice.example:{port}/", into).size == len(PICTURE)
    assert dialled == ["2606:4700:4700::1111", "127.0.0.1"]


@given(st.ip_addresses(v=4))
def test_an_embedded_address_is_judged_like_the_bare_one(bare):
    for prefix in ("::ffff:0:0", "64:ff9b::", "::ffff:0:0:0"):
        assert is_public(IPv6Address(int(IPv6Address(prefix)) + int(bare))) == is_public(bare)


@pytest.mark.parametrize("port", [22, 25, 5432, 6379, 8080])
def test_other_ports_are_refused(port, names, dialled, into):
    names["pictures.example"] = lambda: ("93.184.215.14",)
    assert refusal(f"http://pictures.example:{port}/", into).reason == "port"
    assert dialled == []


@pytest.mark.parametrize("port", [0, 65536, 99999])
def test_ports_that_do_not_exist_are_refused(port, into):
    assert refusal(f"http://example.com:{port}/", into).reason == "port"


@pytest.mark.parametrize(
    "url", ["ftp://a/b", "file:///etc/passwd", "data:image/png;base64,AA", "gopher://a", "//a/b", "a", ""]
)
def test_other_schemes_are_refused(url, into):
    assert refusal(url, into).reason == "scheme"


def test_proxy_variables_are_ignored(allowed, into, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        allowed.pages["/"] = ok(PICTURE)
        assert fetch(f"{allowed.origin}/", into).size == len(PICTURE)
