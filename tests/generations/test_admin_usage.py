"""The usage page: the same figures as drawings, as a table and as a file, for those who may see them."""

import csv
import io
import re
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Member, Team
from generations.admin.charts import Point, columns, lengths
from generations.admin.figures import dollars, whole
from generations.admin.measures import harmless
from generations.usage import Grouping
from tests.factories import UserFactory
from tests.generations.books import submitted
from tests.generations.month import FIRST, SECOND, Month, live_through

PAGE = "/admin/usage/"
DAYS = {"first": FIRST, "last": SECOND}


@pytest.fixture
def month(alice: Member, bob: Member, charlie: Member) -> Month:
    return live_through(alice, bob, charlie)


def shown(desk: Client, **said: object) -> dict:
    answer = desk.get(PAGE, {**DAYS, **said})
    assert answer.status_code == 200
    return answer.context["shown"]


def downloaded(desk: Client, **said: object) -> list[list[str]]:
    answer = desk.get(PAGE, {**DAYS, **said, "format": "csv"})
    assert answer.streaming
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_the_page_is_found_from_the_index_and_from_the_side(desk: Client) -> None:
    assert reverse("admin:usage") == PAGE
    assert f'<a href="{PAGE}">Usage</a>' in desk.get("/admin/").content.decode()
    assert f'<a href="{PAGE}">Usage</a>' in desk.get("/admin/accounts/team/").content.decode()


def test_strangers_members_and_staff_without_the_permission_do_not_see_it(
    client: Client, alice: Member, browser_of
) -> None:
    assert client.get(PAGE).status_code == 302
    assert browser_of(alice).get(PAGE, follow=True).status_code == 403
    clerk = UserFactory(is_staff=True)
    client.force_login(clerk)
    assert client.get(PAGE).status_code == 403
    assert client.get(PAGE, {"format": "csv"}).status_code == 403
    assert PAGE not in client.get("/admin/").content.decode()
    clerk.user_permissions.add(Permission.objects.get(codename="view_entry"))
    assert client.get(PAGE).status_code == 200


def test_the_table_has_a_row_for_each_team_and_its_total(desk: Client, month: Month) -> None:
    table = shown(desk)
    assert [str(column.title) for column in table["columns"]] == [
        *("Jobs", "Pictures", "Failed", "Captured", "Refunded", "Spent", "Released", "Held now"),
        *("Calls", "Upstream cost", "Of it lost", "In doubt", "Refused", "No verdict"),
    ]
    assert [(row["name"], row["cells"]) for row in table["rows"]] == [
        ("Lanterns", ["4", "4", "2", "30", "7", "23", "56", "4", "8", "$0.20", "$0.03", "$0.03", "1", "1"]),
        ("Strangers", ["2", "1", "0", "6", "0", "6", "6", "6", "1", "$0.05", "$0.00", "$0.00", "0", "0"]),
    ]
    assert table["total"] == ["6", "5", "2", "36", "7", "29", "62", "10", "9", "$0.25", "$0.03", "$0.03", "1", "1"]


@pytest.mark.parametrize("grouping", Grouping)
def test_the_file_says_what_the_table_says(desk: Client, month: Month, grouping: Grouping) -> None:
    table = shown(desk, by=grouping.value)
    head, *rows = downloaded(desk, by=grouping.value)
    assert head == [str(table["grouping"]), *(str(column.title) for column in table["columns"])]
    drawn = [[row["name"], *row["cells"]] for row in table["rows"]] + [["Total", *table["total"]]]
    assert rows == [[cell.replace("$", "") for cell in row] for row in drawn]


def test_a_name_that_a_spreadsheet_would_run_is_text_in_the_file(desk: Client, month: Month) -> None:
    Team.objects.filter(name="Lanterns").update(name='=HYPERLINK("http://evil.example")')
    assert "'=HYPERLINK(" in downloaded(desk)[1][0]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "|calc", "\r=1"])
def test_what_begins_like_a_formula_is_made_harmless(name: str) -> None:
    assert harmless(name) == f"'{name}"


def test_an_ordinary_name_is_left_alone() -> None:
    assert harmless("Lanterns = lamps") == "Lanterns = lamps"


def test_a_row_opens_into_what_it_is_made_of(desk: Client, month: Month, alice: Member, bob: Member) -> None:
    address = shown(desk)["rows"][0]["url"]
    assert parse_qs(urlsplit(address).query)["team"] == [str(alice.team_id)]
    members = desk.get(f"{PAGE}{address}").context["shown"]
    assert [row["name"] for row in members["rows"]] == ["bob@example.com (Lanterns)", "alice@example.com (Lanterns)"]
    models = desk.get(f"{PAGE}{members['rows'][0]['url']}").context["shown"]
    assert [(row["name"], row["cells"][3]) for row in models["rows"]] == [("A", "24")]


def test_what_has_no_provider_yet_is_a_dash_that_leads_nowhere(desk: Client, month: Month) -> None:
    rows = shown(desk, by="provider")["rows"]
    assert [(row["name"], row["url"]) for row in rows if row["name"] not in "PQ"] == [("—", "")]


def test_filters_narrow_the_page(desk: Client, month: Month, alice: Member, bob: Member) -> None:
    narrowed = {"team": alice.team_id, "member": bob.pk, "image_model": month.a.pk, "provider": month.p.pk}
    assert shown(desk, **narrowed, by="day")["total"][3:6] == ["24", "7", "17"]


def test_a_member_is_chosen_among_those_of_the_team(desk: Client, alice: Member, bob: Member, charlie: Member) -> None:
    field = desk.get(PAGE, {"team": alice.team_id}).context["form"].fields["member"]
    assert set(field.queryset) == {alice, bob}
    assert desk.get(PAGE).context["form"].fields["member"].disabled
    assert desk.get(PAGE, {"member": charlie.pk}).context["shown"] is not None


def test_presets_are_counted_back_from_today(desk: Client, bob: Member) -> None:
    today = timezone.localdate()
    presets = desk.get(PAGE).context["presets"]
    lengths_of = []
    for preset in presets:
        asked = parse_qs(urlsplit(preset["url"]).query)
        assert asked["last"] == [today.isoformat()]
        lengths_of.append((today - type(today).fromisoformat(asked["first"][0])).days + 1)
    assert lengths_of == [1, 7, 30, 90]
    assert [preset["here"] for preset in presets] == [False, False, True, False]
    submitted(bob)
    assert desk.get(f"{PAGE}{presets[0]['url']}").context["shown"]["total"][0] == "1"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"first": SECOND, "last": FIRST}, "The last day lies before the first."),
        ({"first": "2020-01-01"}, "At most 400 days at a time."),
        ({"first": "yesterday"}, "Enter a valid date."),
        ({"team": "999999"}, "Select a valid choice."),
        ({"team": "x", "member": "y"}, "Select a valid choice."),
        ({"by": "moon"}, "Select a valid choice."),
    ],
)
def test_a_senseless_question_gets_a_sentence_at_its_field(desk: Client, said: dict[str, str], sentence: str) -> None:
    for more in ({}, {"format": "csv"}):
        answer = desk.get(PAGE, {**DAYS, **said, **more})
        assert answer.status_code == 200
        assert answer.context["shown"] is None
        assert sentence in answer.content.decode()


def test_the_page_asks_the_database_fifteen_times_at_most(month: Month, alice: Member, browser_of) -> None:
    alice.user.is_staff = alice.user.is_superuser = True
    alice.user.save()
    browser = browser_of(alice)
    for grouping in Grouping:
        with CaptureQueriesContext(connection) as asked:
            browser.get(PAGE, {**DAYS, "by": grouping.value, "team": alice.team_id})
        assert len(asked) <= 15


def test_the_page_holds_to_the_content_security_policy(desk: Client, month: Month) -> None:
    answer = desk.get(PAGE, DAYS)
    text = answer.content.decode()
    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)", text)
    assert text.count('<figure class="chart">') == 4


def test_each_column_is_explained(desk: Client, month: Month) -> None:
    text = desk.get(PAGE, DAYS).content.decode()
    assert "Captured less refunded." in text
    assert "Credits taken for pictures, on the day they were taken." in text


def test_an_empty_studio_says_so(desk: Client) -> None:
    assert "Nothing happened in these days." in desk.get(PAGE).content.decode()
    assert len(downloaded(desk)) == 2


# --- figures and drawings -------------------------------------------------------------------------

TODAY = timezone.localdate()
WORDS = ("Title", "Up", "Down")


def test_a_column_is_as_high_as_its_figure_and_hangs_as_low() -> None:
    chart = columns(WORDS, [Point(TODAY, 10, 0), Point(TODAY + timedelta(days=1), 5, 5)], whole)
    up, half, down = chart.bars
    assert float(up.height) == pytest.approx(2 * float(half.height), abs=0.2)
    assert float(half.height) == pytest.approx(float(down.height), abs=0.2)
    assert float(half.y) + float(half.height) == pytest.approx(float(down.y), abs=0.2)
    assert float(chart.zero) == pytest.approx(float(down.y), abs=0.2)


@pytest.mark.parametrize("most", [0, 1, 3, 7, 12, 99, 1000, 123_456_789])
def test_the_grid_has_a_few_round_lines_and_covers_every_column(most: int) -> None:
    chart = columns(WORDS, [Point(TODAY, most, most // 3)], whole)
    assert (2 if most else 1) <= len(chart.grid) <= 8
    assert chart.grid[0].text == "0" or most // 3
    assert all(0 <= float(bar.y) <= chart.height for bar in chart.bars)


def test_where_nothing_stands_the_axis_says_zero_and_no_smallest_unit() -> None:
    assert [mark.text for mark in columns(WORDS, [Point(TODAY, 0, 0)], dollars).grid] == ["$0.00"]


def test_a_year_of_days_is_labelled_at_a_few() -> None:
    chart = columns(WORDS, [Point(TODAY + timedelta(days=day), day, 0) for day in range(365)], whole)
    assert len(chart.days) <= 6
    assert len(chart.bars) == 364


def test_the_longest_bar_is_the_largest_and_nothing_below_one_is_drawn() -> None:
    chart = lengths("Title", [("small", 1), ("large", 10), ("none", 0), ("less", -3)], whole)
    assert [(row.name, row.figure) for row in chart.rows] == [("large", "10"), ("small", "1")]
    assert float(chart.rows[0].width) == pytest.approx(10 * float(chart.rows[1].width), abs=0.5)


@pytest.mark.parametrize(
    ("micro", "text"),
    [(0, "$0.00"), (30_000, "$0.03"), (1, "$0.000001"), (1_234_500, "$1.2345"), (12_000_000, "$12.00")],
)
def test_dollars_are_written_to_the_cent_and_as_far_as_they_go(micro: int, text: str) -> None:
    assert dollars(micro) == text


def test_thousands_are_parted() -> None:
    assert whole(1_234_567) == "1,234,567"
