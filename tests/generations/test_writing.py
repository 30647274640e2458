"""Wishes of one team that come at once are written down together, and each as if it had come alone."""

import threading
import uuid

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import credits
from accounts.models import ApiKey, Entry, Kind
from generations import intake
from generations.brief import Brief
from generations.intake import writing
from generations.models import Generation, ImageModel, Job
from tests.accounts.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

SKETCH = 1
"""Credits of one."""


@pytest.fixture
def together(monkeypatch):
    """Runs calls so that all but the first are written down in one go; says how many came in each."""
    goes: list[int] = []
    begun = threading.Event()

    def run(first, *others):
        write = writing._write

        def slowly(submissions):
            goes.append(len(submissions))
            if len(goes) == 1:
                begun.set()
                while sum(map(len, writing._together._lines.values())) < len(others):
                    pass
            return write(submissions)

        def later(call):
            def come():
                assert begun.wait(10)
                return call()

            return come

        monkeypatch.setattr(writing, "_write", slowly)
        return at_once(first, *map(later, others)), goes

    return run


def wish(member, count=1, key="", api_key=None):
    """A press of Create, or a script's call."""
    brief = Brief("a lamp", "sketch").shaped("1:1", "1K")
    sender = intake.Sender("videos", api_key) if api_key else intake.MEMBER
    return lambda: intake.submit(member, ImageModel.objects.get(name="sketch"), brief, [], count, key, sender)


def codes(told):
    return [told.objections[0].code if isinstance(told, intake.Objected) else type(told) for told in told]


def test_wishes_that_come_at_once_are_written_in_one_transaction(alice, bob, wallet, together):
    jobs, goes = together(wish(alice), wish(bob), wish(alice, 3), wish(bob, 2))
    assert goes == [1, 3]
    assert [job.count for job in jobs] == [1, 1, 3, 2]
    assert [job.member for job in jobs] == [alice, bob, alice, bob]
    wallet.refresh_from_db()
    assert wallet.balance == 1000 - 7 * SKETCH == credits.total(wallet)
    for job in jobs:
        made = job.generations.order_by("position")
        assert [generation.position for generation in made] == [*range(1, job.count + 1)]
        holds = Entry.objects.filter(kind=Kind.HOLD, generation__in=[generation.pk for generation in made])
        assert {(hold.member_id, hold.amount) for hold in holds} == {(job.member_id, -SKETCH)}


def test_many_cost_hardly_more_questions_than_one(alice, together, monkeypatch):
    asked: list[int] = []
    write = writing._write

    def counted(submissions):
        with CaptureQueriesContext(connection) as queries:
            jobs = write(submissions)
        asked.append(len(queries))
        return jobs

    monkeypatch.setattr(writing, "_write", counted)
    together(*(wish(alice) for _ in range(9)))
    assert len(asked) == 2
    assert asked[1] <= asked[0]


def test_one_that_the_pool_cannot_pay_takes_no_other_with_it(alice, bob, wallet, together):
    credits.adjust(wallet, -990, "to begin with little")
    told, goes = together(wish(alice), wish(bob, 4), wish(alice, 10), wish(bob, 4))
    assert goes[:2] == [1, 3]
    assert sorted(goes[2:]) == [1, 1, 1], "each is judged by itself"
    assert codes(told).count("credits") == 1
    wallet.refresh_from_db()
    assert wallet.balance == credits.total(wallet) == 10 - sum(job.count for job in Job.objects.all())


def test_the_same_submission_twice_in_one_go_is_one_job(alice, together):
    key = str(uuid.uuid4())
    (_, one, other), goes = together(wish(alice), wish(alice, key=key), wish(alice, key=key))
    assert goes[:2] == [1, 2]
    assert one == other
    assert Job.objects.count() == Generation.objects.count() == 2


def test_a_key_spends_no_more_than_its_cap_though_its_calls_come_in_one_go(bob, together):
    capped = ApiKey.objects.create(member=bob, name="nightly", key_hash="e" * 64, ending="wxyz", cap_day=3)
    told, _ = together(wish(bob), *(wish(bob, api_key=capped) for _ in range(5)))
    assert codes(told).count("cap_api_key_day") == 2
    assert -sum(Entry.objects.filter(api_key=capped).values_list("amount", flat=True)) == 3


def test_a_member_s_cap_counts_what_all_of_its_keys_want_in_one_go(bob, together):
    bob.cap_day = 3
    bob.save()
    keys = [
        ApiKey.objects.create(member=bob, name=f"{number}", key_hash=f"{number}" * 64, ending="wxyz")
        for number in range(2)
    ]
    told, _ = together(wish(bob), *(wish(bob, api_key=key) for key in keys * 2))
    assert codes(told).count("cap_member_day") == 2


def test_a_team_has_no_more_under_way_than_it_may_though_they_come_in_one_go(alice, settings, together):
    settings.MOST_ACTIVE = 4
    told, _ = together(wish(alice), *(wish(alice) for _ in range(5)))
    assert codes(told).count("active") == 2
    assert Generation.objects.count() == 4


def test_what_is_held_together_is_of_one_pool(alice, charlie):
    holds = [credits.Hold(member, {uuid.uuid4(): 1}) for member in (alice, charlie)]
    with pytest.raises(ValueError, match="one pool"):
        credits.hold_together(holds)


def test_trouble_with_one_takes_back_nothing_that_is_written_and_stops_nobody(alice, wallet, together, monkeypatch):
    """The database goes away for a moment, when one of those is at it who are judged by themselves."""
    credits.adjust(wallet, -990, "to begin with little")
    write = writing._write

    def shaky(submissions):
        if [submission.count for submission in submissions] == [3]:
            raise OperationalError("gone")
        return write(submissions)

    monkeypatch.setattr(writing, "_write", shaky)
    told, _ = together(wish(alice), wish(alice, 2), wish(alice, 3), wish(alice, 10))
    assert [type(each) for each in told] == [Job, Job, OperationalError, intake.Objected]
    wallet.refresh_from_db()
    assert wallet.balance == credits.total(wallet) == 10 - 3


def test_the_bell_is_rung_for_all_of_them_when_their_answers_are_on_their_way(alice, together, monkeypatch):
    rung: list[int] = []
    monkeypatch.setattr(writing.tasks, "ring", lambda bells: rung.append(len(bells)))
    together(wish(alice), wish(alice, 2), wish(alice, 3))
    assert rung == [1, 5]


def test_a_wish_whose_commit_nobody_heard_of_is_rung_for_when_it_is_said_again(alice, monkeypatch):
    """The database goes away with the answer to the commit: the job stands, its caller is told that it does not."""
    rung: list[int] = []
    monkeypatch.setattr(writing.tasks, "ring", lambda bells: rung.append(len(bells)))
    write, key = writing._write, str(uuid.uuid4())

    def unheard(submissions):
        write(submissions)
        raise OperationalError("gone")

    monkeypatch.setattr(writing, "_write", unheard)
    with pytest.raises(OperationalError):
        wish(alice, 2, key=key)()
    assert sum(rung) == 0
    assert wish(alice, 2, key=key)() == Job.objects.get()
    assert rung[-1] == 2
    for generation in Generation.objects.all():
        intake.cancel(alice, generation)
    wish(alice, 2, key=key)()
    assert rung[-1] == 0, "nobody has to come for what is over"


def test_nobody_is_rung_for_inside_a_transaction(alice, monkeypatch):
    inside: list[bool] = []
    monkeypatch.setattr(writing.tasks, "ring", lambda _bells: inside.append(connection.in_atomic_block))
    key = str(uuid.uuid4())
    for _ in ("begun", "said again"):
        with transaction.atomic():
            wish(alice, key=key)()
            assert inside.count(True) == 0
    assert inside == [False, False]
