"""What holds on every wire, whatever the brief and whatever the answer."""

from hypothesis import given
from hypothesis import strategies as st

from generations.brief import EDIT, Brief, Picture
from generations.dialects import DIALECTS, named
from generations.dialects.wire import Accepted, Outcome, Progress, Request
from generations.faults import Fault, Kind
from generations.sizes import RATIOS, TABLE, TIERS, parse
from tests.generations.dialects.heard import answer

pictures = st.builds(
    Picture,
    url=st.sampled_from(["", "https://example.com/a.png", "data:image/png;base64,AAAA", "ftp://example.com/a"]),
    content=st.binary(max_size=8),
    media_type=st.sampled_from(["", "image/png", "image/webp", "odd"]),
)
edges = st.integers(16, 5000)
briefs = st.builds(
    Brief,
    prompt=st.text(max_size=40) | st.integers(9_990, 33_000).map(lambda length: "x" * length),
    image_model=st.just("m"),
    size=st.sampled_from(["auto", "", "junk"]) | st.builds(lambda w, h: f"{w}x{h}", edges, edges),
    ratio=st.sampled_from(["auto", *RATIOS]),
    tier=st.sampled_from(TIERS),
    quality=st.sampled_from(["", "auto", "low", "high", "max"]),
    background=st.sampled_from(["", "auto", "opaque", "transparent"]),
    format=st.sampled_from(["", "png", "jpeg", "webp"]),
    compression=st.none() | st.integers(0, 100),
    moderation=st.sampled_from(["", "auto", "low"]),
    references=st.lists(pictures, max_size=18).map(tuple),
    mask=st.none() | pictures,
)
names = st.sampled_from([*DIALECTS])
upstream_names = st.sampled_from(["gpt-image-2", "gpt-image-2-image-to-image", "gpt-image-1.5", "x"])

ERROR_FIELDS = ("error", "code", "message", "msg", "type", "failCode", "failMsg")
TASK_FIELDS = ("id", "task_id", "taskId", "status", "state", "progress", "data", "metadata", "result")
PICTURE_FIELDS = ("url", "b64_json", "video_url", "resultJson", "resultUrls", "revised_prompt", "quality")
words = st.sampled_from(ERROR_FIELDS + TASK_FIELDS + PICTURE_FIELDS)
scraps = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        ["completed", "failed", "success", "fail", "200", "https://x.example/a.png", "moderation_blocked"]
    )
)
bodies = st.recursive(
    scraps, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=5), max_leaves=12
)
statuses = st.sampled_from([200, 201, 204, 302, 400, 401, 402, 403, 404, 409, 422, 429, 500, 502, 503, 524])


def fields_of(request: Request) -> dict:
    return dict(request.form) if request.form else request.json


@given(names, briefs, upstream_names)
def test_any_brief_is_written_or_said_to_be_unsayable(name, brief, upstream_name):
    meant = named(name).write(brief, upstream_name, "req-1")
    assert isinstance(meant, Request) or meant.kind is Kind.UNSUPPORTED


@given(names, briefs, upstream_names)
def test_no_hard_wish_is_lost(name, brief, upstream_name):
    request = named(name).write(brief, upstream_name, "req-1")
    if isinstance(request, Request) and brief.mode == EDIT:
        metadata, wishes = fields_of(request).get("metadata", {}), fields_of(request).get("input", {})
        sent = metadata.get("urls") or wishes.get("image_urls") or [p for p in request.parts if p.name == "image[]"]
        assert len(sent) == len(brief.references)
        assert bool(brief.mask) == any(part.name == "mask" for part in request.parts)
    if isinstance(request, Request) and brief.background == "transparent":
        assert fields_of(request)["background"] == "transparent"


@given(names, briefs, upstream_names)
def test_one_picture_is_asked_for(name, brief, upstream_name):
    request = named(name).write(brief, upstream_name, "req-1")
    if isinstance(request, Request):
        assert fields_of(request).get("n", 1) == 1


@given(briefs)
def test_vip_is_never_told_what_it_bills_or_refuses(brief):
    request = named("images-vip").write(brief, "gpt-image-2-vip", "req-1")
    if isinstance(request, Request):
        fields = fields_of(request)
        assert set(fields) <= {"model", "prompt", "size", "response_format"}
        assert fields["response_format"] == "url"
        assert "size" not in fields or parse(fields["size"]) in TABLE.values()


@given(names, statuses, bodies)
def test_any_answer_to_a_submission_has_a_meaning(name, status, body):
    assert isinstance(named(name).read(answer(status, body)), Accepted | Outcome | Fault)


@given(names, statuses, bodies)
def test_any_answer_to_a_poll_has_a_meaning(name, status, body):
    assert isinstance(named(name).hear(answer(status, body)), Progress | Outcome | Fault)


@given(names, statuses, bodies)
def test_any_answer_to_a_probe_has_a_meaning(name, status, body):
    assert isinstance(named(name).diagnose(answer(status, body)), Fault | None)


@given(st.sampled_from(["videos", "jobs"]), statuses.filter(lambda status: status >= 300), bodies)
def test_a_poll_that_fails_never_ends_a_task_but_by_a_refusal(name, status, body):
    meant = named(name).hear(answer(status, body))
    assert isinstance(meant, Fault)
    assert meant.kind not in (Kind.BROKEN, Kind.INVALID, Kind.NOT_STARTED, Kind.UNSUPPORTED)
