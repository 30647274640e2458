"""What was asked for and what became of it: shown, linked, found, and never changed at the desk."""

from pathlib import Path

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Entry, Kind, Member
from generations import faults, media, vault
from generations.admin.measures import FAULTS
from generations.models import Attempt, Generation, ImageModel, Job, Price, Provider, Use
from tests.factories import UserFactory
from tests.generations.books import delivered, failed, sent, submitted
from tests.generations.factories import AssetFactory, AttemptFactory, JobReferenceFactory, RouteFactory

RECORDS = ("job", "generation", "attempt", "asset")


def page(name: str, *keys: object) -> str:
    return reverse(f"admin:generations_{name}", args=keys)


@pytest.fixture
def made(bob: Member) -> Generation:
    """A picture that Bob's team has paid 4 credits for."""
    job = submitted(bob, held=10)
    delivered(sent(job.generations.get(), RouteFactory(image_model=job.image_model)))
    JobReferenceFactory(job=job)
    return job.generations.get()


def row_of(name: str, made: Generation):
    return {"job": made.job, "generation": made, "attempt": made.attempts.get(), "asset": made.asset}[name]


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_takes_no_change_from_anybody(desk: Client, made: Generation, name: str) -> None:
    row = row_of(name, made)
    before = list(type(row).objects.values().order_by("pk"))
    assert desk.get(page(f"{name}_add")).status_code == 403
    assert desk.post(page(f"{name}_add"), {"prompt": "x"}).status_code == 403
    assert desk.post(page(f"{name}_change", row.pk), {"prompt": "x", "state": "failed", "cost": 1}).status_code == 403
    assert desk.post(page(f"{name}_delete", row.pk), {"post": "yes"}).status_code == 403
    desk.post(page(f"{name}_changelist"), {"action": "delete_selected", "_selected_action": str(row.pk), "post": "yes"})
    assert list(type(row).objects.values().order_by("pk")) == before


def test_every_model_of_the_studio_stands_at_the_desk() -> None:
    ours = {model._meta.model_name for model in admin.site._registry if model._meta.app_label == "generations"}
    assert ours == {*RECORDS, "imagemodel", "price", "provider", "route"}


@pytest.mark.parametrize("name", ["generation", "attempt"])
def test_a_fault_is_named_and_filtered_in_the_words_of_the_usage_page(desk: Client, bob: Member, name: str) -> None:
    job = submitted(bob)
    failed(sent(job.generations.get(), RouteFactory(image_model=job.image_model)), faults.Kind.UNKNOWN)
    shown = desk.get(page(f"{name}_changelist"), {"fault__exact": faults.Kind.UNKNOWN}).content.decode()
    assert '<td class="field-what_failed">No verdict</td>' in shown
    for kind, words in FAULTS.items():
        assert f'href="?fault__exact={kind}">{words}</a>' in " ".join(shown.split()).replace("> ", ">").replace(
            " <", "<"
        )


def test_one_walks_from_the_team_to_the_picture_and_back(desk: Client, made: Generation) -> None:
    team, asset = made.job.team, made.asset
    wallet, entry = team.wallet, Entry.objects.get(kind=Kind.CAPTURE)
    steps = [
        (reverse("admin:accounts_team_change", args=(team.pk,)), f"/admin/accounts/wallet/{wallet.pk}/change/"),
        (reverse("admin:accounts_wallet_change", args=(wallet.pk,)), f"/admin/accounts/entry/?wallet={wallet.pk}"),
        (f"/admin/accounts/entry/?wallet={wallet.pk}", page("generation_change", made.pk)),
        (page("generation_change", made.pk), page("attempt_change", made.attempts.get().pk)),
        (page("generation_change", made.pk), page("asset_change", asset.pk)),
        (page("generation_change", made.pk), f"/admin/accounts/entry/{entry.pk}/change/"),
        (page("attempt_change", made.attempts.get().pk), page("generation_change", made.pk)),
        (page("asset_change", asset.pk), page("generation_change", made.pk)),
        (page("job_change", made.job_id), page("asset_change", asset.pk)),
        (page("generation_change", made.pk), f"/admin/accounts/team/{team.pk}/change/"),
    ]
    for address, onward in steps:
        answer = desk.get(address)
        assert answer.status_code == 200, address
        assert onward in answer.content.decode(), (address, onward)


def test_pictures_are_shown_as_their_thumbnails(desk: Client, made: Generation) -> None:
    thumbnail = media.link(made.asset, "thumbnail")
    for address in (
        page("generation_changelist"),
        page("asset_change", made.asset_id),
        page("job_change", made.job_id),
    ):
        assert thumbnail in desk.get(address).content.decode()


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_is_found_by_its_id(desk: Client, made: Generation, name: str) -> None:
    row = row_of(name, made)
    found = desk.get(page(f"{name}_changelist"), {"q": str(row.pk)}).context["cl"].result_list
    assert list(found) == [row]


@pytest.mark.parametrize("name", RECORDS)
def test_any_search_is_answered(desk: Client, made: Generation, name: str) -> None:
    for words in ("lighthouse", "bob@example.com", "no such thing", "'; --", "0" * 31, "灯塔"):
        assert desk.get(page(f"{name}_changelist"), {"q": words}).status_code == 200


def test_generations_are_found_by_their_job_and_attempts_by_their_generation(desk: Client, made: Generation) -> None:
    generations = desk.get(page("generation_changelist"), {"q": str(made.job_id)}).context["cl"].result_list
    attempts = desk.get(page("attempt_changelist"), {"q": str(made.pk)}).context["cl"].result_list
    assert (list(generations), list(attempts)) == ([made], [made.attempts.get()])


@pytest.mark.parametrize("name", RECORDS)
def test_a_list_asks_as_often_for_many_rows_as_for_few(desk: Client, made: Generation, name: str) -> None:
    with CaptureQueriesContext(connection) as few:
        desk.get(page(f"{name}_changelist"))
    for _ in range(5):
        attempt = AttemptFactory(provider=made.attempts.get().provider)
        Generation.objects.filter(pk=attempt.generation_id).update(asset=AssetFactory(use=Use.OUTPUT))
    with CaptureQueriesContext(connection) as many:
        desk.get(page(f"{name}_changelist"))
    assert len(many) - len(few) <= 2  # a filter appears once there are two teams and two image models


def test_what_a_provider_said_is_shown_as_text(desk: Client, made: Generation) -> None:
    Attempt.objects.update(raw="<script>alert(1)</script>", fault_text="<b>no</b>")
    text = desk.get(page("attempt_change", made.attempts.get().pk)).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "<script>alert" not in text
    assert "<b>no</b>" not in text


def test_a_prompt_is_shown_as_text(desk: Client, made: Generation) -> None:
    Job.objects.update(prompt='<img src="x" onerror="alert(1)">')
    for address in (page("job_changelist"), page("generation_changelist"), page("job_change", made.job_id)):
        assert '<img src="x" onerror' not in desk.get(address).content.decode()


# --- refunds --------------------------------------------------------------------------------------


def refund(desk: Client, made: Generation, **said: object):
    return desk.post(page("generation_refund", made.pk), said, follow=True)


def test_a_part_of_what_was_taken_is_given_back_with_a_reason(desk: Client, made: Generation) -> None:
    assert page("generation_refund", made.pk) in desk.get(page("generation_change", made.pk)).content.decode()
    answer = refund(desk, made, amount=3, reason="blurred")
    entry = Entry.objects.get(kind=Kind.REFUND)
    assert (entry.amount, entry.generation, entry.member) == (3, made.pk, None)
    assert entry.note == "operator@example.com: blurred"
    assert "3 credits were given back." in answer.content.decode()
    assert page("generation_refund", made.pk) not in desk.get(page("generation_change", made.pk)).content.decode()


def test_a_picture_is_refunded_once(desk: Client, made: Generation) -> None:
    refund(desk, made, amount=1, reason="blurred")
    answer = refund(desk, made, amount=1, reason="blurred")
    assert "There is nothing to refund, or it was refunded before." in answer.content.decode()
    assert Entry.objects.filter(kind=Kind.REFUND).count() == 1


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"amount": 5, "reason": "blurred"}, "At most 4 credits can be refunded."),
        ({"amount": 0, "reason": "blurred"}, "Ensure this value is greater than or equal to 1."),
        ({"amount": 4, "reason": ""}, "This field is required."),
    ],
)
def test_a_refund_that_cannot_be_gets_a_sentence(
    desk: Client, made: Generation, said: dict[str, object], sentence: str
) -> None:
    assert sentence in refund(desk, made, **said).content.decode()
    assert not Entry.objects.filter(kind=Kind.REFUND).exists()


def test_what_took_nothing_has_nothing_to_refund(desk: Client, bob: Member) -> None:
    queued = submitted(bob).generations.get()
    assert "There is nothing to refund" in refund(desk, queued, amount=1, reason="x").content.decode()


def test_only_those_who_may_move_credits_refund(client: Client, made: Generation) -> None:
    client.force_login(UserFactory(is_staff=True))
    assert refund(client, made, amount=1, reason="x").status_code == 403
    assert not Entry.objects.filter(kind=Kind.REFUND).exists()


# --- what is offered ------------------------------------------------------------------------------


def offered(desk: Client, image_model: ImageModel, capabilities: str):
    empty = {f"{inline}-{count}_FORMS": 0 for inline in ("prices", "routes") for count in ("TOTAL", "INITIAL")}
    said = {"title": image_model.title, "position": 10, "is_enabled": "on", "capabilities_json": capabilities}
    return desk.post(page("imagemodel_change", image_model.pk), {**said, **empty})


@pytest.mark.parametrize(
    ("capabilities", "sentence"),
    [
        ("{", "Enter a valid JSON."),
        ("[1]", "Capabilities are one JSON object, between { and }."),
        ('{"promt_limit": 5}', "There is no capability “promt_limit”"),
        ('{"prompt_limit": 5}', "“sizes” is missing."),
        ('{"prompt_limit": "5", "sizes": ["auto"]}', "“prompt_limit” must be a whole number."),
        ('{"prompt_limit": true, "sizes": ["auto"]}', "“prompt_limit” must be a whole number."),
        ('{"prompt_limit": 5, "sizes": "auto"}', "“sizes” must be a list of texts."),
        ('{"prompt_limit": 5, "sizes": [1024]}', "“sizes” must be a list of texts."),
        ('{"prompt_limit": 5, "sizes": ["auto"], "mask": 1}', "“mask” must be true or false."),
        ('{"prompt_limit": 5, "sizes": ["auto"], "size_rule": 7}', "“size_rule” must be a text."),
        ('{"prompt_limit": 5, "sizes": ["1024×1024"]}', "“1024×1024” is not a size such as 1024x1024, nor auto."),
        ('{"prompt_limit": 5, "sizes": ["auto"], "size_rule": "any"}', "“size_rule” must be listed, native or free."),
        ('{"prompt_limit": 0, "sizes": ["auto"]}', "An image model takes at least one character"),
        ('{"prompt_limit": 5, "sizes": []}', "An image model takes at least one character"),
        (
            '{"prompt_limit": 5, "sizes": ["auto"], "fewest_references": 2}',
            "“fewest_references” lies between 0 and “most_references”.",
        ),
    ],
)
def test_a_record_that_makes_no_sense_gets_a_sentence(desk: Client, capabilities: str, sentence: str) -> None:
    sketch = ImageModel.objects.get(name="sketch")
    answer = offered(desk, sketch, capabilities)
    assert sentence in answer.content.decode()
    assert ImageModel.objects.get(name="sketch").capabilities == sketch.capabilities


def test_a_record_that_makes_sense_is_kept_whole(desk: Client, db: None) -> None:
    sketch = ImageModel.objects.get(name="sketch")
    answer = offered(desk, sketch, '{"prompt_limit": 5, "sizes": ["auto", "1024x1024"], "qualities": ["high"]}')
    assert answer.status_code == 302
    kept = ImageModel.objects.get(name="sketch").capabilities
    assert (kept.prompt_limit, kept.sizes, kept.qualities) == (5, ("auto", "1024x1024"), ("high",))


@pytest.mark.parametrize("name", ["imagemodel", "price", "provider", "route"])
def test_what_is_offered_is_listed_and_searched(desk: Client, name: str) -> None:
    for said in ({}, {"q": "sketch"}):
        assert desk.get(page(f"{name}_changelist"), said).status_code == 200


def test_the_seeded_records_can_be_saved_as_they_are(desk: Client, db: None) -> None:
    for image_model in ImageModel.objects.all():
        form = desk.get(page("imagemodel_change", image_model.pk)).context["adminform"].form
        assert offered(desk, image_model, form["capabilities_json"].value()).status_code == 302
        assert ImageModel.objects.get(pk=image_model.pk).capabilities == image_model.capabilities


def test_a_price_is_changed_from_its_list_and_is_never_free(desk: Client, db: None) -> None:
    price = Price.objects.get(image_model__name="sketch", tier="1K")
    rows = list(desk.get(page("price_changelist")).context["cl"].result_list)
    forms = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": len(rows), "_save": "Save"}
    for place, row in enumerate(rows):
        forms |= {f"form-{place}-id": row.pk, f"form-{place}-credits": 9 if row == price else row.credits}
    desk.post(page("price_changelist"), forms)
    price.refresh_from_db()
    assert price.credits == 9
    forms |= {f"form-{rows.index(price)}-credits": 0}
    assert desk.post(page("price_changelist"), forms).status_code == 200
    price.refresh_from_db()
    assert price.credits == 9


def test_routes_offer_image_models_and_providers_by_search(desk: Client, db: None) -> None:
    asked = {"app_label": "generations", "model_name": "route", "field_name": "provider", "term": "paint"}
    found = desk.get("/admin/autocomplete/", asked).json()["results"]
    assert [choice["text"] for choice in found] == [Provider.objects.get(dialect="painter").name]


def test_an_operator_sees_a_picture_of_any_team_and_a_stranger_does_not(
    desk: Client, made: Generation, charlie: Member, browser_of, tmp_path: Path
) -> None:
    thumbnail = tmp_path / "thumbnail"
    thumbnail.write_bytes(b"a thumbnail")
    vault.keep_thumbnail(thumbnail, made.asset.sha256)
    address = media.link(made.asset, "thumbnail")
    answer = desk.get(address)
    assert b"".join(answer.streaming_content) == b"a thumbnail"
    assert browser_of(charlie).get(address).status_code == 404
    clerk = UserFactory(is_staff=True)
    client = Client()
    client.force_login(clerk)
    assert client.get(address).status_code == 404
