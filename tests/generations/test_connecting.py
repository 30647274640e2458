"""`manage.py provider` and the rules it shares with the admin."""

import pytest
from django.core.management import CommandError, call_command

from generations.connecting import Unfit, address, ask_again
from generations.faults import Kind
from generations.models import Provider, Route
from tests.generations.illness import ILL, WELL, fall_ill, falls_ill_meanwhile, health_of

KEY = "sk-canary-command"


def provider(
    *more: str, name: str = "Home", dialect: str = "videos", base_url: str = "http://10.0.0.7:8080/v1"
) -> None:
    call_command("provider", name, "--dialect", dialect, "--base-url", base_url, *more)


def rows() -> tuple[list[object], list[object]]:
    return list(Provider.objects.values_list("pk", "name", "base_url", "is_enabled")), list(Route.objects.values())


def test_a_provider_is_added_and_said_twice_changes_nothing(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    more = ("--api-key", KEY, "--image-model", "gpt-image-2", "--priority", "5", "--cost", "30000")
    provider(*more)
    first = capsys.readouterr().out
    rows = list(Provider.objects.values_list("pk", "name", "base_url", "is_enabled")), list(Route.objects.values())
    provider(*more)
    assert capsys.readouterr().out == first
    assert (
        list(Provider.objects.values_list("pk", "name", "base_url", "is_enabled")),
        list(Route.objects.values()),
    ) == rows
    assert first == "Home (videos at http://10.0.0.7:8080/v1) is on; it serves gpt-image-2.\n"
    assert KEY not in first


def test_a_route_has_the_name_priority_and_cost_it_was_given(db: None) -> None:
    provider("--api-key", KEY, "--image-model", "gpt-image-2=their-name", "--priority", "5", "--cost", "1234")
    route = Route.objects.get(provider__name="Home")
    assert (route.image_model.name, route.upstream_name, route.priority, route.cost) == (
        "gpt-image-2",
        "their-name",
        5,
        1234,
    )


def test_what_is_not_said_stays(db: None) -> None:
    provider("--api-key", KEY, "--image-model", "gpt-image-2=theirs", "--priority", "5", "--cost", "1234")
    provider("--image-model", "sketch")
    home = Provider.objects.get(name="Home")
    assert (home.api_key, home.is_enabled) == (KEY, True)
    assert set(home.routes.values_list("image_model__name", "priority", "cost")) == {
        ("gpt-image-2", 5, 1234),
        ("sketch", 100, 0),
    }
    provider("--image-model", "gpt-image-2")
    assert home.routes.get(image_model__name="gpt-image-2").cost == 1234


def test_a_limit_and_a_weight_are_kept_until_others_are_said(db: None) -> None:
    said = ("--api-key", KEY, "--image-model", "sketch")
    provider(*said, "--concurrency", "8", "--weight", "3")
    provider(*said)
    home = Provider.objects.get(name="Home")
    assert (home.concurrency, home.routes.get().weight) == (8, 3)
    provider(*said, "--concurrency", "9", "--weight", "1")
    home.refresh_from_db()
    assert (home.concurrency, home.routes.get().weight) == (9, 1)


def test_a_route_has_a_weight(db: None) -> None:
    with pytest.raises(CommandError, match="weight: "):
        provider("--api-key", KEY, "--image-model", "sketch", "--weight", "0")


def test_a_provider_of_the_catalog_is_switched_on_by_its_key(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    provider(name="DYU videos", base_url="https://api.dyuapi.com")
    assert "is off: it has no key; it serves gpt-image-2." in capsys.readouterr().out
    provider("--api-key", KEY, name="DYU videos", base_url="https://api.dyuapi.com")
    assert Provider.objects.get(name="DYU videos").is_enabled


def test_the_painter_needs_neither_address_nor_key(db: None) -> None:
    provider(name="Second painter", dialect="painter", base_url="")
    assert Provider.objects.get(name="Second painter").is_enabled


@pytest.mark.parametrize(
    ("more", "said", "sentence"),
    [
        (("--image-model", "gpt-image-9"), {}, "There is no image model “gpt-image-9”; there are: gpt-image-2, "),
        ((), {"base_url": "10.0.0.7"}, "“10.0.0.7” is not an address such as https://api.example.com."),
        ((), {"base_url": ""}, "This dialect needs a base URL"),
        ((), {"base_url": "https://a.example?key=1"}, "A base URL carries no name, password, query or fragment."),
        ((), {"name": "n" * 81}, "name: "),
        (("--image-model", f"sketch={'n' * 121}"), {}, "upstream_name: "),
    ],
)
def test_what_cannot_work_is_one_sentence_and_nothing_is_kept(
    db: None, more: tuple[str, ...], said: dict[str, str], sentence: str
) -> None:
    with pytest.raises(CommandError) as stopped:
        provider("--api-key", KEY, *more, **said)
    assert sentence in str(stopped.value)
    assert (stopped.value.returncode, "\n" in str(stopped.value)) == (1, False)
    assert not Provider.objects.filter(name__startswith=said.get("name", "Home")).exists()


def test_a_kept_key_does_not_follow_to_another_host(db: None) -> None:
    provider("--api-key", KEY)
    with pytest.raises(CommandError, match="the key must be entered again"):
        provider(base_url="http://10.0.0.8")
    provider(base_url="http://10.0.0.7:8080")
    assert Provider.objects.get(name="Home").base_url == "http://10.0.0.7:8080"


@pytest.mark.parametrize(
    "more",
    [
        *(("--cost", "-1"), ("--cost", "0.5"), ("--priority", "first"), ("--image-model", "=x")),
        *(("--concurrency", "0"), ("--concurrency", "many"), ("--weight", "-1")),
    ],
)
def test_a_senseless_figure_is_refused(db: None, more: tuple[str, str]) -> None:
    with pytest.raises(CommandError):
        provider("--api-key", KEY, *more)


def test_what_is_said_of_a_provider_leaves_its_health_as_the_engine_writes_it(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider("--api-key", KEY)
    falls_ill_meanwhile(monkeypatch)
    provider("--api-key", KEY, "--concurrency", "3")
    assert health_of(Provider.objects.get(name="Home")) == ILL
    assert Provider.objects.get(name="Home").concurrency == 3


@pytest.mark.parametrize(
    ("more", "said", "health"),
    [
        (("--api-key", "another-key"), {}, WELL),
        (("--api-key", KEY), {"base_url": "http://10.0.0.8"}, WELL),
        ((), {"dialect": "jobs"}, WELL),
        (("--api-key", KEY), {}, ILL),
        (("--image-model", "sketch"), {}, ILL),
    ],
)
def test_another_key_or_place_mends_a_provider_and_nothing_else_does(
    db: None, more: tuple[str, ...], said: dict[str, str], health: object
) -> None:
    provider("--api-key", KEY)
    home = Provider.objects.get(name="Home")
    fall_ill(home)
    provider(*more, **said)
    assert health_of(home) == health


def test_a_new_key_mends_a_provider_whose_old_one_cannot_be_opened(db: None) -> None:
    provider("--api-key", KEY)
    home = Provider.objects.get(name="Home")
    fall_ill(home, Kind.DENIED)
    Provider.objects.filter(pk=home.pk).update(sealed_key="sealed long ago")
    provider("--api-key", KEY)
    assert health_of(home) == WELL


def test_a_provider_is_asked_again_once(db: None) -> None:
    provider("--api-key", KEY)
    home = Provider.objects.get(name="Home")
    fall_ill(home)
    assert [ask_again(home.pk), ask_again(home.pk), health_of(home)] == [True, False, WELL]


def test_failures_that_have_not_shut_a_provider_yet_are_forgotten_too(db: None) -> None:
    provider("--api-key", KEY)
    home = Provider.objects.get(name="Home")
    Provider.objects.update(failures=4)
    assert [ask_again(home.pk), health_of(home)] == [True, WELL]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("https://api.example.com", "https://api.example.com"),
        (" https://api.example.com/ ", "https://api.example.com"),
        ("http://127.0.0.1:9000/v1/", "http://127.0.0.1:9000/v1"),
        ("http://[::1]:9000", "http://[::1]:9000"),
    ],
)
def test_a_base_url_is_a_host_or_ends_in_v1(said: str, kept: str) -> None:
    assert address(said, "videos") == kept


@pytest.mark.parametrize(
    "said",
    ["https://a b.example", "https://a.example\\@b.example", "https://a.example:99999", "http://[::1", "file:///etc"],
)
def test_an_address_that_two_readers_would_read_differently_is_refused(said: str) -> None:
    with pytest.raises(Unfit):
        address(said, "videos")
