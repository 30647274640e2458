"""Claims about the only way to a foreign URL, made against real sockets on this machine."""

import gzip
import hashlib
import socket
import socketserver
import ssl
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from generations.fetch import NotFetched, fetch, trust
from generations.fetch.addresses import is_public

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40

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
Answer = Callable[[socket.socket, str], None]


class Site(socketserver.ThreadingTCPServer):
    """A server of raw sockets: `pages` says what is sent for a path, `heard` is every request as it came."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self) -> None:
        self.pages: dict[str, bytes | Answer] = {}
        self.heard: list[str] = []
        self.tls: ssl.SSLContext | None = None
        super().__init__(("127.0.0.1", 0), Visit)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller who hangs up is part of what is tested."""


class Visit(socketserver.BaseRequestHandler):
    server: Site

    def handle(self) -> None:
        line = self.server.tls.wrap_socket(self.request, server_side=True) if self.server.tls else self.request
        with line:
            text = b""
            while b"\r\n\r\n" not in text:
                text += line.recv(65536)
            self.server.heard.append(text.decode("latin-1"))
            page = self.server.pages[text.split()[1].decode()]
            if callable(page):
                page(line, text.decode("latin-1"))
            else:
                line.sendall(page)


def ok(body: bytes, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(head).encode() + b"\r\n\r\n" + body


def to(location: str, status: str = "302 Found") -> bytes:
    return ok(b"", f"Location: {location}", "Set-Cookie: canary=1", status=status)


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def allowed(site: Site, settings) -> Site:
    settings.FETCH_ALLOW = (site.origin,)
    return site


@pytest.fixture
def dialled(monkeypatch) -> list[str]:
    """Every address to which a connection was tried; only this machine's own answer."""
    tried: list[str] = []
    connect = socket.socket.connect

    def record(self: socket.socket, address: tuple) -> None:
        tried.append(address[0])
        if not address[0].startswith("127."):
            raise ConnectionRefusedError
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", record)
    return tried


@pytest.fixture
def names(monkeypatch) -> dict[str, Callable[[], tuple[str, ...]]]:
    """A resolver of our own for some names. What is written as an address goes to the system, as always."""
    table: dict[str, Callable[[], tuple[str, ...]]] = {}
    system = socket.getaddrinfo

    def look_up(host: str, port: int, *rest: int, **named: int) -> list:
        if host not in table:
            return system(host, port, *rest, **named)
        return [entry for answer in table[host]() for entry in system(answer, port, type=socket.SOCK_STREAM)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return table


@pytest.fixture
def into(tmp_path: Path) -> Path:
    return tmp_path / "picture"


def refusal(url: str, into: Path, **how) -> NotFetched:
    with pytest.raises(NotFetched) as caught:
        fetch(url, into, **how)
    assert not into.exists()
    return caught.value


# --- addresses ------------------------------------------------------------------------------------


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
    from ipaddress import IPv6Address

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


# --- what the operator lets through ---------------------------------------------------------------


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


# --- redirects ------------------------------------------------------------------------------------


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


# --- limits ---------------------------------------------------------------------------------------


def test_a_compressed_body_is_refused_unread(allowed, into):
    bomb = gzip.compress(bytes(10_000_000))
    allowed.pages["/"] = ok(bomb, "Content-Encoding: gzip")
    assert refusal(f"{allowed.origin}/", into).reason == "encoding"
    assert "Accept-Encoding: identity" in allowed.heard[0]


@pytest.mark.parametrize("coding", ["br", "deflate", "identity, gzip", "GZIP"])
def test_every_coding_is_refused(coding, allowed, into):
    allowed.pages["/"] = ok(PICTURE, f"Content-Encoding: {coding}")
    assert refusal(f"{allowed.origin}/", into).reason == "encoding"


def test_a_promise_of_too_much_is_refused_before_reading(allowed, into):
    allowed.pages["/"] = ok(PICTURE, length=10_000_000_000)
    assert refusal(f"{allowed.origin}/", into).reason == "large"


def pour(line: socket.socket, request: str) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while True:
        line.sendall(bytes(65536))


def test_an_endless_body_ends_at_the_cap_and_costs_no_memory(allowed, into):
    allowed.pages["/"] = pour
    tracemalloc.start()
    began = tracemalloc.get_traced_memory()[0]
    fault = refusal(f"{allowed.origin}/", into)
    grown = tracemalloc.get_traced_memory()[1] - began
    tracemalloc.stop()
    assert fault.reason == "large"
    assert grown < 25_000_000


def test_the_cap_is_exact(allowed, into):
    allowed.pages["/"] = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
    assert fetch(f"{allowed.origin}/", into, most_bytes=5).size == 5
    into.unlink()
    assert refusal(f"{allowed.origin}/", into, most_bytes=4).reason == "large"


def drip(first: bytes) -> Answer:
    def answer(line: socket.socket, request: str) -> None:
        line.sendall(first)
        while True:
            line.sendall(b"x")
            time.sleep(0.05)

    return answer


@pytest.mark.parametrize(
    "first",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX-Slow: ",
        b"",
    ],
    ids=["body", "header", "status"],
)
def test_a_drip_ends_at_the_deadline(first, allowed, into):
    allowed.pages["/"] = drip(first)
    began = time.monotonic()
    fault = refusal(f"{allowed.origin}/", into, within=0.6)
    assert time.monotonic() - began < 2.5
    assert fault.reason in ("slow", "unreachable")
    assert fault.is_transient


def test_silence_ends_at_the_deadline(allowed, into):
    quiet = threading.Event()
    allowed.pages["/"] = lambda line, request: quiet.wait(5)
    fault = refusal(f"{allowed.origin}/", into, within=0.3)
    quiet.set()
    assert fault.reason == "slow"


def test_redirects_share_one_deadline(allowed, into):
    def slowly(line: socket.socket, request: str) -> None:
        time.sleep(0.25)
        line.sendall(to("/"))

    allowed.pages["/"] = slowly
    assert refusal(f"{allowed.origin}/", into, within=0.4).reason == "slow"


def test_a_resolver_that_hangs_ends_at_the_deadline(names, into):
    hanging = threading.Event()
    names["slow.example"] = lambda: hanging.wait(5) and ()
    fault = refusal("http://slow.example/", into, within=0.2)
    hanging.set()
    assert fault.reason == "slow"


def test_a_body_that_breaks_off_leaves_nothing(allowed, into):
    allowed.pages["/"] = ok(PICTURE, length=len(PICTURE) + 1)
    fault = refusal(f"{allowed.origin}/", into)
    assert fault.reason == "unreachable"
    assert fault.is_transient


@pytest.mark.parametrize("reply", [b"SSH-2.0-OpenSSH\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", b""])
def test_what_is_not_http_is_unreachable(reply, allowed, into):
    allowed.pages["/"] = reply
    assert refusal(f"{allowed.origin}/", into).reason == "unreachable"


@pytest.mark.parametrize(
    ("status", "is_transient"), [(404, False), (403, False), (206, False), (304, False), (429, True), (503, True)]
)
def test_another_status_is_told_with_its_number(status, is_transient, allowed, into):
    allowed.pages["/"] = ok(b"", status=f"{status} Other")
    fault = refusal(f"{allowed.origin}/", into)
    assert (fault.reason, fault.status, fault.is_transient) == ("status", status, is_transient)


def test_nobody_listening_is_unreachable(allowed, into):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        origin = f"http://127.0.0.1:{taken.getsockname()[1]}"
    assert refusal(f"{origin}/", into, vouched=origin).reason == "unreachable"


def test_proxy_variables_are_ignored(allowed, into, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        allowed.pages["/"] = ok(PICTURE)
        assert fetch(f"{allowed.origin}/", into).size == len(PICTURE)


# --- TLS ------------------------------------------------------------------------------------------


def certificate(name: str, folder: Path) -> SimpleNamespace:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(
            subject, subject, key.public_key(), x509.random_serial_number(), now, now + timedelta(1)
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "public.pem", folder / "private.pem"
    public.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return SimpleNamespace(public=public, private=private)


@pytest.fixture
def secure(site, settings, names, tmp_path, monkeypatch) -> Iterator[SimpleNamespace]:
    """The site under TLS as pictures.example, its certificate believed; `asked` is the name in the greeting."""
    settings.FETCH_ALLOW = ("127.0.0.1/32",)
    files = certificate("pictures.example", tmp_path)
    asked: list[str | None] = []
    site.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    site.tls.load_cert_chain(files.public, files.private)
    site.tls.sni_callback = lambda line, name, context: asked.append(name)
    names["pictures.example"] = names["other.example"] = lambda: ("127.0.0.1",)
    monkeypatch.setenv("SSL_CERT_FILE", str(files.public))
    trust.cache_clear()
    yield SimpleNamespace(site=site, asked=asked, port=site.server_address[1])
    trust.cache_clear()


def test_the_checked_address_is_greeted_by_the_name(secure, into):
    secure.site.pages["/"] = ok(PICTURE)
    assert fetch(f"https://pictures.example:{secure.port}/", into).size == len(PICTURE)
    assert secure.asked == ["pictures.example"]
    assert f"Host: pictures.example:{secure.port}\r\n" in secure.site.heard[0]


def test_a_certificate_for_another_name_is_unreachable(secure, into):
    assert refusal(f"https://other.example:{secure.port}/", into).reason == "unreachable"


def test_a_redirect_from_https_to_http_is_refused(secure, into):
    secure.site.pages["/"] = to("http://1.1.1.1/")
    assert refusal(f"https://pictures.example:{secure.port}/", into).reason == "redirect"
