"""The process that starts the others."""

import threading

import pytest
from django.db import connection

from gptstudio import processes


def of_pools() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("pool-")]


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
def test_it_leaves_no_thread_of_a_database_behind_when_it_forks() -> None:
    connection.ensure_connection()
    assert of_pools()
    processes.disconnect()
    assert of_pools() == []
