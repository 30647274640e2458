"""A provider at the desk: its key goes in and never comes out, and its test says what is wrong."""

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import Member
from generations.models import Asset, Attempt, Generation, ImageModel, Provider
from tests.generations.books import delivered, sent, submitted
from tests.generations.factories import ProviderFactory, RouteFactory

CANARY = "sk-canary-7d1f0c55e2"
GOOD = json.dumps({"object": "list", "data": []})


class Place(ThreadingHTTPServer):
    """Somewhere that answers every GET alike and remembers which keys it was shown."""

    daemon_threads = True
    status, body = 200, GOOD

    def __init__(self) -> None:
        self.keys: list[str | None] = []
        super().__init__(("127.0.0.1", 0), Listener)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Listener(BaseHTTPRequestHandler):
    server: Place

    def do_GET(self) -> None:
        self.server.keys.append(self.headers["Authorization"])
        body = self.server.body.encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_said: object) -> None:
        pass


@pytest.fixture
def place() -> Iterator[Place]:
    with Place() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def provider(place: Place, db: None) -> Provider:
    return ProviderFactory(name="Upstream", dialect="images-openai", base_url=place.url, api_key=CANARY)


def page(name: str, *keys: object) -> str:
    return reverse(f"admin:generations_provider_{name}", args=keys)


NO_ROUTES = {"routes-TOTAL_FORMS": 0, "routes-INITIAL_FORMS": 0}


def saved(desk: Client, provider: Provider, **changes: object):
    said = {
        "name": provider.name,
        "dialect": provider.dialect,
        "base_url": provider.base_url,
        "is_enabled": "on",
        "deadline": 900,
        "key": "",
    }
    answer = desk.post(page("change", provider.pk), {**said, **NO_ROUTES, **changes})
    provider.refresh_from_db()
    return answer


def verdict(desk: Client, provider: Provider) -> str:
    """The one sentence that the test has to say."""
    answer = desk.post(page("test", provider.pk), follow=True)
    (sentence,) = [str(message) for message in answer.context["messages"]]
    assert CANARY not in answer.content.decode()
    return sentence


# --- the key --------------------------------------------------------------------------------------


def test_a_new_key_is_sealed_and_an_empty_field_keeps_it(desk: Client, provider: Provider) -> None:
    assert saved(desk, provider, key="another-key").status_code == 302
    assert provider.api_key == "another-key"
    assert "another-key" not in provider.sealed_key
    saved(desk, provider, name="Renamed")
    assert (provider.name, provider.api_key) == ("Renamed", "another-key")


def test_no_page_of_the_admin_ever_shows_a_key(desk: Client, provider: Provider, bob: Member) -> None:
    image_model = ImageModel.objects.first()
    job = submitted(bob, image_model=image_model)
    delivered(sent(job.generations.get(), RouteFactory(provider=provider, image_model=image_model)))
    saved(desk, provider, key="", base_url="nonsense")
    desk.post(page("change", provider.pk), {"key": CANARY, **NO_ROUTES})
    rows = (provider, image_model, job, Generation.objects.get(), Attempt.objects.get(), Asset.objects.get())
    addresses = [reverse("admin:index"), reverse("admin:usage"), page("history", provider.pk), page("add")]
    addresses += [
        reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist") for model in admin.site._registry
    ]
    addresses += [reverse(f"admin:generations_{row._meta.model_name}_change", args=(row.pk,)) for row in rows]
    for address in addresses:
        answer = desk.get(address)
        assert answer.status_code == 200, address
        assert CANARY not in answer.content.decode(), address
        assert provider.sealed_key not in answer.content.decode(), address


def test_a_key_that_was_refused_with_its_form_does_not_come_back(desk: Client, provider: Provider) -> None:
    answer = saved(desk, provider, key="typed-in-vain", base_url="ftp://elsewhere.example")
    assert answer.status_code == 200
    assert "typed-in-vain" not in answer.content.decode()


def test_a_key_does_not_follow_a_provider_to_another_host(desk: Client, provider: Provider, place: Place) -> None:
    answer = saved(desk, provider, base_url="https://elsewhere.example")
    assert "The address changed, so the key must be entered again." in answer.content.decode()
    assert provider.base_url == place.url
    saved(desk, provider, base_url=f"{place.url}/v1")
    assert provider.base_url == f"{place.url}/v1"
    saved(desk, provider, base_url="https://elsewhere.example", key="theirs")
    assert (provider.base_url, provider.api_key) == ("https://elsewhere.example", "theirs")


def test_a_provider_is_not_switched_on_without_a_key(desk: Client, provider: Provider) -> None:
    Provider.objects.update(sealed_key="", is_enabled=False)
    answer = saved(desk, provider)
    assert "A provider without a key cannot be switched on" in answer.content.decode()
    saved(desk, provider, key=CANARY)
    assert provider.is_enabled


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "api.example.com",
        "ftp://api.example.com",
        "https://",
        "https://me:pw@api.example.com",
        "https://a.example/?x=1",
    ],
)
def test_a_base_url_that_cannot_work_gets_a_sentence(
    desk: Client, provider: Provider, base_url: str, place: Place
) -> None:
    answer = saved(desk, provider, base_url=base_url, key=CANARY)
    assert "errorlist" in answer.content.decode()
    assert provider.base_url == place.url


@pytest.mark.parametrize("key", ["sk-abc def", "sk-“quoted”", "密钥"])
def test_a_key_that_no_header_could_carry_gets_a_sentence(desk: Client, provider: Provider, key: str) -> None:
    assert "this one was copied with something else" in saved(desk, provider, key=key).content.decode()
    assert provider.api_key == CANARY


def test_the_list_says_of_each_key_whether_it_is_set(desk: Client, provider: Provider) -> None:
    text = desk.get(page("changelist")).content.decode()
    assert '<td class="field-key_state">set</td>' in text
    assert '<td class="field-key_state">not set</td>' in text
    Provider.objects.filter(pk=provider.pk).update(sealed_key="sealed long ago")
    assert "unreadable: SECRET_KEY has changed" in desk.get(page("changelist")).content.decode()


# --- the test -------------------------------------------------------------------------------------


def test_a_provider_that_answers_and_takes_the_key_is_said_to(desk: Client, provider: Provider, place: Place) -> None:
    assert verdict(desk, provider) == "Upstream answers and accepts the key."
    assert place.keys == [f"Bearer {CANARY}"]


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, {"error": {"message": f"Incorrect API key: {CANARY}"}}, "does not accept the key (HTTP 401)"),
        (429, {"error": {"message": "slow down"}}, "asks to come back later (HTTP 429)"),
        (200, "<html>welcome</html>", "does not speak the dialect images-openai (HTTP 200)"),
        (404, {"error": {"message": "no such page"}}, "check the base URL and the dialect"),
    ],
)
def test_what_is_wrong_is_one_sentence_with_the_next_step(
    desk: Client, provider: Provider, place: Place, status: int, body: object, said: str
) -> None:
    place.status, place.body = status, body if isinstance(body, str) else json.dumps(body)
    assert said in verdict(desk, provider)


def test_a_place_where_nothing_listens_is_named(desk: Client, provider: Provider) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        closed = f"http://127.0.0.1:{taken.getsockname()[1]}"
    Provider.objects.update(base_url=closed)
    assert verdict(desk, provider) == (
        f"Nothing answers at {closed}: check the base URL, and whether this machine may reach it."
    )


def test_a_missing_and_an_unreadable_key_are_told_apart(desk: Client, provider: Provider, place: Place) -> None:
    Provider.objects.filter(pk=provider.pk).update(sealed_key="")
    assert "Upstream has no key" in verdict(desk, provider)
    Provider.objects.filter(pk=provider.pk).update(sealed_key="sealed long ago")
    assert "because SECRET_KEY has changed: enter the key again." in verdict(desk, provider)
    assert place.keys == []


def test_the_painter_needs_no_test(desk: Client, db: None) -> None:
    assert verdict(desk, Provider.objects.get(dialect="painter")) == "Painter draws on this machine and needs no test."


def test_several_are_tested_from_the_list(desk: Client, provider: Provider) -> None:
    painter = Provider.objects.get(dialect="painter")
    answer = desk.post(
        page("changelist"), {"action": "test", "_selected_action": [provider.pk, painter.pk]}, follow=True
    )
    assert len(list(answer.context["messages"])) == 2


def test_only_the_operator_tests_and_only_by_posting(
    client: Client, desk: Client, provider: Provider, place: Place
) -> None:
    assert desk.get(page("test", provider.pk)).status_code == 405
    assert client.post(page("test", provider.pk)).status_code == 302
    assert place.keys == []
