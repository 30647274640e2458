"""How providers are doing, at the desk: seen at a glance, mended by the operator, and written by the engine alone."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Member
from generations.admin.health import REASONS
from generations.faults import Kind
from generations.models import Attempt, Provider, Route
from tests.factories import UserFactory
from tests.generations.books import delivered, failed, sent, submitted
from tests.generations.factories import ProviderFactory, RouteFactory
from tests.generations.illness import ILL, WELL, fall_ill, falls_ill_meanwhile, health_of
from tests.generations.test_admin_providers import CANARY, NO_ROUTES, page, saved

NOON = "2026-03-02T12:00:00Z"


@pytest.fixture
def provider(db: None) -> Provider:
    return ProviderFactory(name="Upstream", api_key=CANARY)


@pytest.fixture
def route(provider: Provider) -> Route:
    return RouteFactory(provider=provider)


def begun(member: Member, route: Route) -> Attempt:
    return sent(submitted(member, image_model=route.image_model).generations.get(), route)


def cells(desk: Client, provider: Provider) -> dict[str, str]:
    """What the list says of one provider."""
    listing = desk.get(page("changelist"), {"q": provider.name}).context["cl"]
    (row,) = [row for row in listing.result_list if row == provider]
    names = ("state", "under_way", "success", "median")
    return {name: str(getattr(listing.model_admin, name)(row)) for name in names}


def state(desk: Client, provider: Provider) -> str:
    return cells(desk, provider)["state"].removesuffix("</span>").partition(">")[2]


# --- seen -----------------------------------------------------------------------------------------


def test_a_provider_that_was_never_used_says_so(desk: Client, provider: Provider) -> None:
    assert state(desk, provider) == "Never used"
    assert cells(desk, provider) | {"state": ""} == {"state": "", "under_way": "0", "success": "—", "median": "—"}


def test_a_provider_that_works_shows_its_hour(desk: Client, bob: Member, route: Route) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for seconds in (5, 7, 100):
            attempt = begun(bob, route)
            clock.shift(seconds)
            delivered(attempt)
        failed(begun(bob, route), Kind.BROKEN)
        failed(begun(bob, route), Kind.REFUSED)
        shown = cells(desk, route.provider)
        assert state(desk, route.provider) == "Working well"
    assert (shown["success"], shown["median"]) == ("75 % of 4", "7.0 s")


def test_what_it_works_on_is_counted_against_what_it_may(desk: Client, bob: Member, route: Route) -> None:
    first, second = begun(bob, route), begun(bob, route)
    assert cells(desk, route.provider)["under_way"] == "2"
    Provider.objects.update(concurrency=8)
    Attempt.objects.filter(pk=first.pk).update(stage="accepted")
    assert cells(desk, route.provider)["under_way"] == "2 of 8"
    failed(second, Kind.BROKEN)
    assert cells(desk, route.provider)["under_way"] == "1 of 8"


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (Kind.DENIED, "it does not accept the key, or its account is empty"),
        (Kind.NOT_STARTED, "it could not be reached"),
        (Kind.BUSY, "it is too busy"),
        (Kind.GARBLED, "it reports trouble of its own"),
    ],
)
def test_a_provider_that_is_shut_says_since_when_until_when_and_why(
    desk: Client, provider: Provider, kind: Kind, reason: str
) -> None:
    with time_machine.travel(NOON, tick=False):
        now = timezone.now()
        changes = {"shut_for": kind, "shut_since": now, "shut_until": now + timedelta(minutes=1), "failures": 5}
        Provider.objects.update(**changes)
        assert state(desk, provider) == f"Shut since 12:00, until 12:01: {reason}"


@pytest.mark.parametrize("kind", [Kind.DENIED, Kind.NOT_STARTED])
def test_a_sick_provider_stays_shut_until_a_call_goes_well(desk: Client, provider: Provider, kind: Kind) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        now = timezone.now()
        Provider.objects.update(shut_for=kind, shut_since=now, shut_until=now + timedelta(minutes=1), failures=5)
        reason = REASONS[kind]
        clock.shift(61)
        assert state(desk, provider) == f"Shut since 12:00, asked again with the next picture: {reason}"
        clock.shift(timedelta(days=1))
        assert state(desk, provider).startswith("Shut since March 2, 2026 12:00, ")


def test_a_provider_that_was_busy_is_well_when_its_time_is_over(desk: Client, provider: Provider) -> None:
    fall_ill(provider, Kind.BUSY)
    Provider.objects.update(shut_until=timezone.now() - timedelta(seconds=1))
    assert not state(desk, provider).startswith("Shut")


def test_a_provider_that_is_switched_off_is_not_called_shut(desk: Client, provider: Provider) -> None:
    fall_ill(provider)
    Provider.objects.update(is_enabled=False)
    assert state(desk, provider) == "Switched off"


def test_its_page_shows_the_same_and_a_new_one_has_nothing_to_show(desk: Client, provider: Provider) -> None:
    fall_ill(provider)
    text = desk.get(page("change", provider.pk)).content.decode()
    assert "it could not be reached" in text
    assert "How it is doing" in text
    assert "How it is doing" not in desk.get(page("add")).content.decode()


def test_the_list_asks_as_often_for_many_providers_as_for_one(desk: Client, bob: Member, route: Route) -> None:
    delivered(begun(bob, route))
    with CaptureQueriesContext(connection) as few:
        desk.get(page("changelist"))
    for _ in range(8):
        delivered(begun(bob, RouteFactory()))
    with CaptureQueriesContext(connection) as many:
        desk.get(page("changelist"))
    assert len(many) == len(few)


# --- mended ---------------------------------------------------------------------------------------


def test_the_operator_has_a_provider_asked_again(desk: Client, provider: Provider) -> None:
    fall_ill(provider, Kind.DENIED)
    assert "Ask it again now" in desk.get(page("change", provider.pk)).content.decode()
    answer = desk.post(page("ask-again", provider.pk), follow=True)
    assert "Upstream is asked with the next picture." in answer.content.decode()
    assert "Ask it again now" not in answer.content.decode()
    assert health_of(provider) == WELL
    assert "ask again" in desk.get(page("history", provider.pk)).content.decode()


def test_one_that_is_well_is_left_as_it_is(desk: Client, provider: Provider) -> None:
    answer = desk.post(page("ask-again", provider.pk), follow=True)
    assert "Upstream is not shut and has not failed lately." in answer.content.decode()
    assert "ask again" not in desk.get(page("history", provider.pk)).content.decode()


def test_several_are_asked_again_from_the_list(desk: Client, provider: Provider) -> None:
    other, left = ProviderFactory(), ProviderFactory()
    for each in (provider, other, left):
        fall_ill(each)
    desk.post(page("changelist"), {"action": "ask_again", "_selected_action": [provider.pk, other.pk]})
    assert [health_of(each) for each in (provider, other, left)] == [WELL, WELL, ILL]


def test_only_the_operator_mends_and_only_by_posting(client: Client, desk: Client, provider: Provider) -> None:
    fall_ill(provider)
    assert desk.get(page("ask-again", provider.pk)).status_code == 405
    client.post(page("ask-again", provider.pk))
    client.force_login(UserFactory(is_staff=True))
    assert client.post(page("ask-again", provider.pk)).status_code == 403
    assert health_of(provider) == ILL


# --- saved ----------------------------------------------------------------------------------------


def test_saving_the_form_leaves_health_as_the_engine_writes_it(
    desk: Client, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    falls_ill_meanwhile(monkeypatch)
    assert saved(desk, provider, name="Renamed", concurrency=4, key=CANARY).status_code == 302
    assert (provider.name, provider.concurrency, health_of(provider)) == ("Renamed", 4, ILL)


@pytest.mark.parametrize(
    ("changes", "health"),
    [
        ({"key": "another-key"}, WELL),
        ({"base_url": "https://elsewhere.example", "key": "theirs"}, WELL),
        ({"dialect": "jobs"}, WELL),
        ({"key": CANARY}, ILL),
        ({"deadline": 60}, ILL),
    ],
)
def test_another_key_or_place_mends_a_provider(
    desk: Client, provider: Provider, changes: dict[str, object], health: object
) -> None:
    fall_ill(provider)
    assert saved(desk, provider, **changes).status_code == 302
    assert health_of(provider) == health


def test_a_form_that_is_refused_mends_nothing(desk: Client, provider: Provider) -> None:
    fall_ill(provider)
    assert saved(desk, provider, key="another-key", deadline="soon").status_code == 200
    assert health_of(provider) == ILL


@pytest.mark.parametrize(("typed", "kept"), [("8", 8), ("", None)])
def test_a_limit_is_a_number_or_none(desk: Client, provider: Provider, typed: str, kept: int | None) -> None:
    Provider.objects.update(concurrency=3)
    saved(desk, provider, concurrency=typed)
    assert provider.concurrency == kept


@pytest.mark.parametrize("typed", ["0", "-1", "many"])
def test_a_limit_that_lets_nothing_through_is_refused(desk: Client, provider: Provider, typed: str) -> None:
    assert saved(desk, provider, concurrency=typed).status_code == 200
    assert provider.concurrency is None


def test_a_provider_is_added_at_the_desk(desk: Client, db: None) -> None:
    said = {"name": "New", "dialect": "videos", "base_url": "https://new.example", "key": CANARY}
    desk.post(page("add"), {**said, **NO_ROUTES, "deadline": 900, "concurrency": 2})
    assert Provider.objects.get(name="New").concurrency == 2


def test_a_route_is_weighed_on_the_page_of_its_provider_and_in_the_list(desk: Client, route: Route) -> None:
    assert 'name="routes-0-weight"' in desk.get(page("change", route.provider_id)).content.decode()
    assert 'name="form-0-weight"' in desk.get(reverse("admin:generations_route_changelist")).content.decode()
