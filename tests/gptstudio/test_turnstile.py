"""How many are at work at once, whose turn it is, and who takes no place."""

import threading

from django.db import connection
from django.test import RequestFactory

from gptstudio import turnstile
from gptstudio.turnstile import Turnstile, outside


def test_who_waits_gives_its_place_to_another(monkeypatch, transactional_db):
    monkeypatch.setattr(turnstile, "_places", turnstile.Places(1))
    came_in = threading.Event()

    def inside(_request):
        with outside():
            other = Turnstile(lambda _other: came_in.set())
            threading.Thread(target=other, args=(RequestFactory().get("/"),)).start()
            assert came_in.wait(30)

    Turnstile(inside)(RequestFactory().get("/"))
    assert turnstile._places.free == 1, "the place came back"


def test_a_place_goes_to_whoever_has_waited_longest():
    """And not to the thread that has just left it, which happens to run."""
    places, came = turnstile.Places(1), []
    places.take()

    def come(number):
        places.take()
        came.append(number)
        places.give()

    others = [threading.Thread(target=come, args=(number,)) for number in range(3)]
    for count, other in enumerate(others, 1):
        other.start()
        while len(places.waiting) < count:
            pass
    places.give()
    places.take()
    came.append("again")
    places.give()
    for other in others:
        other.join()
    assert came == [0, 1, 2, "again"]
    assert places.free == 1


def test_a_worker_ends_what_it_has_begun_before_it_begins_another():
    places, came = turnstile.Places(1, begun_first=True), []
    places.take()

    def come(name, *, has_begun):
        places.take(has_begun=has_begun)
        came.append(name)
        places.give()

    threads = [
        threading.Thread(target=come, args=(name,), kwargs={"has_begun": name == "begun"}) for name in ("new", "begun")
    ]
    for count, thread in enumerate(threads, 1):
        thread.start()
        while len(places.waiting) + len(places._begun) < count:
            pass
    places.give()
    for thread in threads:
        thread.join()
    assert came == ["begun", "new"]


def test_who_never_went_in_has_no_place_to_give(monkeypatch):
    monkeypatch.setattr(turnstile, "_places", turnstile.Places(1))
    with outside():
        assert turnstile._places.free == 1
    assert turnstile._places.free == 1


def test_no_database_connection_is_held_by_whom_a_picture_is_read_slowly(transactional_db):
    def ask(_request):
        connection.ensure_connection()

    Turnstile(ask)(RequestFactory().get("/"))
    assert connection.connection is None


def test_people_stand_in_no_line_of_scripts_and_who_asks_after_our_health_in_none(monkeypatch):
    monkeypatch.setattr(turnstile, "_scripts", turnstile.Places(0))
    monkeypatch.setattr(turnstile, "_places", turnstile.Places(1))
    assert Turnstile(lambda _request: "a page")(RequestFactory().get("/library/")) == "a page"
    monkeypatch.setattr(turnstile, "_places", turnstile.Places(0))
    assert Turnstile(lambda _request: "alive")(RequestFactory().get("/health/live")) == "alive"
