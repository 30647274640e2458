"""The schema is whole: its examples are what it says, and every refusal of ours has a place in it."""

import json

import pytest
from pydantic import TypeAdapter

from generations.api.native import API, told
from generations.api.native.asked import EVERY, Hooked, Link, Switched, Wished
from generations.api.native.examples import ANSWERS, BODIES, refusals
from generations.api.native.wire import STATUSES, WIRE
from generations.dialects.serving import Refused, Said, Why
from generations.models import CHOSEN
from tests.generations.api.native.conftest import BRIEF, ROOT, Script

SHAPES = {
    "quote": told.Quote, "job": told.Job, "jobs": told.Jobs, "asset": told.Asset, "assets": told.Assets,
    "balance": told.Balance, "entries": told.Entries, "models": told.ImageModels,
    "webhook": told.Webhook, "new_webhook": told.NewWebhook, "webhooks": told.Webhooks,
    "deliveries": told.Deliveries, "delivery": told.Delivery,
}  # fmt: skip


@pytest.fixture
def schema(db):
    answer = Script().get("/openapi.json")
    assert answer.status_code == 200
    return answer.said


def test_the_schema_is_for_everybody_and_names_the_one_way_in(schema):
    assert schema["openapi"].startswith("3.1")
    (scheme,) = schema["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert all(
        said["security"] == [{"Bearer": []}] for methods in schema["paths"].values() for said in methods.values()
    )


def test_every_answer_of_every_operation_has_an_example(schema):
    for path, methods in schema["paths"].items():
        for said in methods.values():
            assert {"401", "403", "405", "422", "429", "500"} <= set(said["responses"]), path
            for answer in said["responses"].values():
                assert answer["content"]["application/json"]["example"]
            for kind, content in said.get("requestBody", {}).get("content", {}).items():
                assert "example" in content or kind == "multipart/form-data"


@pytest.mark.parametrize("name", ANSWERS)
def test_an_example_of_an_answer_is_one(name):
    read = TypeAdapter(SHAPES[name]).validate_python(ANSWERS[name])
    assert json.loads(json.dumps(ANSWERS[name])).keys() == read.model_dump().keys()


ASKED = {"quote": Wished, "job": Wished, "asset": Link, "new_webhook": Hooked, "webhook": Switched}


@pytest.mark.parametrize("name", BODIES)
def test_an_example_of_a_body_is_one(name):
    read = ASKED[name].model_validate(BODIES[name])
    assert BODIES[name].keys() <= read.model_dump().keys()


def test_a_webhook_is_told_of_what_the_page_offers():
    assert [*EVERY] == [value for value, _label in CHOSEN]


@pytest.mark.parametrize("name", ["quote", "job"])
def test_an_example_of_a_brief_is_taken_as_it_stands(name, alices):
    assert alices.post("/quote" if name == "quote" else "/jobs", BODIES[name]).status_code in (200, 201)


def test_every_refusal_has_a_status_and_every_status_an_example():
    assert set(STATUSES) == set(Why)
    assert set(STATUSES.values()) == set(refusals())
    for status, refusal in refusals().items():
        assert WIRE.refuse(refusal).status == status


def test_the_wire_hears_a_body_by_itself():
    wish = WIRE.listen(Said(BRIEF | {"references": ["https://example.com/a.png"], "count": 2}))
    assert (wish.brief.size, wish.count, wish.references[0].field) == ("2048x1360", 2, "references[0]")
    with pytest.raises(Refused) as wrong:
        WIRE.listen(Said(BRIEF | {"tier": "8K"}))
    assert (wrong.value.refusal.why, wrong.value.refusal.field) == (Why.INVALID, "tier")


def test_operations_are_named_once(schema):
    names = [said["operationId"] for methods in schema["paths"].values() for said in methods.values()]
    assert len(names) == len(set(names)) == 19
    assert all(path.startswith(f"{ROOT}/") for path in schema["paths"])
    assert API.get_openapi_schema()["paths"].keys() == schema["paths"].keys()
