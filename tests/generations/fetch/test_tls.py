"""Is the checked address greeted, and its certificate judged, by the name that was asked for?"""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from generations.fetch import fetch, trust
from tests.generations.fetch.sites import PICTURE, ok, refusal, to


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
