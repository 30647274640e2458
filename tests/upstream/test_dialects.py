"""Our dialects against the scripted upstream, over a real socket: what each of its answers means to us."""

import json

import httpx2
import pytest

from generations.brief import Brief, Picture
from generations.dialects import DIALECTS, named
from generations.dialects.wire import Accepted, Outcome, Progress, Request, Response
from generations.faults import Fault, Kind

MODELS = {
    "videos": "gpt-image-2",
    "jobs": "gpt-image-2-image-to-image",
    "images-official": "gpt-image-2-official",
    "images-vip": "gpt-image-2-vip",
    "images-openai": "gpt-image-2",
}
TASKS = ("videos", "jobs")
AT_ONCE = tuple(name for name in DIALECTS if name not in TASKS)


def send(http: httpx2.Client, request: Request) -> Response:
    body: dict = {"json": request.json} if request.json is not None else {}
    if request.parts:
        files = [(part.name, (part.filename, part.content, part.media_type)) for part in request.parts]
        body = {"data": dict(request.form), "files": files}
    told = http.request(request.method, request.path, params=request.query, headers=request.headers, **body)
    try:
        read = json.loads(told.text)
    except ValueError:
        read = None
    return Response(told.status_code, dict(told.headers), read, told.text[:500])


def submit(http: httpx2.Client, name: str, brief: Brief):
    request = named(name).write(brief, MODELS[name], "req-1")
    assert isinstance(request, Request), request
    return named(name).read(send(http, request))


def ask(http: httpx2.Client, name: str, upstream_id: str):
    return named(name).hear(send(http, named(name).ask(upstream_id)))


@pytest.mark.parametrize("name", TASKS)
def test_a_task_is_taken_on_and_followed_to_its_picture(http, upstream, name):
    accepted = submit(http, name, Brief("a lighthouse [steps=3]", "m").sized("1152x2048"))
    assert isinstance(accepted, Accepted)
    heard = [ask(http, name, accepted.upstream_id) for _ in range(4)]
    assert all(isinstance(told, Progress) for told in heard[:3])
    assert isinstance(heard[3], Outcome)
    assert http.get(heard[3].images[0].url).headers["content-type"] == "image/png"
    assert upstream.log()[0]["size"] == "1152x2048"


@pytest.mark.parametrize("name", AT_ONCE)
def test_a_picture_comes_at_once(http, upstream, name):
    outcome = submit(http, name, Brief("a lighthouse", "m", quality="high", moderation="low").sized("2048x1152"))
    assert isinstance(outcome, Outcome)
    assert len(outcome.images) == 1
    assert upstream.log()[0]["billed"] == 1


@pytest.mark.parametrize("name", ["videos", "jobs", "images-vip", "images-openai"])
def test_pictures_to_work_from_arrive(http, upstream, name):
    url = f"{upstream.url}/files/cat.png?size=64x48"
    content = http.get(url).content
    picture = Picture(url=url) if name == "jobs" else Picture(content=content, media_type="image/png")
    meant = submit(http, name, Brief("a cat", "m", references=(picture, picture)))
    assert not isinstance(meant, Fault), meant
    references = upstream.log()[0]["references"]
    assert [fact.get("bytes", fact.get("url")) for fact in references] == [url if name == "jobs" else len(content)] * 2


def test_a_mask_arrives(http, upstream):
    content = http.get("/files/cat.png?size=64x48").content
    picture = Picture(content=content, media_type="image/png")
    assert isinstance(submit(http, "images-openai", Brief("a", "m", references=(picture,), mask=picture)), Outcome)
    assert upstream.log()[0]["mask"]["bytes"] == len(content)


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("invalid", Kind.INVALID),
        ("sensitive", Kind.REFUSED),
        ("401", Kind.DENIED),
        ("402", Kind.DENIED),
        ("409", Kind.BUSY),
        ("429", Kind.BUSY),
        ("500", Kind.UNKNOWN),
        ("502html", Kind.UNKNOWN),
        ("503", Kind.NOT_STARTED),
        ("524html", Kind.UNKNOWN),
        ("html200", Kind.GARBLED),
        ("junk", Kind.GARBLED),
        ("empty_data", Kind.GARBLED),
    ],
)
def test_a_failed_submission_means(http, name, fault, kind):
    meant = submit(http, name, Brief(f"a [fail={fault}]", "m"))
    assert isinstance(meant, Fault)
    assert meant.kind is kind
    assert meant.retry_after == (2 if fault == "429" else None)


@pytest.mark.parametrize("name", AT_ONCE)
@pytest.mark.parametrize(
    ("fault", "kind"), [("refused", Kind.REFUSED), ("task_failed", Kind.UNKNOWN), ("no_url", Kind.GARBLED)]
)
def test_a_picture_that_does_not_come_at_once_means(http, name, fault, kind):
    meant = submit(http, name, Brief(f"a [fail={fault}]", "m"))
    assert isinstance(meant, Fault)
    assert meant.kind is kind


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("refused", Kind.REFUSED),
        ("task_failed", Kind.BROKEN),
        ("no_url", Kind.GARBLED),
        ("lost_task", Kind.UNKNOWN),
    ],
)
def test_a_task_that_does_not_succeed_means(http, name, fault, kind):
    accepted = submit(http, name, Brief(f"a [fail={fault}]", "m"))
    meant = ask(http, name, accepted.upstream_id)
    assert isinstance(meant, Fault)
    assert meant.kind is kind


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("fault", ["unknown_state", "stuck"])
def test_a_task_in_a_strange_state_is_still_under_way(http, name, fault):
    accepted = submit(http, name, Brief(f"a [fail={fault}]", "m"))
    assert isinstance(ask(http, name, accepted.upstream_id), Progress)


@pytest.mark.parametrize("name", TASKS)
@pytest.mark.parametrize("fault", ["401", "429", "500", "502html", "html200", "junk", "invalid", "empty_data"])
def test_a_poll_that_fails_ends_nothing(http, name, fault):
    accepted = submit(http, name, Brief(f"a [poll={fault}]", "m"))
    first, second = (ask(http, name, accepted.upstream_id) for _ in range(2))
    assert isinstance(first, Fault)
    assert first.kind in (Kind.UNKNOWN, Kind.GARBLED, Kind.BUSY, Kind.DENIED)
    assert isinstance(second, Outcome)


@pytest.mark.parametrize("name", ["videos", "jobs"])
def test_a_result_may_be_a_data_url(http, name):
    accepted = submit(http, name, Brief("a [form=dataurl pixels=16x16]", "m"))
    (image,) = ask(http, name, accepted.upstream_id).images
    assert image.inline.startswith("data:image/png;base64,")
    assert image.url == ""


@pytest.mark.parametrize("name", DIALECTS)
def test_a_probe_finds_a_good_key_good_and_a_bad_one_bad(http, name):
    assert named(name).diagnose(send(http, named(name).probe())) is None
    http.headers["Authorization"] = "Bearer bad-key"
    assert named(name).diagnose(send(http, named(name).probe())).kind is Kind.DENIED


@pytest.mark.parametrize("name", DIALECTS)
def test_a_wrong_address_is_found_out(http, name):
    http.base_url = http.base_url.join("/elsewhere/")
    assert named(name).diagnose(send(http, named(name).probe())).kind is Kind.NOT_STARTED
