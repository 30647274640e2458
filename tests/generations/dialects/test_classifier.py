"""The one table of what answers mean. Their sentences for a person stand in engine/test_bad_input.py."""

from collections import Counter

import pytest

from generations.dialects import DIALECTS, classify
from generations.dialects.wire import POLL, SUBMIT, Accepted, Outcome, Progress
from generations.faults import Fault, Kind
from tests.generations.dialects.heard import matches
from tests.generations.dialects.table import images, jobs, videos

TABLE = videos.ROWS + jobs.ROWS + images.ROWS


@pytest.mark.parametrize("row", TABLE, ids=[f"{row.dialect} {row.phase} {row.status}" for row in TABLE])
def test_an_answer_means(row):
    meant = classify(row.dialect, row.phase, row.response)
    assert matches(meant, row.expected), meant


def test_the_table_knows_every_wire_in_every_phase_and_every_kind_of_meaning():
    assert len(TABLE) >= 60
    assert {(row.dialect, row.phase) for row in TABLE} == {
        *((name, SUBMIT) for name in DIALECTS),
        ("videos", POLL),
        ("jobs", POLL),
    }
    met = Counter(_kind(classify(row.dialect, row.phase, row.response)) for row in TABLE)
    assert {*met} == {Accepted, Progress, Outcome, *(kind for kind in Kind if kind is not Kind.UNSUPPORTED)}
    assert {row.mark for row in TABLE} == {*"SDRMXG"}


def _kind(meant: object) -> object:
    return meant.kind if isinstance(meant, Fault) else type(meant)
