"""A log tells what happened and opens no door."""

import logging

import pytest

from gptstudio.logs import configure, without_secrets

JOB = "0190cbb2-7a3c-7cc1-9d2e-5b9f3f0c6a11"


@pytest.mark.parametrize(
    ("request_line", "logged"),
    [
        ("GET /sign-in/1/cz3x4d-0123456789abcdef0123456789abcdef/", "GET /sign-in/1/…/"),
        ("GET /join/Zk3xw0q2Xn1m8fT6yB4vC9rL7pD5sH2gJ0kA3eU6iO1/", "GET /join/…/"),
        ("GET /media/picture.png?signature=abc&expires=9", "GET /media/picture.png?…"),
        (f"GET /jobs/{JOB}/", f"GET /jobs/{JOB}/"),
        ("GET /library/", "GET /library/"),
    ],
)
def test_an_address_that_opens_a_door_is_cut_before_its_secret(request_line: str, logged: str) -> None:
    assert without_secrets(logging.getLogger(), "info", {"request": request_line})["request"] == logged


def test_a_page_that_fails_is_named_without_its_secret() -> None:
    said = without_secrets(logging.getLogger(), "error", {"event": f"Internal Server Error: /join/{'k' * 43}/"})
    assert said["event"] == "Internal Server Error: /join/…/"


@pytest.mark.parametrize("shape", ["console", "json"])
def test_both_shapes_write_a_line_that_says_what_happened(shape: str) -> None:
    chosen = configure("WARNING", shape)
    formatter = logging.config.DictConfigurator(chosen).configure_formatter(chosen["formatters"]["studio"])
    record = logging.LogRecord("studio", logging.WARNING, __file__, 1, "the lamp went out", None, None)
    line = formatter.format(record)
    assert "the lamp went out" in line
    assert line.startswith("{") == (shape == "json")
