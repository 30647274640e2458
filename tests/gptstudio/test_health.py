"""What a load balancer and a container runtime are told."""

import pytest
from django.core.cache import cache
from django.test import Client

from gptstudio.celery import PULSE, beat


def test_a_process_that_answers_is_alive_whatever_its_database_does(client: Client) -> None:
    assert client.get("/health/live").content == b"ok\n"


@pytest.mark.django_db
def test_a_studio_without_a_worker_takes_jobs_and_says_that_nobody_does_them(client: Client) -> None:
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()) == (200, {"database": True, "worker": False})


@pytest.mark.django_db
def test_a_worker_is_known_by_its_pulse(client: Client) -> None:
    beat()
    assert client.get("/health/ready").json() == {"database": True, "worker": True}
    cache.delete(PULSE)
    assert client.get("/health/ready").json() == {"database": True, "worker": False}


def test_nobody_keeps_an_answer_about_health(client: Client) -> None:
    assert "no-store" in client.get("/health/live")["Cache-Control"]
