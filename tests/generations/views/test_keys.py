"""The page of API keys: Bob makes one and sees it once, Alice sees them all."""

import re
import uuid

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from accounts import credits, keyring, teams
from accounts.keyring import MOST_KEYS, Wish
from accounts.keys import find_key, note_use
from accounts.models import ApiKey, Role
from generations.hooks.signing import call_back_secret
from generations.models import ImageModel
from tests.factories import MemberFactory
from tests.generations.views.keyring import FORM, KEY, PAGE, WISH, shown, text

# --- making one -----------------------------------------------------------------------------------


def test_a_key_is_made_with_all_that_the_form_says(at_bobs, bob):
    more = {"image_models": ["sketch"], "cap_day": "100", "cap_lifetime": "0", "keeps_alive": "on"}
    with time_machine.travel("2026-03-14T12:00:00Z"):
        answer = at_bobs.post(PAGE, FORM | more | {"expires": "2026-03-14"})
    key = ApiKey.objects.get()
    assert answer.status_code == 200
    assert (key.member, key.name, key.scopes, key.image_models) == (bob, "nightly", ["create", "read"], ["sketch"])
    assert (key.cap_day, key.cap_month, key.cap_lifetime, key.keeps_alive) == (100, None, 0, True)
    assert key.expires.isoformat() == "2026-03-14T23:59:59+00:00"


def test_the_secret_of_a_keys_call_backs_is_shown_with_it(at_bobs):
    page = at_bobs.post(PAGE, FORM).content.decode()
    assert call_back_secret(ApiKey.objects.get().pk) in page
    assert call_back_secret(ApiKey.objects.get().pk) not in at_bobs.get(PAGE).content.decode()


def test_what_is_left_empty_is_no_limit(at_bobs):
    at_bobs.post(PAGE, FORM)
    key = ApiKey.objects.get()
    assert (key.expires, key.image_models, key.is_capped, key.keeps_alive) == (None, [], False, False)


def test_the_key_is_shown_in_the_answer_and_never_again(at_bobs):
    answer = at_bobs.post(PAGE, FORM)
    plain = shown(answer)
    assert find_key(plain) == ApiKey.objects.get()
    assert "It will not be shown again." in text(answer)
    assert "no-store" in answer["Cache-Control"]
    for later in (at_bobs.get(PAGE), at_bobs.post(PAGE, FORM, follow=True), at_bobs.get(PAGE)):
        assert KEY.findall(later.content.decode()) == []
        assert f"gs_live_…{plain[-4:]}" in text(later)
    assert plain not in str(dict(at_bobs.session))


def test_a_page_that_is_sent_again_makes_no_second_key_and_says_so(at_bobs):
    at_bobs.post(PAGE, FORM)
    answer = at_bobs.post(PAGE, FORM, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    assert "This key is made and was shown once." in text(answer)
    assert ApiKey.objects.count() == 1


def test_each_page_brings_a_press_of_its_own(at_bobs):
    presses = {re.search(r'name="press" value="([^"]+)"', at_bobs.get(PAGE).content.decode())[1] for _ in range(3)}
    assert len(presses) == 3


def test_the_plain_key_stands_nowhere_in_the_database(at_bobs):
    plain = shown(at_bobs.post(PAGE, FORM))
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            assert plain not in str(cursor.fetchall()), table


def test_one_may_not_make_keys_without_end(at_bobs, bob):
    row = {"member": bob, "name": "old", "ending": "wxyz"}
    ApiKey.objects.bulk_create(ApiKey(key_hash=str(number) * 8, **row) for number in range(MOST_KEYS))
    answer = at_bobs.post(PAGE, FORM)
    assert answer.status_code == 422
    assert f"You have {MOST_KEYS} keys already." in text(answer)
    assert ApiKey.objects.count() == MOST_KEYS


WRONG = [
    ("name", "", "This field is required."),
    ("name", "   ", "This field is required."),
    ("name", "x" * 81, "at most 80 characters"),
    ("name", "a\x00b", "Null characters are not allowed."),
    ("scopes", [], "Tick at least one"),
    ("scopes", ["create", "everything"], "everything is not one of the available choices."),
    ("image_models", ["gpt-image-9"], "gpt-image-9 is not one of the available choices."),
    ("cap_day", "-1", "greater than or equal to 0"),
    ("cap_month", "1.5", "Enter a whole number."),
    ("cap_lifetime", "10000000000", "less than or equal to 1000000000"),
    ("cap_lifetime", "1" + 30 * "0", "less than or equal to 1000000000"),
    ("expires", "2026-03-13", "This day is over."),
    ("expires", "2036-04-01", "A key lasts ten years at most."),
    ("expires", "9999-12-31", "A key lasts ten years at most."),
    ("expires", "tomorrow", "Enter a valid date."),
    ("expires", "2026-02-30", "Enter a valid date."),
]


@pytest.mark.parametrize(("field", "said", "sentence"), WRONG)
def test_what_will_not_do_is_said_at_its_field_and_nothing_is_lost(at_bobs, field, said, sentence):
    filled = {**FORM, "cap_day": "7", "image_models": ["sketch"], "keeps_alive": "on", field: said}
    with time_machine.travel("2026-03-14T12:00:00Z"):
        answer = at_bobs.post(PAGE, filled)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    at_field = page[page.index(f'id="key_{field}_error"') :]
    assert sentence in at_field[: at_field.index("</div>")]
    assert not ApiKey.objects.exists()
    assert field == "name" or 'value="nightly"' in page
    assert field == "cap_day" or re.search(r'name="cap_day" value="7"', page)
    assert field == "image_models" or re.search(r'value="sketch"[^>]* checked', page)


def test_a_name_is_shown_as_it_was_written(at_bobs):
    at_bobs.post(PAGE, FORM | {"name": "夜 & <script>"})
    assert "夜 &amp; &lt;script&gt;" in at_bobs.get(PAGE).content.decode()


def test_only_image_models_that_are_switched_on_are_offered(at_bobs):
    ImageModel.objects.filter(name="sketch").update(is_enabled=False)
    assert 'value="sketch"' not in at_bobs.get(PAGE).content.decode()
    assert at_bobs.post(PAGE, FORM | {"image_models": ["sketch"]}).status_code == 422


def test_keys_are_made_so_often_and_no_more(at_bobs, settings):
    settings.ACCOUNT_RATE_LIMITS = {"make_key": "2/h/user"}
    answers = [at_bobs.post(PAGE, FORM | {"name": f"key {number}"}).status_code for number in range(3)]
    assert answers == [200, 200, 429]
    assert ApiKey.objects.count() == 2


# --- who sees which -------------------------------------------------------------------------------


def test_a_member_sees_their_own_keys_and_who_manages_the_team_sees_all(alice, bob, charlie, browser_of):
    for member in (alice, bob, charlie):
        keyring.make(member, Wish(f"of {member}", ["read"], [], (None, None, None)))
    admin = MemberFactory(team=alice.team, role=Role.ADMIN)
    seen = {
        who: set(re.findall(r"<h3[^>]*>of (\w+)</h3>", browser_of(member).get(PAGE).content.decode()))
        for who, member in {"alice": alice, "admin": admin, "bob": bob, "charlie": charlie}.items()
    }
    assert seen == {"alice": {"Alice", "Bob"}, "admin": {"Alice", "Bob"}, "bob": {"Bob"}, "charlie": {"Charlie"}}


def test_a_viewer_finds_neither_the_page_nor_a_way_to_it(alice, bob, browser_of):
    viewer = browser_of(MemberFactory(team=alice.team, role=Role.VIEWER))
    assert viewer.get(PAGE).status_code == viewer.post(PAGE, FORM).status_code == 404
    assert PAGE not in viewer.get(reverse("team")).content.decode()
    assert browser_of(bob).get(reverse("team")).content.decode().count(f'href="{PAGE}"') == 2
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("room", ["revoke_key", "key_caps"])
def test_a_member_does_not_touch_the_keys_of_another(room, alice, at_bobs):
    key = keyring.make(alice, WISH).key
    before = ApiKey.objects.values().get()
    foreign = at_bobs.post(reverse(room, args=[key.pk]), {"cap_day": 5})
    absent = at_bobs.post(reverse(room, args=[uuid.uuid4()]), {"cap_day": 5})
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert text(foreign) == text(absent)
    assert ApiKey.objects.values().get() == before


# --- the list -------------------------------------------------------------------------------------


def test_the_list_says_what_a_key_may_and_has_spent(at_bobs, bob):
    key = keyring.make(bob, Wish("nightly", ["read"], ["sketch", "gone"], (100, None, 20_000), None, True)).key
    credits.hold(bob, {uuid.uuid4(): 12}, api_key=key)
    said = text(at_bobs.get(PAGE))
    for words in (
        f"gs_live_…{key.ending}",
        "May Read jobs, pictures and credits Image models Sketch · gone",
        "Caps Today 12 of 100 · In all 12 of 20,000",
        "Waiting lines Kept alive",
        "Expires Never Last used Never",
    ):
        assert words in said
    note_use(key)
    assert "Last used Never" not in text(at_bobs.get(PAGE))


def test_the_list_shows_the_last_day_of_a_key(at_bobs, settings):
    settings.TIME_ZONE = "Asia/Shanghai"
    with time_machine.travel("2026-03-14T12:00:00Z"):
        at_bobs.post(PAGE, FORM | {"expires": "2026-03-31"})
        assert "Expires 03/31/2026" in text(at_bobs.get(PAGE))


def test_keys_that_work_no_longer_stand_apart_with_the_reason(alice, bob, at_alices):
    dora = MemberFactory(team=alice.team)
    for member, name in ((bob, "live"), (bob, "ended"), (bob, "old"), (dora, "orphan")):
        keyring.make(member, Wish(name, ["read"], [], (None, None, None)))
    keyring.revoke(bob, ApiKey.objects.get(name="ended"))
    ApiKey.objects.filter(name="old").update(expires="2026-01-01T00:00:00Z")
    teams.let_go(alice, dora)
    page = at_alices.get(PAGE)
    assert [each.key.name for each in page.context["keys"]] == ["live"]
    assert {key.name: str(why) for key, why in page.context["ended"]} == {
        "ended": "Revoked", "old": "Expired", "orphan": "Its member left",
    }  # fmt: skip
    assert "3 keys that no longer work" in text(page)
    can_be_revoked = {
        key.name for key in ApiKey.objects.all() if reverse("revoke_key", args=[key.pk]) in str(page.content)
    }
    assert can_be_revoked == {"live", "old", "orphan"}


def test_every_control_of_the_page_has_a_name_of_its_own(alice, bob, at_alices):
    for member in (alice, bob):
        keyring.make(member, WISH)
    page = at_alices.post(PAGE, FORM | {"expires": "never", "scopes": []}).content.decode()
    ids = re.findall(r'\bid="([^"]+)"', page)
    named = re.findall(r'<label[^>]* for="([^"]+)"', page) + re.findall(r'popovertarget="([^"]+)"', page)
    described = " ".join(re.findall(r'aria-describedby="([^"]+)"', page)).split()
    assert len(ids) == len(set(ids))
    assert {*named, *described} <= set(ids)


def test_the_page_costs_the_same_for_two_keys_and_for_twenty(bob, at_bobs, django_assert_max_num_queries):
    for number in range(20):
        keyring.make(bob, Wish(f"key {number}", ["read"], [], (1, 2, 3)))
    with django_assert_max_num_queries(12):
        at_bobs.get(PAGE)


def test_a_chinese_reader_makes_a_key_in_chinese(at_bobs):
    answer = at_bobs.post(PAGE, FORM, headers={"accept-language": "zh-hans"})
    assert "密钥“nightly”已创建" in text(answer)
    assert "密钥不会再次显示。" in text(answer)
