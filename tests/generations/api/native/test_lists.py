"""Lists are told in parts, the newest first; a cursor names the last row told, so nothing is told twice or left out."""

import itertools
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import credits
from generations.faults import Kind
from generations.models import Asset, Generation, Job, Route, State, Use
from tests.generations.api.native.conftest import BRIEF, balance, refused
from tests.generations.books import delivered, failed, sent, submitted
from tests.generations.factories import AssetFactory, GenerationFactory, JobFactory

LISTS = ("/jobs", "/assets", "/entries")
"""The deliveries of a webhook are told in the same way: see test_webhooks."""


@pytest.fixture
def rows(alice, charlie, image_model):
    """Seven of each of Alice's, and as many of a stranger's."""
    for member in (alice, charlie):
        for _ in range(7):
            submitted(member, image_model=image_model)
            AssetFactory(member=member)


def walk(script, path, limit=3, between=lambda: None):
    """Every id of a list, part by part."""
    found, cursor = [], None
    while True:
        said = script.get(path, {"limit": limit, **({"cursor": cursor} if cursor else {})}).said
        found.append([each["id"] for each in said["data"]])
        cursor = said["next"]
        between()
        if cursor is None:
            return found


def newest(model, member):
    rows = model.objects.filter(team=member.team).order_by("-created", "-pk")
    return [str(pk) for pk in rows.values_list("pk", flat=True)]


@pytest.mark.usefixtures("rows")
def test_parts_make_the_whole_list_of_ones_own_team(alices, alice, wallet):
    assert [len(part) for part in walk(alices, "/jobs")] == [3, 3, 1]
    assert [*itertools.chain(*walk(alices, "/jobs"))] == newest(Job, alice)
    assert [*itertools.chain(*walk(alices, "/assets"))] == newest(Asset, alice)
    entries = [*wallet.entries.order_by("-pk").values_list("pk", flat=True)]
    assert [*itertools.chain(*walk(alices, "/entries"))] == entries


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("path", LISTS)
def test_what_is_added_meanwhile_moves_nothing(path, alices, alice, image_model):
    before = [*itertools.chain(*walk(alices, path, limit=100 if path != "/entries" else 50))]

    def add():
        submitted(alice, image_model=image_model)
        AssetFactory(member=alice)

    assert [*itertools.chain(*walk(alices, path, limit=2, between=add))] == before


def test_rows_of_one_moment_are_told_once_each(alices, alice, image_model):
    for _ in range(5):
        submitted(alice, image_model=image_model)
    Job.objects.update(created=timezone.now())
    assert [*itertools.chain(*walk(alices, "/jobs", limit=2))] == newest(Job, alice)


@pytest.mark.parametrize("path", LISTS)
def test_an_empty_or_exact_last_part_has_no_next(path, alices, alice, image_model):
    submitted(alice, image_model=image_model)
    AssetFactory(member=alice)
    whole = alices.get(path, {"limit": 50}).said
    assert whole["next"] is None
    assert alices.get(path, {"limit": len(whole["data"])}).said["next"] is None


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("junk", ["", "junk", "1", "a" * 401, "%00", "WzEsMl0:1tXq:abc", "другое"])
def test_a_cursor_that_nobody_gave_out_is_422(junk, path, alices):
    assert refused(alices.get(path, {"cursor": junk})) == (422, "invalid", "cursor")


@pytest.mark.usefixtures("rows")
def test_a_cursor_is_of_its_own_list_and_unforged(alices):
    cursor = alices.get("/jobs", {"limit": 1}).said["next"]
    for path, brought in (("/assets", cursor), ("/entries", cursor), ("/jobs", cursor[:-1]), ("/jobs", f"x{cursor}")):
        assert refused(alices.get(path, {"cursor": brought})) == (422, "invalid", "cursor")


@pytest.mark.usefixtures("rows")
def test_another_teams_cursor_shows_nothing_of_theirs(alices, charlies, alice):
    theirs = charlies.get("/jobs", {"limit": 1}).said["next"]
    assert {each["id"] for each in alices.get("/jobs", {"cursor": theirs}).said["data"]} <= set(newest(Job, alice))


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("limit", ["0", "-1", "101", "x", "", "1.5", "9" * 5000])
def test_a_limit_is_1_to_what_the_list_takes(path, limit, alices):
    assert refused(alices.get(path, {"limit": limit})) == (422, "invalid", "limit")


@pytest.mark.parametrize("path", LISTS)
def test_an_unknown_word_in_the_query_is_refused_by_its_name(path, alices):
    assert refused(alices.get(path, {"page": "2"})) == (422, "invalid", "page")


def test_thousands_of_words_in_a_query_are_400(alices):
    query = {f"word{number}": "1" for number in range(10_000)}
    assert refused(alices.get("/jobs", query)) == (400, "not_read", None)


# --- narrowed ---


def test_every_mixture_of_states_is_found_under_the_state_that_is_told(alices, alice, image_model):
    for mixture in itertools.chain(*(itertools.combinations(State.values, size) for size in range(1, 6))):
        job = JobFactory(member=alice, image_model=image_model, count=len(mixture))
        for state in mixture:
            GenerationFactory(job=job, state=state, fault="broken" if state == State.FAILED else "")
    told = alices.get("/jobs", {"limit": 100}).said["data"]
    assert len(told) == 31
    for state in State.values:
        found = alices.get("/jobs", {"limit": 100, "state": state}).said["data"]
        assert [each["id"] for each in found] == [each["id"] for each in told if each["state"] == state]
        assert found


def test_jobs_are_found_by_where_they_came_from(alices, alice, image_model):
    here = alices.post("/jobs", BRIEF).said["id"]
    there = str(submitted(alice, image_model=image_model).pk)
    assert [each["id"] for each in alices.get("/jobs", {"origin": "native"}).said["data"]] == [here]
    assert [each["id"] for each in alices.get("/jobs", {"origin": "studio"}).said["data"]] == [there]
    assert alices.get("/jobs", {"origin": "videos"}).said == {"data": [], "next": None}


@pytest.mark.parametrize(
    ("path", "wrong", "field"),
    [("/jobs", {"state": "late"}, "state"), ("/jobs", {"origin": "a\0b"}, "origin"), ("/assets", {"use": "x"}, "use")],
)
def test_a_narrowing_that_means_nothing_is_refused(path, wrong, field, alices):
    assert refused(alices.get(path, wrong)) == (422, "invalid", field)


def test_assets_are_found_by_their_use(alices, alice):
    made = {use: str(AssetFactory(member=alice, use=use).pk) for use in Use.values}
    for use, pk in made.items():
        assert [each["id"] for each in alices.get("/assets", {"use": use}).said["data"]] == [pk]


def test_many_jobs_take_no_more_questions_than_one(alices, alice, image_model, django_assert_max_num_queries):
    for _ in range(6):
        submitted(alice, image_model=image_model, count=2)
    alices.get("/jobs")
    with django_assert_max_num_queries(7):
        alices.get("/jobs", {"limit": 6})


# --- credits ---


def test_the_statement_adds_up_to_the_balance(alices, alice, image_model):
    came, dropped = submitted(alice, image_model=image_model, count=2).generations.all()
    route = Route.objects.get(image_model=image_model)
    delivered(sent(came, route))
    failed(sent(dropped, route), Kind.BROKEN)
    entries = alices.get("/entries").said["data"]
    assert sum(each["amount"] for each in entries) == alices.get("/balance").said["balance"] == balance(alice) == 996
    assert [each["kind"] for each in entries] == ["release", "capture", "release", "hold", "hold", "grant"]
    for newer, older in itertools.pairwise(entries):
        assert newer["balance"] == older["balance"] + newer["amount"]
    assert entries[1]["generation"] == str(came.pk)
    assert entries[1]["member"] == "Alice"


def test_entries_of_a_script_name_its_key(alices, alice):
    alices.post("/jobs", BRIEF)
    hold = alices.get("/entries", {"limit": 1}).said["data"][0]
    assert (hold["kind"], hold["api_key"]) == ("hold", str(alices.kept))


def test_a_refund_stands_on_the_statement_with_its_reason(alices, alice, wallet, image_model):
    made = submitted(alice, image_model=image_model).generations.get()
    delivered(sent(made, Route.objects.get(image_model=image_model)))
    credits.refund(wallet, 2, "a green face", made.pk)
    entry = alices.get("/entries", {"limit": 1}).said["data"][0]
    assert (entry["kind"], entry["amount"], entry["note"]) == ("refund", 2, "a green face")
    assert alices.get("/balance").said == {"balance": 998}


# --- image models ---


def test_the_image_models_are_those_of_the_key_with_what_they_cost(alice, alices, script_of):
    told = {each["name"]: each for each in alices.get("/models").said["data"]}
    assert set(told) > {"gpt-image-2", "sketch"}
    assert told["gpt-image-2"]["tariff"] == [
        {"tier": "1K", "quality": None, "credits": 4},
        {"tier": "2K", "quality": None, "credits": 6},
        {"tier": "4K", "quality": None, "credits": 10},
    ]
    assert told["gpt-image-2"]["capabilities"]["most_references"] == 5
    only = script_of(alice, image_models=["sketch"]).get("/models").said["data"]
    assert [each["name"] for each in only] == ["sketch"]


def test_a_late_picture_is_told_though_its_generation_failed(alices, alice, image_model):
    job = submitted(alice, image_model=image_model)
    generation = job.generations.get()
    failed(sent(generation, Route.objects.get(image_model=image_model)), Kind.UNKNOWN)
    Generation.objects.filter(pk=generation.pk).update(asset=AssetFactory(member=alice))
    (told,) = alices.get(f"/jobs/{job.pk}").said["generations"]
    assert (told["state"], told["charged"], told["fault"]["code"]) == ("failed", 0, "unknown")
    assert uuid.UUID(told["picture"]["asset"])


def test_a_job_ended_when_its_last_picture_did(alices, alice, image_model):
    job = submitted(alice, image_model=image_model, count=2)
    first, last = timezone.now(), timezone.now() + timedelta(seconds=5)
    one, other = job.generations.all()
    Generation.objects.filter(pk=one.pk).update(state=State.CANCELLED, ended=last)
    assert alices.get(f"/jobs/{job.pk}").said["ended"] is None
    Generation.objects.filter(pk=other.pk).update(state=State.CANCELLED, ended=first)
    assert alices.get(f"/jobs/{job.pk}").said["ended"][:19] == last.isoformat()[:19]
