"""The page of the native API shows what the schema says, to members, in their language."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from generations.api.native import API
from generations.api.native.outline import outline

PAGE = "/api/"


def test_the_page_shows_every_operation_with_a_call_to_copy(alice, browser_of):
    page = browser_of(alice).get(PAGE).content.decode()
    schema = API.get_openapi_schema()
    for path, methods in schema["paths"].items():
        assert f"<code>{path}</code>" in page
        for said in methods.values():
            assert f'id="{said["operationId"]}"' in page
    assert page.count("curl http") == sum(map(len, schema["paths"].values()))
    assert reverse("native:openapi-json") in page


def test_every_link_within_the_page_leads_somewhere(alice, browser_of):
    page = browser_of(alice).get(PAGE).content.decode()
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(ids)


def test_the_page_has_no_script_or_style_of_its_own(alice, browser_of):
    page = browser_of(alice).get(PAGE).content.decode()
    assert not re.search(r"<script(?![^>]+src=)|<style| style=| on\w+=", page)


def test_a_stranger_is_sent_to_the_door(client, db):
    assert client.get(PAGE).url.startswith(reverse("account_login"))
    assert Client().post(PAGE).status_code == 405


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_nothing_on_the_page_is_left_without_words(language):
    with translation.override(language):
        told = outline(API.get_openapi_schema())
    for _title, operations in told.groups:
        assert all(each.title and each.about and each.scope for each in operations)
        for each in operations:
            asked = [*each.parameters, *(field for _kind, fields in each.bodies for field in fields)]
            assert [field.name for field in asked if not (field.kind and field.about)] == []
