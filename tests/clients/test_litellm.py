"""LiteLLM, which many teams put in front of every provider, takes the studio for one."""

from __future__ import annotations

import base64

import pytest

pytestmark = [
    pytest.mark.services,
    pytest.mark.filterwarnings("ignore"),  # it warns of its own deprecations
]


def test_it_generates_by_its_openai_provider(house, key, monkeypatch):
    monkeypatch.setenv("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # else it asks the world for its prices
    import litellm

    made = litellm.image_generation(
        model="openai/sketch", prompt="a cat", size="1024x1024", n=1, api_base=f"{house.url}/v1", api_key=key
    )
    assert base64.b64decode(made.data[0].b64_json).startswith(b"\x89PNG")
