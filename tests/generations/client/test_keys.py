"""Our key, said back by a provider: nothing of it is kept, wherever in the answer it stands."""

import json

import pytest

from generations import client
from generations.brief import Brief
from tests.generations.client.conftest import answer

KEY = "sk-QZXQZXQZXQZXQZXQ"
PLACES = [*range(480, 502), 0, 300, 3990]


def aloud(body: object):
    said = body if isinstance(body, str) else json.dumps(body)
    return lambda line, _: line.sendall(answer(said.encode()))


def kept_of(fault) -> set[str]:
    return set(fault.message + fault.code)


@pytest.fixture
def provider(bare, provider_at):
    provider = provider_at(bare.url, "images-vip")
    provider.api_key = KEY
    return provider


@pytest.mark.parametrize("before", PLACES)
def test_no_part_of_a_key_is_kept_where_a_message_is_cut(bare, provider, tmp_path, before):
    said = f"{'.' * before}{KEY}{'.' * 40}"
    for body in ({"error": {"message": said, "code": said}}, {"error": said}, {"data": [], "msg": said}, said):
        bare.say = aloud(body)
        heard = client.submit(provider, Brief("a lamp", "m"), "m", "1", tmp_path)
        assert kept_of(heard.meaning) <= {".", "…"}
        assert KEY[:4] not in heard.raw
        assert len(heard.meaning.message) <= 500


@pytest.mark.parametrize("before", PLACES)
def test_nor_is_it_where_a_task_says_why_it_failed(bare, provider, tmp_path, before):
    provider.dialect = "videos"
    bare.say = aloud({"id": "1", "status": "failed", "error": {"message": f"{'.' * before}{KEY}{'.' * 40}"}})
    [heard] = client.poll(provider, ["1"], tmp_path)
    assert kept_of(heard.meaning) <= {".", "…"}
    assert len(heard.meaning.message) <= 500


def test_nor_is_it_of_what_a_test_call_brings_back(bare, provider, tmp_path):
    bare.say = aloud({"error": {"message": f"{'.' * 490}{KEY}"}})
    fault = client.test(provider, tmp_path)
    assert kept_of(fault) <= {".", "…"}
