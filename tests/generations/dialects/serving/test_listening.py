"""What each wire refuses of a call, with the code and the field that its callers look at."""

import pytest

from generations.dialects import AT_ONCE, JOBS, VIDEOS
from generations.dialects.serving import AS_BASE64, AS_URL, Refused, Said, Why

A, B = VIDEOS, JOBS
C, D, E = AT_ONCE["images-official"], AT_ONCE["images-vip"], AT_ONCE["images-openai"]
VIDEO = {"model": "gpt-image-2", "prompt": "a cat"}
TEXT = {"model": "gpt-image-2-text-to-image", "input": {"prompt": "a cat"}}
EDIT = {"model": "gpt-image-2-image-to-image", "input": {"prompt": "a cat", "image_urls": ["https://a.example/b.png"]}}
OFFICIAL = {"model": "gpt-image-2-official", "prompt": "a cat"}
VIP = {"model": "gpt-image-2-vip", "prompt": "a cat"}
ONE = {"image_url": "https://a.example/x.png"}
NATIVE = {"model": "gpt-image-2", "prompt": "a cat"}


def refusal(wire, fields, **said):
    with pytest.raises(Refused) as wrong:
        wire.listen(Said(fields, **said))
    return wrong.value.refusal


def answer(wire, fields, **said):
    return wire.refuse(refusal(wire, fields, **said))


def within(body, **changes):
    return {**body, "input": {**body["input"], **changes}}


# --- A ---


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"model": None}, "missing_model", "model"),
        ({"prompt": None}, "invalid_request", "prompt"),
        ({"prompt": " \n"}, "invalid_request", "prompt"),
        ({"prompt": 5}, "invalid_request", "prompt"),
        ({"prompt": "画" * 10_001}, "invalid_request", "prompt"),
        ({"metadata": {"size": "1080×1920"}}, "invalid_size", "metadata.size"),
        ({"metadata": {"size": "huge"}}, "invalid_size", "metadata.size"),
        ({"size": "1:1"}, "invalid_size", "size"),
        ({"metadata": [1]}, "invalid_request", "metadata"),
        ({"metadata": {"urls": [1]}}, "invalid_request", "metadata.urls"),
        ({"metadata": {"urls": ["https://a.example/b.png"] * 6}}, "invalid_request", "metadata.urls"),
    ],
)
def test_a_videos_call_is_refused_with_400_and_a_code(change, code, field):
    told = answer(A, {**VIDEO, **change})
    assert told.status == 400
    assert told.body["code"] == told.body["error"]["code"] == code
    assert told.body["error"]["param"] == field
    assert told.body["message"] == told.body["error"]["message"]
    assert told.body["data"] is None


@pytest.mark.parametrize("metadata", [None, {}, {"urls": None}, {"urls": []}, {"urls": [""]}, {"size": ""}])
def test_a_videos_call_without_pictures_is_text_to_image_at_a_free_size(metadata):
    wish = A.listen(Said({**VIDEO, "metadata": metadata, "seconds": "4", "n": 3}))
    assert (wish.references, wish.brief.size, wish.count) == ((), "auto", 1)


def test_a_form_of_openais_sdk_says_the_same_as_the_documents_json():
    form = {**VIDEO, "metadata[size]": "1080x1920", "metadata[urls][]": ["https://a.example/b.png", "data:,"]}
    json = {**VIDEO, "metadata": {"size": "1080x1920", "urls": ["https://a.example/b.png", "data:,"]}}
    spelt = {**VIDEO, "metadata": '{"size": "1080x1920", "urls": ["https://a.example/b.png", "data:,"]}'}
    assert A.listen(Said(form, is_form=True)) == A.listen(Said(json)) == A.listen(Said(spelt, is_form=True))


def test_a_form_may_number_the_places_of_its_pictures():
    pictures = {f"metadata[urls][{place}]": f"https://a.example/{place}.png" for place in range(2)}
    wish = A.listen(Said({**VIDEO, **pictures, "metadata[size]": "1080x1920"}, is_form=True))
    assert [given.text for given in wish.references] == ["https://a.example/0.png", "https://a.example/1.png"]
    assert wish.brief.size == "1080x1920"


def test_a_file_and_an_image_url_are_references_too():
    said = Said({**VIDEO, "image_url": "https://a.example/c.png"}, {"input_reference": ("a file",)}, is_form=True)
    assert [given.text or given.file for given in A.listen(said).references] == ["https://a.example/c.png", "a file"]


# --- B ---


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"input": TEXT["input"]}, "model"),
        ({"model": TEXT["model"]}, "input"),
        ({**TEXT, "input": "a cat"}, "input"),
        (within(TEXT, prompt=""), "input.prompt"),
        (within(TEXT, prompt="画" * 20_001), "input.prompt"),
        (within(TEXT, aspect_ratio="7:5"), "input.aspect_ratio"),
        (within(TEXT, resolution="8K"), "input.resolution"),
        (within(TEXT, quality="best"), "input.quality"),
        (within(TEXT, output_format="gif"), "input.output_format"),
        (within(EDIT, image_urls=[]), "input.image_urls"),
        (within(EDIT, image_urls=["", " "]), "input.image_urls"),
        (within(EDIT, image_urls=[{"url": 1}]), "input.image_urls"),
    ],
)
def test_a_jobs_call_is_refused_with_422_in_its_envelope(body, field):
    assert refusal(B, body).field == field
    told = answer(B, body)
    assert (told.status, told.body["code"], told.body["data"]) == (422, 422, None)
    assert field.rpartition(".")[2] in told.body["msg"]


@pytest.mark.parametrize("name", ["image_urls", "input_urls", "image_input"])
def test_any_of_three_fields_holds_the_source_pictures(name):
    body = {"model": EDIT["model"], "input": {"prompt": "a cat", "image_urls": [], name: ["https://a.example/x.png"]}}
    assert [given.text for given in B.listen(Said(body)).references] == ["https://a.example/x.png"]


def test_a_jobs_wish_is_one_of_1k_unless_it_says_otherwise():
    brief = B.listen(Said(TEXT)).brief
    assert (brief.tier, brief.ratio, brief.size) == ("1K", "auto", "auto")
    assert B.listen(Said(within(TEXT, resolution="4K", aspect_ratio="16:9"))).brief.size == "3840x2160"


# --- C ---


def test_the_official_wire_has_the_defaults_of_its_document():
    wish = C.listen(Said(OFFICIAL))
    assert (wish.brief.size, wish.count, wish.form) == ("1024x1024", 1, AS_URL)


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"model": None}, "missing_required_parameter", "model"),
        ({"prompt": None}, "missing_required_parameter", "prompt"),
        ({"prompt": ""}, "empty_string", "prompt"),
        ({"prompt": "画" * 32_001}, "string_above_max_length", "prompt"),
        ({"prompt": ["a"]}, "invalid_type", "prompt"),
        ({"n": 0}, "integer_below_min_value", "n"),
        ({"n": 11}, "integer_above_max_value", "n"),
        ({"n": 1.5}, "invalid_type", "n"),
        ({"n": "2"}, "invalid_type", "n"),
        ({"n": True}, "invalid_type", "n"),
        ({"quality": "hd"}, "invalid_value", "quality"),
        ({"background": "blue"}, "invalid_value", "background"),
        ({"moderation": "none"}, "invalid_value", "moderation"),
        ({"output_format": "gif"}, "invalid_value", "output_format"),
        ({"output_compression": 101}, "integer_above_max_value", "output_compression"),
        ({"response_format": "file"}, "invalid_value", "response_format"),
        ({"size": "big"}, "invalid_value", "size"),
    ],
)
def test_the_official_wire_refuses_as_openai_would(change, code, field):
    told = answer(C, {**OFFICIAL, **change})
    assert told.status == 400
    assert set(told.body) == {"error"}
    assert set(told.body["error"]) == {"message", "type", "param", "code"}
    assert (told.body["error"]["code"], told.body["error"]["param"]) == (code, field)


def test_the_official_wire_ignores_what_it_does_not_know():
    assert C.listen(Said({**OFFICIAL, "style": "vivid", "user": "u"})).brief.prompt == "a cat"


# --- D ---


def test_the_vip_wire_makes_one_picture_whatever_n_says():
    wish = D.listen(Said({**VIP, "n": 3, "aspect_ratio": "1:1", "quality": "high", "size": "2048x1152"}))
    assert (wish.count, wish.brief.size, wish.brief.quality, wish.form) == (1, "2048x1152", "", AS_URL)


@pytest.mark.parametrize("size", ["1024x1024", "2048×1152", "2048X1152", "auto"])
def test_the_vip_wire_takes_thirty_sizes_and_no_other(size):
    told = answer(D, {**VIP, "size": size})
    assert (told.status, told.body["error"]["code"], told.body["error"]["param"]) == (400, "invalid_value", "size")


def test_the_vip_wire_says_a_lack_of_credit_as_its_gateway_does():
    told = D.refuse(refusal(D, {}).__class__(Why.NO_CREDIT, "No credit."))
    assert (told.status, told.body["error"]["code"]) == (403, "insufficient_user_quota")


# --- E ---


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"response_format": None}, "unknown_parameter", "response_format"),
        ({"style": "vivid"}, "unknown_parameter", "style"),
        ({"mask": {"image_url": "x"}}, "unknown_parameter", "mask"),
        ({"input_fidelity": "high"}, "unknown_parameter", "input_fidelity"),
        ({"size": "1792x936"}, "invalid_value", "size"),
        ({"size": "4096x1024"}, "invalid_value", "size"),
        ({"size": "512x512"}, "invalid_value", "size"),
        ({"size": "3840x1024"}, "invalid_value", "size"),
        ({"quality": "standard"}, "invalid_value", "quality"),
        ({"partial_images": 4}, "integer_above_max_value", "partial_images"),
        ({"stream": "yes"}, "invalid_type", "stream"),
    ],
)
def test_openais_own_wire_refuses_what_it_does_not_know(change, code, field):
    told = answer(E, {**NATIVE, **change})
    assert told.status == 400
    assert (told.body["error"]["code"], told.body["error"]["param"]) == (code, field)


def test_the_model_is_looked_at_before_unknown_fields_and_those_before_the_prompt():
    assert refusal(E, {"style": 1}).field == "model"
    assert refusal(E, {"model": "gpt-image-2", "style": 1}).field == "style"
    assert refusal(E, {"model": "gpt-image-2", "n": 0}).field == "prompt"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "missing_required_parameter"),
        ({"images": []}, "empty_array"),
        ({"images": "https://a.example/x.png"}, "invalid_type"),
        ({"images": ["https://a.example/x.png"]}, "invalid_type"),
        ({"images": [{"file_id": "f"}]}, "missing_required_parameter"),
        ({"images": [{"image_url": "https://a.example/x.png"}] * 17}, "array_above_max_length"),
        (
            {"images": [{"image_url": "https://a.example/x.png"}], "input_fidelity": "high"},
            "invalid_input_fidelity_model",
        ),
        ({"image": "https://a.example/x.png"}, "invalid_value"),
    ],
)
def test_a_json_edit_needs_its_pictures_as_objects(body, code):
    assert refusal(E, {**NATIVE, **body}, is_edit=True).code == code


def test_too_many_pictures_are_told_of_the_field_that_they_stood_in():
    assert refusal(E, {**NATIVE, "images": [ONE] * 17}, is_edit=True).field == "images"
    assert refusal(E, NATIVE, files={"image[]": (b"",) * 17}, is_form=True, is_edit=True).field == "image"


@pytest.mark.parametrize("quality", ["xhigh", "max"])
def test_openais_finer_models_and_no_others_are_drawn_more_finely_than_high(quality):
    finer = {**NATIVE, "model": "gpt-image-2.5-flare", "quality": quality}
    assert E.listen(Said(finer)).brief.quality == quality
    assert refusal(E, {**NATIVE, "quality": quality}).code == "invalid_value"


@pytest.mark.parametrize(("wire", "body"), [(C, OFFICIAL), (D, VIP), (E, NATIVE)], ids="CDE")
def test_an_edit_without_a_picture_is_no_edit(wire, body):
    assert refusal(wire, body, is_form=True, is_edit=True).code == "missing_required_parameter"
    assert refusal(wire, body, is_edit=True).code == "missing_required_parameter"


def test_numbers_of_a_form_are_digits():
    said = Said({**NATIVE, "n": "2", "stream": "true"}, {"image[]": ("one",)}, is_form=True, is_edit=True)
    wish = E.listen(said)
    assert (wish.count, wish.is_streamed, wish.form) == (2, True, AS_BASE64)
    files = {"image": ("one",)}
    assert refusal(E, {**NATIVE, "n": "abc"}, files=files, is_form=True, is_edit=True).code == "invalid_type"


# --- all of them ---


@pytest.mark.parametrize("wire", [A, B, C, D, E], ids="ABCDE")
@pytest.mark.parametrize("why", list(Why))
def test_every_wire_has_an_answer_for_every_refusal(wire, why):
    told = wire.refuse(refusal(A, {}).__class__(why, "One sentence."))
    assert 400 <= told.status < 600
    assert "One sentence." in str(told.body) or wire is B
