"""The schema is kept, whatever is sent: schemathesis makes up calls by it, good ones and bad ones."""

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from accounts.models import Wallet
from generations.api.native import API
from generations.fetch import NotFetched
from generations.intake import pictures
from tests.generations.api.native.conftest import ROOT

pytestmark = pytest.mark.services
load_all_checks()
BUSINESS = {"positive_data_acceptance"}
"""A brief may be well formed and still name an image model that is not there, or cost more than the pool has."""
KEPT = [check for check in CHECKS.get_all() if check.__name__ not in BUSINESS]
SCHEMA = API.get_openapi_schema(path_prefix=f"{ROOT}/")
OPERATIONS = [(path, method) for path, methods in SCHEMA["paths"].items() for method in methods]
FEW = settings(
    max_examples=10,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


def nothing_there(*_about, **_more):
    raise NotFetched("unreachable")


@pytest.fixture
def _calls_within_the_test(settings, monkeypatch):
    """Calls are not counted, made-up addresses not looked up, and the test's own connection is not given back."""
    settings.RATES_CREATE = settings.RATES_READ = []
    monkeypatch.setattr(pictures, "fetch", nothing_there)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.usefixtures("_calls_within_the_test")
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_no_call_breaks_us_and_every_answer_is_as_the_schema_says(path, method, mode, alices, alice):
    schema = schemathesis.openapi.from_dict(dict(SCHEMA))
    schema.app = WSGIHandler()
    operation = schema[path][method]

    @FEW
    @given(case=operation.as_strategy(generation_mode=mode))
    def holds(case):
        case.call_and_validate(headers={"Authorization": f"Bearer {alices.key}"}, checks=KEPT)

    holds()
    assert Wallet.objects.get(team=alice.team).balance >= 0
