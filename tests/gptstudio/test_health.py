"""What a load balancer and a container runtime are told."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import psycopg
import pytest
from django.core.cache import cache
from django.db import connection
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


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_a_database_that_dropped_every_line_costs_no_visitor_an_error(client: Client) -> None:
    open_lines(8)
    assert drop_lines() >= 8
    assert client.get("/health/ready").status_code == 200


def open_lines(count: int) -> None:
    """As many visitors at once leave so many idle lines in the pool."""
    together = Barrier(count)

    def visit() -> None:
        connection.ensure_connection()
        together.wait(timeout=20)
        connection.close()

    with ThreadPoolExecutor(count) as visitors:
        for visited in [visitors.submit(visit) for _ in range(count)]:
            visited.result()
    connection.close()


def drop_lines() -> int:
    """As a restart of PostgreSQL does, and not before each has gone. Gives how many were dropped."""
    there = connection.settings_dict
    who = {"host": there["HOST"], "port": there["PORT"], "user": there["USER"], "password": there["PASSWORD"]}
    with psycopg.connect(**who, dbname="postgres", autocommit=True) as line:
        ours = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = %s"
        return len(line.execute(ours, [there["NAME"]]).fetchall())
