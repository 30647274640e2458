"""`manage.py studio` as a person meets it: it starts, says where it is, stops, and starts again after anything."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.live.studio import Studio, is_gone, wait_for

pytestmark = pytest.mark.xdist_group("studio")


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Collected once for all the studios here."""
    return {"STATIC_ROOT": str(tmp_path_factory.mktemp("static"))}


@pytest.fixture
def studio(tmp_path: Path, static: dict[str, str]) -> Iterator[Studio]:
    with a_studio(tmp_path, static) as studio:
        yield studio


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory, static: dict[str, str]) -> Iterator[Studio]:
    """One that has been started, for whoever only looks."""
    with a_studio(tmp_path_factory.mktemp("running"), static) as studio:
        studio.start()
        yield studio


@contextmanager
def a_studio(data: Path, environment: dict[str, str]) -> Iterator[Studio]:
    studio = Studio(data, "", environment)
    try:
        yield studio
    finally:
        if studio.process and studio.process.poll() is None:
            studio.kill()


def test_it_says_in_a_few_lines_where_it_is_and_how_to_get_in(running: Studio) -> None:
    said = running.log.read_text().split("\n")
    assert len([line for line in said if line]) == 3
    assert any(line.startswith(f"  Sign in once as owner@studio.local: {running.url}/sign-in/") for line in said)


def test_a_new_studio_has_one_owner_one_team_and_a_thousand_credits(running: Studio) -> None:
    assert running.rows("SELECT email, is_superuser FROM accounts_user") == [("owner@studio.local", 1)]
    pools = running.rows("SELECT name, balance FROM accounts_team JOIN accounts_wallet ON team_id = accounts_team.id")
    assert pools == [("Studio", 1000)]


def test_ctrl_c_stops_it_with_nothing_left_and_it_starts_again(studio: Studio) -> None:
    studio.start()
    family = studio.children()
    assert studio.stop() == 0
    assert all(map(is_gone, family))
    studio.start()
    assert len(studio.rows("SELECT 1 FROM accounts_team")) == 1


def test_killed_alone_it_takes_its_processes_along_and_the_port_is_free(studio: Studio) -> None:
    studio.start()
    family = studio.children()
    assert studio.process
    studio.process.kill()
    studio.process.wait(timeout=10)
    wait_for(lambda: all(map(is_gone, family)), within=10, what="the end of its processes")
    studio.log.write_text("")
    studio.start()


def test_a_web_process_that_dies_is_replaced(running: Studio) -> None:
    killed = running.children()[-1]
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: is_gone(killed), within=10, what="the end of the web process")
    wait_for(running.answers, within=20, what="the next web process")
    assert killed not in running.children()


def test_tests_that_share_a_studio_are_one_group(request: pytest.FixtureRequest, worker_id: str) -> None:
    """xdist goes by the end of the name alone, and says nothing where it finds none."""
    assert worker_id == "master" or request.node.nodeid.endswith("@studio")


def test_a_taken_port_is_said_in_one_sentence(studio: Studio) -> None:
    with socket.create_server(("127.0.0.1", studio.port)), pytest.raises(AssertionError) as refused:
        studio.manage("studio")
    sentence = f"Cannot listen on 127.0.0.1:{studio.port}: address already in use. Choose another PORT."
    assert sentence in str(refused.value)
    assert "Traceback" not in str(refused.value)
