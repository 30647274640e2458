"""How does a script's wish become a job? Its pictures are kept, intake takes it on, and the same call is one job."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from django.http import HttpRequest

from generations import intake, sentences
from generations.api.bodies import Body
from generations.api.callers import Caller
from generations.api.lately import Lately
from generations.brief import Brief, Picture
from generations.catalog import Objection
from generations.dialects import JOBS
from generations.dialects.serving import Given, Refused, Why, Wish
from generations.fetch import NotFetched, check
from generations.models import Asset, ImageModel, Job, Use

MOST_KEY = 255
KEY, JOBS_KEY = "idempotency-key", "x-request-id"
"""Headers that name a submission. The second does so on the `jobs` wire alone (its page on createTask): elsewhere it is
the name of a trace, and whoever calls twice within one trace wants two pictures."""

_WHY = {
    ("image_model", "no_provider"): Why.NO_MODEL,
    ("", "credits"): Why.NO_CREDIT,
    ("", "active"): Why.TOO_MANY,
    ("prompt", "empty"): Why.MISSING,
    ("references", "too_few"): Why.MISSING,
}


@dataclass(frozen=True, slots=True)
class Taken:
    """A job, and whether this call found it rather than began it."""

    job: Job
    is_repeat: bool


def keep_given(caller: Caller, given: Given, use: Use) -> Asset:
    """One picture of the call, kept. Raises Refused, naming the field where it stood."""
    try:
        if given.file is not None:
            return intake.keep_upload(caller.member, given.file, use)
        if "://" in given.text[:64]:
            return intake.keep_link(caller.member, given.text.strip(), use)
        return intake.keep_base64(caller.member, given.text, given.field, use)
    except intake.Objected as wrong:
        said = sentences.objection(wrong.objections[0])
        raise Refused(Why.INVALID, said, given.field, "invalid_image_file") from wrong


Keep: TypeAlias = Callable[[Caller, Given, Use], Asset]
"""How a picture that a call names becomes an asset of the team. A wire may know pictures by names of its own."""


def take(request: HttpRequest, caller: Caller, origin: str, wish: Wish, body: Body, keep: Keep = keep_given) -> Taken:
    """The job of this wish. Raises Refused; then nothing was held."""
    sender = intake.Sender(origin, caller.key, body.fingerprint, call_back=wish.call_back)
    key = _key(request, caller, origin)
    if job := _again(request, caller, sender, key):
        return Taken(job, is_repeat=True)
    image_model = image_model_of(caller, wish)
    _check_call_back(wish.call_back)
    _check_number(image_model, wish)
    sender = replace(sender, said=_kept_words(body))
    pictures = [keep(caller, given, Use.REFERENCE) for given in wish.references]
    if wish.mask:
        pictures.append(keep(caller, wish.mask, Use.MASK))
    try:
        job = intake.submit(caller.member, image_model, wish.brief, pictures, wish.count, key, sender)
    except intake.Objected as wrong:
        raise refused_by(wrong.objections[0]) from wrong
    except intake.OtherWish as wrong:
        raise _other_wish() from wrong
    return Taken(job, is_repeat=False)


def outline(wish: Wish) -> Brief:
    """The brief with its pictures by their number alone."""
    mask = Picture() if wish.mask else None
    return replace(wish.brief, references=(Picture(),) * len(wish.references), mask=mask)


def _check_number(image_model: ImageModel, wish: Wish) -> None:
    """Too many pictures are refused before the first of them is brought and kept: a call may name thousands."""
    if len(wish.references) <= max(image_model.capabilities.most_references, 1):
        return
    try:
        intake.check(image_model, outline(wish), wish.count)
    except intake.Objected as wrong:
        raise refused_by(wrong.objections[0]) from wrong


def _check_call_back(url: str) -> None:
    """Only how it is written: who may be reached is judged whenever something is sent."""
    try:
        if url:
            check(url)
    except NotFetched as wrong:
        said = "'callBackUrl' is not a whole http:// or https:// address."
        raise Refused(Why.INVALID, said, "callBackUrl") from wrong


def _again(request: HttpRequest, caller: Caller, sender: intake.Sender, key: str) -> Job | None:
    """The job that this very call has begun before: it says so by a key, or its library by counting its tries."""
    if key:
        try:
            return intake.repeated(caller.member, key, sender)
        except intake.OtherWish as wrong:
            raise _other_wish() from wrong
    is_retry = request.headers.get("x-stainless-retry-count", "0") != "0"  # OpenAI's SDKs send no key
    return intake.sent_before(sender) if is_retry else None


def _key(request: HttpRequest, caller: Caller, origin: str) -> str:
    """The submission key of a call that names one. It is one API key's own, whoever else uses the same word."""
    names = (KEY, JOBS_KEY) if origin == JOBS.name else (KEY,)
    named = next(filter(None, (_bare(request.headers.get(name, "")) for name in names)), "")
    if len(named) > MOST_KEY or not named.isprintable():
        said = f"An idempotency key has at most {MOST_KEY} visible characters."
        raise Refused(Why.INVALID, said, "Idempotency-Key")
    return hashlib.sha256(f"{caller.key.pk}\n{named}".encode()).hexdigest() if named else ""


def _bare(value: str) -> str:
    """A key as it is, or as a quoted string of a structured header (RFC 8941)."""
    value = value.strip()
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value


@Lately
def _offered(name: str) -> ImageModel | None:
    return ImageModel.objects.offered().filter(name=name).prefetch_related("prices").first()


def image_model_of(caller: Caller, wish: Wish) -> ImageModel:
    """The one that the wish names, if it is offered and the key may use it. Raises Refused."""
    name = wish.brief.image_model
    image_model = _offered(name)
    if image_model is None:
        raise Refused(Why.NO_MODEL, f"There is no image model '{name[:80]}' here.", "model")
    if not caller.may_use(name):
        raise Refused(Why.FORBIDDEN, f"This API key may not use the image model '{name}'.", "model")
    return image_model


def refused_by(wrong: Objection) -> Refused:
    """What is told of an objection."""
    why = Why.NO_CREDIT if wrong.code.startswith("cap_") else _WHY.get((wrong.field, wrong.code), Why.INVALID)
    field = {"image_model": "model", "references": "image"}.get(wrong.field, wrong.field)
    return Refused(why, sentences.objection(wrong), field)


def _other_wish() -> Refused:
    return Refused(Why.OTHER_WISH, "This idempotency key was used for another call.", "Idempotency-Key")


LONGEST_WORDS = 2000
MOST_WORDS = 256 * 1024
"""Characters that are given back; nothing of a call that says more. What a wire does not know it does not look at, so
a field of many megabytes may come with any call, and would come back with every question."""


def _kept_words(body: Body) -> str:
    """The call's JSON for the wire that gives it back: pictures that it carried as base64 are cut short."""
    if not body.text:
        return ""
    words = json.dumps(_shortened(body.said.fields), ensure_ascii=False, separators=(",", ":"))
    return words if len(words) <= MOST_WORDS else ""


def _shortened(value: Any) -> Any:
    match value:
        case str() if len(value) > LONGEST_WORDS and " " not in value[:LONGEST_WORDS]:
            return f"{value[:60]}…"
        case dict():
            return {name: _shortened(inner) for name, inner in value.items()}
        case list():
            return [_shortened(inner) for inner in value]
    return value
