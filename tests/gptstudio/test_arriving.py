"""A body comes at its sender's pace, and keeps nobody else from a place."""

from __future__ import annotations

import io

import pytest
from django.test import RequestFactory

from gptstudio import turnstile
from gptstudio.arriving import BEGINNING, patient
from gptstudio.turnstile import Turnstile


class Slow(io.BytesIO):
    """Notes of each piece whether the only place was free while it came."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.was_free: list[bool] = []

    def read(self, size: int | None = -1) -> bytes:
        self.was_free.append(turnstile._places.free == 1)
        return super().read(size)


@pytest.fixture(autouse=True)
def _one_place(monkeypatch):
    monkeypatch.setattr(turnstile, "_places", turnstile.Places(1))


def heard(source: io.BytesIO, length: int) -> bytes:
    """What an application behind the turnstile reads of a call with this body."""
    whole: list[bytes] = []

    def application(environ, _start_response):
        inside = Turnstile(lambda _request: whole.append(environ["wsgi.input"].read(length)))
        inside(RequestFactory().get("/"))
        return []

    patient(application)({"CONTENT_LENGTH": str(length), "wsgi.input": source}, None)
    return whole[0]


@pytest.mark.parametrize("length", [10, BEGINNING, 5 * BEGINNING + 1])
def test_who_sends_a_body_takes_no_place_while_it_comes(length):
    source = Slow(bytes(range(256)) * (length // 256 + 1))
    assert heard(source, length) == source.getvalue()[:length]
    assert all(source.was_free)


def test_a_body_that_broke_stays_broken():
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                return b""
            self.seek(1)
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        heard(Broken(b"half"), 4)
