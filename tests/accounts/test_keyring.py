"""API keys, told as stories of Bob, who makes some, and Alice, whose team they spend from."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
import time_machine
from django.db import connection
from time_machine import Traveller

from accounts import caps, credits, keyring, teams
from accounts.caps import Period, Who
from accounts.keyring import MOST_KEYS, MadeBefore, State, TooMany, Wish
from accounts.keys import NOTED_EVERY, find_key, note_use
from accounts.models import ApiKey, Member, Role
from accounts.teams import NotAllowed
from tests.accounts.races import at_once
from tests.factories import MemberFactory

WISH = Wish("nightly", ["create"], ["gpt-image-2"], (10, None, 500), datetime(2026, 4, 1, tzinfo=UTC), True)
PLAIN = Wish("nightly", ["create", "read"], [], (None, None, None))


@pytest.fixture
def clock() -> Iterator[Traveller]:
    """It is the 14th of March, noon in UTC, until somebody moves the hands."""
    with time_machine.travel("2026-03-14T12:00:00Z", tick=False) as hands:
        yield hands


@pytest.fixture
def admin(alice: Member) -> Member:
    return MemberFactory(team=alice.team, role=Role.ADMIN)


@pytest.fixture
def viewer(alice: Member) -> Member:
    return MemberFactory(team=alice.team, role=Role.VIEWER)


def every_cell() -> str:
    """All that stands in any table of the database."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        cells = []
        for table in tables:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            cells.append(str(cursor.fetchall()))
    return " ".join(cells)


def test_a_key_is_made_as_it_was_wished(bob: Member, clock: Traveller) -> None:
    made = keyring.make(bob, WISH)
    key = ApiKey.objects.get()
    assert (key, key.member, key.name, key.ending) == (made.key, bob, "nightly", made.plain[-4:])
    assert (key.scopes, key.image_models, key.expires, key.keeps_alive) == (
        ["create"], ["gpt-image-2"], WISH.expires, True,
    )  # fmt: skip
    assert (key.cap_day, key.cap_month, key.cap_lifetime) == (10, None, 500)
    assert find_key(made.plain) == key


def test_the_plain_key_stands_nowhere_in_the_database(bob: Member) -> None:
    made = keyring.make(bob, PLAIN)
    written = every_cell()
    assert made.key.key_hash in written
    assert made.plain not in written
    assert made.plain[8:40] not in written


def test_no_two_keys_are_the_same(bob: Member) -> None:
    assert len({keyring.make(bob, PLAIN).plain for _ in range(5)}) == 5
    assert ApiKey.objects.count() == 5


def test_one_press_makes_one_key_however_often_it_comes_in(bob: Member) -> None:
    keyring.make(bob, PLAIN, "a press")
    with pytest.raises(MadeBefore):
        keyring.make(bob, PLAIN, "a press")
    assert ApiKey.objects.count() == 1


def test_another_press_another_wish_or_another_member_makes_another_key(alice: Member, bob: Member) -> None:
    keyring.make(bob, PLAIN, "a press")
    keyring.make(bob, PLAIN, "another press")
    keyring.make(bob, replace(PLAIN, name="daily"), "a press")
    keyring.make(alice, PLAIN, "a press")
    assert ApiKey.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_one_press_makes_one_key_of_those_that_come_at_once(bob: Member) -> None:
    outcomes = at_once(*[partial(keyring.make, bob, PLAIN, "a press")] * 6)
    assert sum(isinstance(outcome, keyring.Made) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, MadeBefore) for outcome in outcomes) == 5
    assert ApiKey.objects.count() == 1


def test_a_member_has_so_many_keys_and_no_more_until_one_is_revoked(bob: Member, alice: Member) -> None:
    row = {"member": bob, "name": "old", "ending": "wxyz"}
    ApiKey.objects.bulk_create(ApiKey(key_hash=str(number) * 8, **row) for number in range(MOST_KEYS))
    with pytest.raises(TooMany):
        keyring.make(bob, PLAIN)
    keyring.make(alice, PLAIN)
    keyring.revoke(bob, bob.api_keys.filter(revoked=None)[0])
    keyring.make(bob, PLAIN)


def test_a_viewer_and_one_who_was_let_go_make_no_key(viewer: Member, bob: Member) -> None:
    bob.is_active = False
    for somebody in (viewer, bob):
        with pytest.raises(NotAllowed):
            keyring.make(somebody, PLAIN)
    assert not ApiKey.objects.exists()


def test_everyone_sees_their_own_keys_and_who_manages_the_team_sees_all(
    alice: Member, admin: Member, bob: Member, viewer: Member, charlie: Member
) -> None:
    owners, admins, bobs, strangers = (keyring.make(who, PLAIN).key for who in (alice, admin, bob, charlie))
    seen = {who: set(keyring.keys_seen_by(who)) for who in (alice, admin, bob, viewer, charlie)}
    assert seen[alice] == seen[admin] == {owners, admins, bobs}
    assert seen[bob] == {bobs}
    assert seen[viewer] == set()
    assert seen[charlie] == {strangers}


@pytest.mark.parametrize("verb", [keyring.revoke, partial(keyring.set_caps, caps=dict.fromkeys(caps.FIELDS, 5))])
def test_who_does_not_see_a_key_changes_nothing_of_it(
    verb: Callable[..., None], alice: Member, bob: Member, viewer: Member, charlie: Member
) -> None:
    keys = {who: keyring.make(who, PLAIN).key for who in (alice, bob)}
    before = list(ApiKey.objects.order_by("pk").values())
    for who, whose in ((bob, alice), (viewer, bob), (charlie, bob)):
        with pytest.raises(NotAllowed):
            verb(who, keys[whose])
    assert list(ApiKey.objects.order_by("pk").values()) == before


def test_a_revoked_key_opens_nothing_and_keeps_the_moment(bob: Member, alice: Member, clock: Traveller) -> None:
    made = keyring.make(bob, PLAIN)
    keyring.revoke(bob, made.key)
    first = ApiKey.objects.get().revoked
    clock.shift(60)
    keyring.revoke(alice, made.key)
    assert find_key(made.plain) is None
    assert ApiKey.objects.get().revoked == first


def test_a_key_opens_until_it_expires_and_not_a_moment_longer(bob: Member, clock: Traveller) -> None:
    made = keyring.make(bob, WISH)
    clock.move_to("2026-03-31T23:59:59Z")
    assert find_key(made.plain) == made.key
    assert keyring.state_of(ApiKey.objects.get()) == State.LIVE
    clock.move_to("2026-04-01T00:00:00Z")
    assert find_key(made.plain) is None
    assert keyring.state_of(ApiKey.objects.get()) == State.EXPIRED


def test_the_keys_of_one_who_is_let_go_stop_working_until_they_are_brought_back(alice: Member, bob: Member) -> None:
    made = keyring.make(bob, PLAIN)
    teams.let_go(alice, bob)
    assert find_key(made.plain) is None
    assert keyring.state_of(keyring.keys_seen_by(alice).get()) == State.LEFT
    teams.bring_back(alice, bob)
    assert find_key(made.plain) == made.key
    teams.let_go(alice, bob)
    keyring.revoke(alice, made.key)
    teams.bring_back(alice, bob)
    assert find_key(made.plain) is None


def test_the_state_says_what_a_look_up_does(bob: Member, clock: Traveller) -> None:
    made = [keyring.make(bob, replace(WISH, name=name)) for name in ("live", "revoked", "expired")]
    keyring.revoke(bob, made[1].key)
    ApiKey.objects.filter(name="expired").update(expires=datetime(2026, 3, 14, 12, tzinfo=UTC))
    states = {key.name: keyring.state_of(key) for key in ApiKey.objects.all()}
    assert states == {"live": State.LIVE, "revoked": State.REVOKED, "expired": State.EXPIRED}
    assert [find_key(each.plain) is not None for each in made] == [True, False, False]


def test_a_use_is_noted_once_a_minute_at_most(bob: Member, clock: Traveller) -> None:
    made = keyring.make(bob, PLAIN)

    def use(after: timedelta) -> datetime | None:
        clock.shift(after)
        key = find_key(made.plain)
        assert key is not None
        note_use(key)
        return ApiKey.objects.get().last_used

    first = use(timedelta())
    assert first == datetime(2026, 3, 14, 12, tzinfo=UTC)
    assert use(timedelta(seconds=30)) == first
    assert use(timedelta(seconds=30)) == first
    assert use(timedelta(seconds=1)) == first + NOTED_EVERY + timedelta(seconds=1)


def test_the_caps_of_a_key_are_set_and_lifted(alice: Member, bob: Member) -> None:
    key = keyring.make(bob, PLAIN).key
    for by, most in ((bob, (1, 2, 3)), (alice, (None, 0, None))):
        keyring.set_caps(by, key, dict(zip(caps.FIELDS, most, strict=True)))
        assert ApiKey.objects.values_list(*caps.FIELDS).get() == most


def test_what_many_keys_have_spent_is_what_each_of_them_has(alice: Member, bob: Member, clock: Traveller) -> None:
    keys = [keyring.make(who, PLAIN).key for who in (alice, bob, bob, bob)]

    def held(key: ApiKey, *prices: int) -> list[uuid.UUID]:
        wanted = {uuid.uuid4(): price for price in prices}
        credits.hold(key.member, wanted, api_key=key)
        return list(wanted)

    early = held(keys[0], 10, 20)
    clock.move_to("2026-03-31T23:00:00Z")
    held(keys[1], 7)
    clock.move_to("2026-04-02T09:00:00Z")
    late, refunded = held(keys[1], 40, 40)
    credits.capture(early[0], 4)
    credits.release(early[1])
    credits.capture(refunded, 40)
    credits.refund(alice.team.wallet, 15, "a grey picture", refunded, alice)
    credits.hold(bob, {uuid.uuid4(): 99})
    held(keys[2], 3)
    for period in Period:
        together = caps.spent_by_keys([key.pk for key in keys], period)
        assert {key.pk: together.get(key.pk, 0) for key in keys} == {
            key.pk: caps.spent(Who.KEY, key.pk, period) for key in keys
        }
    assert caps.spent_by_keys([keys[1].pk], Period.DAY) == {keys[1].pk: 65}
    assert late
