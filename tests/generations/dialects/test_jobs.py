"""What goes out on `/api/v1/jobs`, held against its document."""

import pytest

from generations.brief import Brief, Picture
from generations.dialects import named
from generations.dialects.wire import Request
from tests.generations.dialects.written import FILED, LINKED, refused, written


def test_jobs_writes_the_documents_example():
    prompt = "Turn this product photo into a premium studio advertisement with dramatic rim lighting"
    request = written("jobs", Brief(prompt, "m", references=(LINKED,)), "gpt-image-2-image-to-image")
    assert (request.method, request.path) == ("POST", "/api/v1/jobs/createTask")
    assert request.json == {
        "model": "gpt-image-2-image-to-image",
        "input": {"prompt": prompt, "image_urls": ["https://cdn.example.com/input.png"], "resolution": "1K"},
    }


def test_jobs_sends_the_request_id_that_makes_a_second_submission_free():
    assert written("jobs", Brief("a", "m")).headers == {"X-Request-ID": "req-1"}


@pytest.mark.parametrize("name", ["gpt-image-2-image-to-image", "gpt-image-2-text-to-image"])
def test_jobs_fits_the_models_ending_to_the_mode(name):
    assert written("jobs", Brief("a", "m"), name).json["model"] == "gpt-image-2-text-to-image"
    edit = Brief("a", "m", references=(LINKED,))
    assert written("jobs", edit, name).json["model"] == "gpt-image-2-image-to-image"


def test_jobs_leaves_a_model_without_an_ending_as_it_is():
    assert written("jobs", Brief("a", "m"), "house-special").json["model"] == "house-special"


@pytest.mark.parametrize(
    ("brief", "ratio", "resolution"),
    [
        (Brief("a", "m").sized("1080x1920"), "9:16", "2K"),
        (Brief("a", "m").shaped("4:5", "4K"), "4:5", "4K"),
        (Brief("a", "m", size="1024x1024"), "1:1", "1K"),
        (Brief("a", "m", ratio="16:9", tier="2K"), "16:9", "2K"),
    ],
)
def test_jobs_says_a_size_as_ratio_and_resolution(brief, ratio, resolution):
    wishes = written("jobs", brief).json["input"]
    assert (wishes["aspect_ratio"], wishes["resolution"]) == (ratio, resolution)


def test_jobs_passes_quality_and_format_on():
    wishes = written("jobs", Brief("a", "m", quality="high", format="webp")).json["input"]
    assert (wishes["quality"], wishes["output_format"]) == ("high", "webp")


def test_jobs_takes_twenty_thousand_characters_and_not_one_more():
    assert written("jobs", Brief("a" * 20_000, "m"))
    assert refused("jobs", Brief("a" * 20_001, "m")) == "prompt"


def test_jobs_needs_addresses():
    assert refused("jobs", Brief("a", "m", references=(FILED,))) == "references"
    assert refused("jobs", Brief("a", "m", references=(Picture(url="data:image/png;base64,AAAA"),))) == "references"


def test_jobs_asks_with_the_task_id_as_a_query():
    assert named("jobs").ask("task_x") == Request("GET", "/api/v1/jobs/recordInfo", query={"taskId": "task_x"})
