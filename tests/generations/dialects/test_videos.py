"""What goes out on `/v1/videos`, held against its document."""

import base64

from generations.brief import Brief, Picture
from generations.dialects import named
from generations.dialects.wire import Request
from tests.generations.dialects.written import FILED, PNG, refused, written


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
