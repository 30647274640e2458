"""What goes out on each wire, held against the example in its provider's document."""

import base64

import pytest

from generations.brief import Brief, Picture
from generations.dialects import DIALECTS, NAMES, PAINTER, named
from generations.dialects.wire import DATA_URL, FILE, URL, Part, Request
from generations.faults import Fault, Kind
from generations.sizes import TABLE, is_native, parse

PNG = b"\x89PNG\r\n\x1a\n and so on"
FILED = Picture(content=PNG, media_type="image/png")
LINKED = Picture(url="https://cdn.example.com/input.png")


def written(dialect: str, brief: Brief, upstream_name: str = "some-model") -> Request:
    request = named(dialect).write(brief, upstream_name, "req-1")
    assert isinstance(request, Request), request
    return request


def refused(dialect: str, brief: Brief) -> str:
    fault = named(dialect).write(brief, "some-model", "req-1")
    assert isinstance(fault, Fault)
    assert fault.kind is Kind.UNSUPPORTED
    assert fault.message
    return fault.code


def test_each_name_of_the_registry_is_the_wires_own_name():
    assert {name: dialect.name for name, dialect in DIALECTS.items()} == {name: name for name in DIALECTS}
    assert (*DIALECTS, PAINTER) == NAMES


def test_the_painter_has_no_wire():
    with pytest.raises(KeyError):
        named(PAINTER)


@pytest.mark.parametrize(
    ("name", "form", "patience"),
    [
        ("videos", DATA_URL, 60),
        ("jobs", URL, 60),
        ("images-official", FILE, 360),
        ("images-vip", FILE, 360),
        ("images-openai", FILE, 360),
    ],
)
def test_each_wire_says_how_it_takes_pictures_and_how_long_it_may_be_silent(name, form, patience):
    assert named(name).references_as == form
    assert named(name).patience == patience


# A


def test_videos_writes_the_documents_text_to_image_example():
    brief = Brief("生成竖屏图片 xxx抖音带货", "gpt-image-2").sized("1080x1920")
    assert written("videos", brief, "gpt-image-2") == Request(
        "POST",
        "/v1/videos",
        json={
            "model": "gpt-image-2",
            "prompt": "生成竖屏图片 xxx抖音带货",
            "metadata": {"size": "1080x1920", "urls": []},
        },
    )


def test_videos_writes_the_documents_image_to_image_example():
    urls = ["https://res.example.com/600x751h.jpg", "https://www.example.com/PCtm.png"]
    brief = Brief("根据图片做一个广告", "gpt-image-2", references=tuple(Picture(url=url) for url in urls))
    assert written("videos", brief.sized("1080x1920"), "gpt-image-2").json == {
        "model": "gpt-image-2",
        "prompt": "根据图片做一个广告",
        "metadata": {"size": "1080x1920", "urls": urls},
    }


def test_videos_sends_bytes_as_data_urls():
    picture = Picture(content=PNG, media_type="image/jpeg")
    (url,) = written("videos", Brief("a", "m", references=(picture,))).json["metadata"]["urls"]
    assert url == "data:image/jpeg;base64," + base64.b64encode(PNG).decode()


def test_videos_leaves_the_size_to_the_provider_when_it_is_auto():
    assert written("videos", Brief("a", "m")).json["metadata"] == {"urls": []}


def test_videos_turns_ratio_and_tier_into_pixels():
    assert written("videos", Brief("a", "m", ratio="16:9", tier="2K")).json["metadata"]["size"] == "2048x1152"


def test_videos_drops_the_soft_wishes_that_it_has_no_words_for():
    brief = Brief("a", "m", quality="high", format="webp", compression=40, moderation="low", background="opaque")
    assert written("videos", brief).json == {"model": "some-model", "prompt": "a", "metadata": {"urls": []}}


def test_videos_takes_ten_thousand_characters_and_not_one_more():
    assert written("videos", Brief("山" * 10_000, "m"))
    assert refused("videos", Brief("山" * 10_001, "m")) == "prompt"


def test_videos_takes_five_pictures_and_not_six():
    assert written("videos", Brief("a", "m", references=(FILED,) * 5))
    assert refused("videos", Brief("a", "m", references=(FILED,) * 6)) == "references"


def test_videos_asks_by_an_id_that_cannot_change_the_path():
    assert named("videos").ask("gpt_img_1_a").path == "/v1/videos/gpt_img_1_a"
    assert named("videos").ask("../models?x=1").path == "/v1/videos/..%2Fmodels%3Fx%3D1"


# B


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


# C


def test_official_writes_the_documents_example():
    brief = Brief("A watercolor painting of a Japanese garden in spring", "m", quality="high").sized("1024x1024")
    assert written("images-official", brief, "gpt-image-2-official") == Request(
        "POST",
        "/v1/images/generations",
        json={
            "model": "gpt-image-2-official",
            "prompt": "A watercolor painting of a Japanese garden in spring",
            "size": "1024x1024",
            "quality": "high",
            "n": 1,
        },
    )


def test_official_says_every_option_that_its_document_names():
    brief = Brief("a", "m", quality="low", background="transparent", format="webp", compression=55, moderation="low")
    assert written("images-official", brief).json == {
        "model": "some-model",
        "prompt": "a",
        "size": "auto",
        "quality": "low",
        "n": 1,
        "background": "transparent",
        "output_format": "webp",
        "output_compression": 55,
        "moderation": "low",
    }


@pytest.mark.parametrize(
    ("asked", "sent"),
    [("1080x1920", "1024x1536"), ("3840x2160", "1536x1024"), ("2048x2048", "1024x1024"), ("1024x1536", "1024x1536")],
)
def test_official_chooses_the_nearest_of_its_three_sizes(asked, sent):
    assert written("images-official", Brief("a", "m").sized(asked)).json["size"] == sent


def test_official_drops_a_quality_that_its_document_does_not_name():
    assert "quality" not in written("images-official", Brief("a", "m", quality="max")).json


@pytest.mark.parametrize("name", ["images-official", "images-openai"])
def test_compression_goes_only_with_a_format_that_can_be_compressed(name):
    assert "output_compression" not in written(name, Brief("a", "m", compression=50)).json
    assert "output_compression" not in written(name, Brief("a", "m", format="png", compression=50)).json
    assert written(name, Brief("a", "m", format="jpeg", compression=0)).json["output_compression"] == 0


def test_official_takes_no_pictures():
    assert refused("images-official", Brief("a", "m", references=(FILED,))) == "references"


# D


def test_vip_writes_the_documents_example():
    brief = Brief("黄昏时的海边老灯塔,电影画幅,写实风格", "m", quality="high").sized("2048x1152")
    assert written("images-vip", brief, "gpt-image-2-vip") == Request(
        "POST",
        "/v1/images/generations",
        json={
            "model": "gpt-image-2-vip",
            "prompt": "黄昏时的海边老灯塔,电影画幅,写实风格",
            "size": "2048x1152",
            "response_format": "url",
        },
    )


@pytest.mark.parametrize("size", [str(size) for size in TABLE.values()])
def test_vip_sends_each_of_the_thirty_as_it_is(size):
    assert written("images-vip", Brief("a", "m").sized(size)).json["size"] == size


@pytest.mark.parametrize(("asked", "sent"), [("1080x1920", "1152x2048"), ("1024x1024", "1280x1280")])
def test_vip_chooses_the_nearest_of_the_thirty(asked, sent):
    assert written("images-vip", Brief("a", "m").sized(asked)).json["size"] == sent


def test_vip_leaves_an_auto_size_to_the_models_default():
    assert "size" not in written("images-vip", Brief("a", "m")).json


def test_vip_edits_with_files_in_the_order_they_were_given():
    jpeg = Picture(content=b"\xff\xd8\xff", media_type="image/jpeg")
    request = written("images-vip", Brief("join image1 and image2", "m", references=(FILED, jpeg)).sized("2048x2048"))
    assert request == Request(
        "POST",
        "/v1/images/edits",
        form=(
            ("model", "some-model"),
            ("prompt", "join image1 and image2"),
            ("size", "2048x2048"),
            ("response_format", "url"),
        ),
        parts=(
            Part("image[]", "image-1.png", PNG, "image/png"),
            Part("image[]", "image-2.jpeg", b"\xff\xd8\xff", "image/jpeg"),
        ),
    )


def test_vip_takes_sixteen_pictures_and_not_seventeen():
    assert written("images-vip", Brief("a", "m", references=(FILED,) * 16))
    assert refused("images-vip", Brief("a", "m", references=(FILED,) * 17)) == "references"


# E


def test_openai_is_sent_no_response_format_and_no_count():
    assert written("images-openai", Brief("a", "m"), "gpt-image-2").json == {
        "model": "gpt-image-2",
        "prompt": "a",
        "size": "auto",
    }


@pytest.mark.parametrize(("asked", "sent"), [("1080x1920", "1088x1920"), ("512x512", "816x816"), ("1024x1024",) * 2])
def test_openai_is_sent_the_nearest_size_within_its_rule(asked, sent):
    assert written("images-openai", Brief("a", "m").sized(asked), "gpt-image-2").json["size"] == sent
    assert is_native(parse(sent))


@pytest.mark.parametrize("name", ["gpt-image-1.5", "gpt-image-1-mini"])
def test_openais_smaller_models_are_sent_one_of_three_sizes(name):
    assert written("images-openai", Brief("a", "m").sized("2160x3840"), name).json["size"] == "1024x1536"


def test_openai_edits_with_files_and_a_mask():
    mask = Picture(content=PNG, media_type="image/png")
    brief = Brief("a", "m", references=(FILED,), mask=mask, quality="high", moderation="low")
    request = written("images-openai", brief, "gpt-image-2")
    assert request.path == "/v1/images/edits"
    assert request.form == (("model", "gpt-image-2"), ("prompt", "a"), ("size", "auto"), ("quality", "high"))
    assert [part.name for part in request.parts] == ["image[]", "mask"]


def test_openai_is_told_the_moderation_of_a_generation():
    assert written("images-openai", Brief("a", "m", moderation="low")).json["moderation"] == "low"


# Hard wishes


@pytest.mark.parametrize("name", ["videos", "jobs", "images-vip"])
def test_a_transparent_background_cannot_be_said_on_three_wires(name):
    assert refused(name, Brief("a", "m", background="transparent")) == "background"


@pytest.mark.parametrize("name", [name for name in DIALECTS if name != "images-openai"])
def test_a_mask_can_be_said_to_openai_alone(name):
    assert refused(name, Brief("a", "m", references=(FILED,), mask=FILED)) == "mask"


def test_a_mask_without_a_picture_means_nothing():
    assert refused("images-openai", Brief("a", "m", mask=FILED)) == "mask"


def test_a_picture_without_bytes_cannot_be_a_file():
    assert refused("images-openai", Brief("a", "m", references=(LINKED,))) == "references"


@pytest.mark.parametrize("name", ["images-official", "images-vip", "images-openai"])
def test_a_wire_that_answers_at_once_has_nothing_to_ask(name):
    with pytest.raises(LookupError):
        named(name).ask("img-1")
