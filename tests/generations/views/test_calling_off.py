"""The buttons of a card: what a press of Cancel and of Try again does, says and costs, and for whom."""

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from accounts import credits
from accounts.models import Role
from generations.faults import Kind
from generations.models import Generation, ImageModel, Job, JobReference, Route, Use
from tests.factories import MemberFactory
from tests.generations.books import delivered, failed, sent, submitted
from tests.generations.factories import AssetFactory
from tests.generations.views.conftest import balance, fragment

WORKING = "The provider is already working: if the picture comes, 6 credits are charged."


@pytest.fixture
def route(image_model):
    return Route.objects.get(image_model=image_model)


@pytest.fixture
def job(alice, image_model):
    """Two pictures of Alice's, six credits held for each."""
    made = submitted(alice, image_model=image_model, count=2, held=6, prompt="a paper boat")
    Job.objects.filter(pk=made.pk).update(brief_json=made.brief_json | {"tier": "2K"})
    return made


@pytest.fixture
def picture(job):
    return job.generations.first()


@pytest.fixture
def dropped(picture, route):
    """A picture of which nobody knows whether it was made."""
    failed(sent(picture, route), Kind.UNKNOWN, lost=True)
    return Generation.objects.get(pk=picture.pk)


def press(client, name, row):
    return fragment(client, "post", reverse(name, args=[row.pk]))


def state(generation):
    return Generation.objects.values_list("state", flat=True).get(pk=generation.pk)


# --- cancel ---


def test_a_queued_picture_is_cancelled_at_once_and_its_credits_are_back(at_alices, alice, picture):
    page = press(at_alices, "cancel", picture).content.decode()
    assert state(picture) == "cancelled"
    assert balance(alice) == 994
    assert f'id="card-{picture.pk}" data-state="cancelled"' in page
    assert 'hx-swap-oob="innerHTML:#said">Cancelled. 6 credits returned.<' in page
    assert ">994<" in page


def test_a_sent_picture_is_asked_to_cancel_and_nothing_is_given_back(at_alices, alice, picture, route):
    sent(picture, route)
    page = press(at_alices, "cancel", picture).content.decode()
    assert state(picture) == "running"
    assert balance(alice) == 988
    assert "Asked to cancel" in page
    assert f'<p class="plate-sentence plate-note">{WORKING}</p>' in page
    assert f'#said">Asked to cancel. {WORKING}<' in page


def test_what_a_cancel_may_cost_stands_beside_its_button_before_it_is_pressed(at_alices, picture, route):
    assert WORKING not in at_alices.get("/").content.decode()
    sent(picture, route)
    assert f"<p>{WORKING}</p>" in at_alices.get("/").content.decode()


def test_a_finished_picture_stays_as_it_is(at_alices, alice, picture, route):
    delivered(sent(picture, route), "2K")
    assert press(at_alices, "cancel", picture).status_code == 200
    assert state(picture) == "succeeded"
    assert balance(alice) == 988


def test_two_presses_of_cancel_give_the_credits_back_once(at_alices, alice, picture):
    press(at_alices, "cancel", picture)
    press(at_alices, "cancel", picture)
    assert balance(alice) == 994


def test_cancel_all_ends_what_waits_and_asks_for_what_is_sent(at_alices, alice, job, picture, route):
    sent(picture, route)
    page = press(at_alices, "cancel_all", job).content.decode()
    assert list(job.generations.values_list("state", flat=True)) == ["running", "cancelled"]
    assert balance(alice) == 994
    assert f"Cancelled. 6 credits returned. Asked to cancel. {WORKING}" in page
    assert f'id="stop-{job.pk}"' in page
    assert "Cancel all" not in page


def test_cancel_all_names_the_most_that_sent_pictures_may_cost(at_alices, job, route):
    for generation in job.generations.all():
        sent(generation, route)
    page = press(at_alices, "cancel_all", job).content.decode()
    assert "2 pictures are already being made: what comes of them is charged, at most 12 credits." in page


def test_cancel_all_stands_only_where_there_is_more_than_one_to_cancel(at_alices, job, picture):
    assert reverse("cancel_all", args=[job.pk]) in at_alices.get("/").content.decode()
    press(at_alices, "cancel", picture)
    assert reverse("cancel_all", args=[job.pk]) not in at_alices.get("/").content.decode()


def test_the_pulse_takes_cancel_all_away_when_one_is_left(at_alices, job, picture, route):
    delivered(sent(picture, route))
    page = fragment(at_alices, "get", reverse("pulse"), {"room": "create"}).content.decode()
    assert f'id="stop-{job.pk}" hx-swap-oob="outerMorph"' in page
    assert reverse("cancel_all", args=[job.pk]) not in page


def test_without_script_cancel_leads_to_the_job_and_says_what_became_of_it(at_alices, picture):
    answer = at_alices.post(reverse("cancel", args=[picture.pk]))
    assert answer.url == f"/?job={picture.job_id}"
    assert [str(each) for each in get_messages(answer.wsgi_request)] == ["Cancelled. 6 credits returned."]
    assert "Cancelled. 6 credits returned." in at_alices.get(answer.url).content.decode()


# --- try again ---


def test_try_again_is_a_new_picture_with_a_hold_of_its_own(at_alices, alice, dropped):
    reference = AssetFactory(member=alice, use=Use.REFERENCE)
    JobReference.objects.create(job=dropped.job, asset=reference, position=1)
    before = balance(alice)
    page = press(at_alices, "retry", dropped).content.decode()
    new = Job.objects.exclude(pk=dropped.job_id).get()
    assert new.generations.get().held == 6
    assert balance(alice) == before - 6
    assert (new.count, new.prompt, list(new.references.all())) == (1, "a paper boat", [reference])
    assert 'hx-swap-oob="afterbegin:#feed"' in page
    assert f'id="card-{new.generations.get().pk}"' in page


def test_two_presses_of_try_again_are_one_picture_and_lead_to_it(at_alices, alice, dropped):
    before = balance(alice)
    first, second = press(at_alices, "retry", dropped), press(at_alices, "retry", dropped)
    new = Job.objects.exclude(pk=dropped.job_id).get()
    assert balance(alice) == before - 6
    for answer in (first, second):
        assert f'id="job-{new.pk}"' in answer.content.decode()


def test_a_card_that_was_begun_anew_shows_the_way_instead_of_the_button(at_alices, dropped):
    page = press(at_alices, "retry", dropped).content.decode()
    new = Job.objects.exclude(pk=dropped.job_id).get()
    assert f'href="/?job={new.pk}"' in page
    assert reverse("retry", args=[dropped.pk]) not in page
    assert reverse("retry", args=[dropped.pk]) not in at_alices.get("/").content.decode()


def test_the_button_says_what_is_held_today_whatever_it_was_then(at_alices, dropped, image_model):
    image_model.prices.filter(tier="2K").update(credits=9)
    page = at_alices.get("/").content.decode()
    assert "A new picture is started, and 9 credits are held for it." in page


@pytest.mark.parametrize(
    ("kind", "upstream_id", "may_come"),
    [(Kind.UNKNOWN, "task-1", True), (Kind.UNKNOWN, "", False), (Kind.BUSY, "", False), (Kind.GARBLED, "", False)],
)
def test_only_while_it_is_asked_for_the_first_picture_may_still_come(
    at_alices, picture, route, kind, upstream_id, may_come
):
    attempt = sent(picture, route)
    attempt.upstream_id = upstream_id
    attempt.save()
    failed(attempt, kind)
    page = at_alices.get("/").content.decode()
    assert ("The first one may still come; it is then kept at no charge." in page) is may_come


def test_a_cancelled_picture_can_be_tried_again_too(at_alices, picture):
    press(at_alices, "cancel", picture)
    press(at_alices, "retry", picture)
    assert Job.objects.count() == 2


def test_an_objection_is_one_sentence_under_the_question(at_alices, alice, dropped):
    credits.adjust(alice.team.wallet, 3 - balance(alice), "spent elsewhere")
    answer = press(at_alices, "retry", dropped)
    assert answer.status_code == 422
    assert answer.content.decode().count("<p") == 1
    assert "This needs 6 credits and the pool has 3." in answer.content.decode()
    assert Job.objects.count() == 1


def test_a_team_with_as_many_as_it_may_have_is_told_so(at_alices, dropped, settings):
    settings.MOST_ACTIVE = 1
    answer = press(at_alices, "retry", dropped)
    said = "Pictures under way in your team: 1 of at most 1, and this would be 1 more. Wait, or make fewer at once."
    assert (answer.status_code, said in answer.content.decode()) == (422, True)


def test_a_picture_of_an_image_model_that_was_switched_off_cannot_be_tried_again(at_alices, dropped, image_model):
    type(image_model).objects.filter(pk=image_model.pk).update(is_enabled=False)
    assert reverse("retry", args=[dropped.pk]) not in at_alices.get("/").content.decode()
    press(at_alices, "retry", dropped)
    assert Job.objects.count() == 1


def test_without_script_an_objection_is_said_on_the_page_of_the_job(at_alices, alice, dropped):
    credits.adjust(alice.team.wallet, 3 - balance(alice), "spent elsewhere")
    answer = at_alices.post(reverse("retry", args=[dropped.pk]), follow=True)
    assert answer.request["QUERY_STRING"] == f"job={dropped.job_id}"
    assert "This needs 6 credits and the pool has 3." in answer.content.decode()


def test_try_again_leads_to_the_new_picture_without_script_and_from_the_page_of_one_job(at_alices, dropped):
    url = reverse("retry", args=[dropped.pk])
    plain = at_alices.post(url)
    new = Job.objects.exclude(pk=dropped.job_id).get()
    here = f"http://testserver/?job={dropped.job_id}"
    swapped = at_alices.post(url, headers={"HX-Request": "true", "HX-Current-URL": here})
    assert plain.url == swapped["HX-Redirect"] == f"/?job={new.pk}"


def test_a_picture_that_came_after_all_is_shown_instead_of_paid_for_again(at_alices, alice, dropped):
    Generation.objects.filter(pk=dropped.pk).update(asset=AssetFactory(member=alice))
    before = balance(alice)
    assert press(at_alices, "retry", dropped)["HX-Redirect"] == reverse("generation", args=[dropped.pk])
    assert balance(alice) == before


def test_what_is_under_way_is_not_begun_anew(at_alices, alice, picture):
    press(at_alices, "retry", picture)
    assert Job.objects.count() == 1


# --- who may ---


def test_a_member_cancels_their_own_and_an_admin_anybodys(alice, bob, browser_of, image_model):
    hers, his = (submitted(member, image_model=image_model).generations.get() for member in (alice, bob))
    assert press(browser_of(bob), "cancel", hers).status_code == 404
    assert press(browser_of(bob), "cancel_all", hers.job).status_code == 404
    assert press(browser_of(bob), "cancel", his).status_code == 200
    admin = MemberFactory(team=alice.team, role=Role.ADMIN)
    assert press(browser_of(admin), "cancel", hers).status_code == 200
    assert (state(hers), state(his)) == ("cancelled", "cancelled")


def test_nobody_is_shown_a_button_that_is_not_theirs(alice, bob, browser_of, job, picture):
    page = {"job": str(job.pk)}
    way = reverse("cancel", args=[picture.pk])
    assert way not in browser_of(bob).get("/", page).content.decode()
    admin = MemberFactory(team=alice.team, role=Role.ADMIN)
    assert way in browser_of(admin).get("/", page).content.decode()
    viewer = browser_of(MemberFactory(team=alice.team, role=Role.VIEWER)).get("/", page).content.decode()
    assert way not in viewer
    assert "Cancel all" not in viewer


def test_a_viewer_is_offered_no_new_try(alice, browser_of, dropped):
    viewer = browser_of(MemberFactory(team=alice.team, role=Role.VIEWER))
    page = viewer.get("/", {"job": str(dropped.job_id)}).content.decode()
    assert "Try again" not in page
    assert press(viewer, "retry", dropped).status_code == 404


# --- what a card says ---


def test_a_price_that_is_gone_leaves_the_button_without_one(at_alices, dropped, image_model: ImageModel):
    image_model.prices.all().delete()
    page = at_alices.get("/").content.decode()
    assert "A new picture is started." in page
    assert "held for it" not in page


def test_more_cards_cost_no_more_queries(at_alices, alice, image_model, route, django_assert_max_num_queries):
    for count in (1, 4):
        made = submitted(alice, image_model=image_model, count=count)
        first, *rest = made.generations.all()
        failed(sent(first, route), Kind.UNKNOWN)
        for each in rest:
            sent(each, route)
    at_alices.get("/")
    with django_assert_max_num_queries(24) as few:
        at_alices.get("/")
    made = submitted(alice, image_model=image_model, count=6)
    for each in made.generations.all():
        failed(sent(each, route), Kind.BUSY)
    Generation.objects.filter(state="running").update(cancel_asked=timezone.now())
    with django_assert_max_num_queries(len(few)):
        at_alices.get("/")
