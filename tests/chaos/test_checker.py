"""The judge itself: books in order pass, and each way of being wrong is named."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.chaos.checker import figures, judge
from tests.chaos.subject import Strike
from tests.chaos.witnesses import Asset, Attempt, Bill, Books, Entry, Event, Generation

BYTES = b"a picture"
DIGEST = hashlib.sha256(BYTES).hexdigest()


def in_order() -> Books:
    """Two generations: one kept and charged, one that was struck in the middle of its paid call."""
    return Books(
        asked=["a lamp", "a pier"],
        generations=[
            Generation("g1", "a lamp", "succeeded", 40, 30, "s1", created=0.0, started=1.0, ended=9.0),
            Generation("g2", "a pier", "failed", 40, 0, "", created=0.0, started=1.0, ended=9.0),
        ],
        attempts=[
            Attempt("a1", "g1", "kept", False, "task-1", 4, sent=1.0, deadline=20.0, ended=9.0),
            Attempt("a2", "g2", "unknown", True, "", 4, sent=1.0, deadline=8.0, ended=9.0),
        ],
        entries=[
            Entry(1, "grant", 100, ""),
            Entry(1, "hold", -40, "g1"),
            Entry(1, "release", 40, "g1"),
            Entry(1, "capture", -30, "g1"),
            Entry(1, "hold", -40, "g2"),
            Entry(1, "release", 40, "g2"),
        ],
        balances={1: 70},
        assets=[Asset("s1", DIGEST, "image/png", len(BYTES))],
        events=[Event("a lamp", "job.succeeded"), Event("a pier", "job.failed")],
        bills=[Bill("a lamp", "task-1", 2.0), Bill("a pier", "task-2", 2.0)],
        files={f"{DIGEST}.png": (DIGEST, len(BYTES))},
        history=[Strike(3.0, "SIGKILL", "submit")],
    )


def test_books_in_order_pass():
    assert judge(in_order()) == []


def test_a_picture_that_came_late_and_for_free_passes():
    books = in_order()
    books.generations[1] = replace(books.generations[1], asset="s1")
    books.attempts[1] = replace(books.attempts[1], stage="kept", upstream_id="task-2")
    assert judge(books) == []
    assert figures(books)["kept_late"] == 1


def test_a_doubt_without_a_bill_passes_where_something_struck():
    books = in_order()
    del books.bills[1]
    assert judge(books) == []
    assert figures(books)["never_billed"] == 1


def change(rows: str, place: int, **fields) -> Callable[[Books], None]:
    def act(books: Books) -> None:
        getattr(books, rows)[place] = replace(getattr(books, rows)[place], **fields)

    return act


def drop(rows: str, place: int) -> Callable[[Books], None]:
    return lambda books: getattr(books, rows).pop(place)


def add(rows: str, row: object) -> Callable[[Books], None]:
    return lambda books: getattr(books, rows).append(row)


def give(name: str, value: object) -> Callable[[Books], None]:
    return lambda books: setattr(books, name, value)


def doubt_without_bill_or_strike(books: Books) -> None:
    books.bills.pop()
    books.history.clear()


WRONG = {
    "a prompt that nobody took": (add("asked", "a dune"), "'a dune' was asked for once and has 0 generations"),
    "a prompt that was taken twice": (
        add("generations", replace(in_order().generations[0], id="g3", state="failed", charged=0)),
        "'a lamp' was asked for once and has 2 generations",
    ),
    "a generation without an end": (change("generations", 1, state="running"), "generation g2 is still running"),
    "an attempt without an end": (change("attempts", 1, stage="sending"), "attempt a2 is still sending"),
    "a doubt that nobody closed": (change("attempts", 1, ended=None), "attempt a2 is still unknown"),
    "a balance that is not the sum": (give("balances", {1: 71}), "wallet 1 says 71, its entries 70"),
    "a hold without its end": (drop("entries", 5), "generation g2 has the entries {'hold -40': 1}"),
    "a hold that ended twice": (add("entries", Entry(1, "release", 40, "g2")), "generation g2 has the entries"),
    "a second charge": (add("entries", Entry(1, "capture", -30, "g1")), "generation g1 has the entries"),
    "a charge without a picture": (change("generations", 1, charged=30), "generation g2 failed and was charged 30"),
    "a success for nothing": (change("generations", 0, charged=0), "generation g1 succeeded with asset 's1', 0"),
    "a success without a picture": (change("generations", 0, asset=""), "generation g1 succeeded with asset ''"),
    "entries for nobody": (add("entries", Entry(1, "hold", -40, "g9")), "entries for g9, which is no generation"),
    "a second bill": (add("bills", Bill("a pier", "task-3", 5.0)), "'a pier' was billed 2 times"),
    "a bill for nobody": (add("bills", Bill("a moor", "task-9", 5.0)), "'a moor' was billed and nobody"),
    "an attempt after an unknown one": (
        add("attempts", Attempt("a3", "g2", "failed", False, "", 0, sent=12.0, deadline=30.0, ended=13.0)),
        "after attempt a2, which is unknown, came attempt a3",
    ),
    "a bill on no attempt": (
        change("attempts", 1, is_lost=False, cost=0),
        "bill task-2 of generation g2 (failed) stands on no attempt",
    ),
    "another task kept than was billed": (change("attempts", 0, upstream_id="task-7"), "was kept as 'task-7'"),
    "a doubt that nothing explains": (doubt_without_bill_or_strike, "attempt a2 is flagged, was never billed"),
    "a cost that nobody booked": (change("attempts", 1, cost=0), "attempt a2 (unknown, lost: True) has the cost 0"),
    "an end that nobody was told of": (drop("events", 1), "generation g2 (failed) was told as [], not"),
    "an end that was told twice": (
        add("events", Event("a lamp", "job.succeeded")),
        "generation g1 (succeeded) was told",
    ),
    "an end that was told as another": (change("events", 0, kind="job.failed"), "was told as ['job.failed'], not"),
    "a file that is gone": (give("files", {}), "asset s1: its file is gone"),
    "a file of other bytes": (give("files", {f"{DIGEST}.png": ("other", 9)}), "asset s1: its file is ('other', 9)"),
    "an audit that objects": (give("audit", "job 1: 2 pictures asked for"), "manage.py audit: job 1"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(name):
    spoil, sentence = WRONG[name]
    books = in_order()
    spoil(books)
    assert any(sentence in wrong for wrong in judge(books)), judge(books)
