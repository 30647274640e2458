"""What goes out on the Images API, held against the documents of its three wires."""

import pytest

from generations.brief import Brief, Picture
from generations.dialects.wire import Part, Request
from generations.sizes import TABLE, is_native, parse
from tests.generations.dialects.written import FILED, PNG, refused, written


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
