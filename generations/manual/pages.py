"""What a page says of its wire: what it is for, its addresses, its fields and its states."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from generations.dialects import JOBS, VIDEOS
from generations.dialects.images import EDITS, GENERATIONS, MODELS, NATIVE, OFFICIAL, VIP
from generations.dialects.images import serving as images
from generations.dialects.jobs import CREATE, IMAGE_FIELDS, RECORD
from generations.dialects.jobs import MOST_PROMPT as PROMPT_OF_JOBS
from generations.dialects.videos import MOST_PROMPT as PROMPT_OF_VIDEOS
from generations.dialects.videos import MOST_URLS, PATH
from generations.sizes import AUTO, EDGE_STEP, LONGEST_EDGE, RATIOS, TABLE, TIERS

Words = str | Promise
QUALITIES, FORMATS = (AUTO, "low", "medium", "high"), ("png", "jpeg", "webp")
BACKGROUNDS, MODERATIONS = (AUTO, "opaque", "transparent"), (AUTO, "low")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a call. `limits` fill the places in `says`; `choices` are all that it may be."""

    name: str
    kind: str
    says: Words
    default: str = ""
    is_needed: bool = False
    choices: tuple[str, ...] = ()
    limits: tuple[tuple[str, Any], ...] = ()

    @property
    def words(self) -> str:
        shown = {name: number_format(most, force_grouping=True) for name, most in self.limits}
        return str(self.says) % shown if shown else str(self.says)


@dataclass(frozen=True, slots=True)
class Page:
    """One wire as a script's author sees it."""

    dialect: str
    title: str
    purpose: Words
    base: str
    """What stands behind the studio's address in the base URL that a client is given."""
    image_model: str
    """The one of its document."""
    edit_model: str = field(default="", kw_only=True)
    """The one that its document has for pictures from pictures, where that is another."""
    addresses: tuple[tuple[str, Words], ...]
    fields: tuple[Field, ...]
    states: tuple[tuple[str, Words], ...] = ()
    notes: tuple[Words, ...] = ()

    @property
    def is_at_once(self) -> bool:
        """Whether a call waits for its picture."""
        return not self.states


def page_of(dialect: str) -> Page | None:
    return next((page for page in PAGES if page.dialect == dialect), None)


def _model(name: str) -> Field:
    return Field(name, "string", _("The image model. Every one that the studio offers is taken."), is_needed=True)


def _prompt(name: str, most: int) -> Field:
    says = _("What the picture should show, in at most %(most)s characters.")
    return Field(name, "string", says, is_needed=True, limits=(("most", most),))


def _choice(name: str, says: Words, choices: tuple[str, ...], default: str = "") -> Field:
    return Field(name, "string", says, default, choices=choices)


_QUALITY = _choice("quality", _("How finely it is drawn."), QUALITIES, AUTO)
_OPTIONS = (
    _QUALITY,
    _choice("background", _("What lies behind. Transparent needs PNG or WebP."), BACKGROUNDS, AUTO),
    _choice("output_format", _("The kind of file."), FORMATS, "png"),
    Field("output_compression", "integer", _("0 to 100, for JPEG and WebP.")),
    _choice("moderation", _("How strictly the content is looked at."), MODERATIONS, AUTO),
)
_COUNT = Field("n", "integer", _("Pictures: 1 to %(most)s."), "1", limits=(("most", images.MOST_PICTURES),))
_RESPONSE = _choice("response_format", _("An address, or the picture itself as base64."), ("url", "b64_json"), "url")
_FILES = Field(
    "image, image[]",
    "file",
    _("For edits: the pictures to work from, at most %(most)s, as files of a form in the order of the prompt."),
    limits=(("most", images.MOST_FILES),),
)
_MASK = Field("mask", "file", _("For edits: where the first picture is to change."))
_WAITS = _("One call waits until the picture is there. Give your client at least ten minutes.")
_ADDRESSES = (
    (f"POST {GENERATIONS}", _("Pictures from words.")),
    (f"POST {EDITS}", _("Pictures from pictures and words.")),
    (f"GET {MODELS}", _("The image models that your key may use.")),
)

PAGES = (
    Page(
        VIDEOS.name,
        "Videos",
        _("A task is begun, then asked for until its picture is there. For clients of the /v1/videos endpoint."),
        "/v1",
        "gpt-image-2",
        (
            (f"POST {PATH}", _("Begin a picture. JSON, or a form with metadata[size] and metadata[urls][].")),
            (f"GET {PATH}/{{id}}", _("How it goes. Ask every 2 to 5 seconds.")),
            (f"GET {PATH}/{{id}}/content", _("The picture itself.")),
        ),
        (
            _model("model"),
            _prompt("prompt", PROMPT_OF_VIDEOS),
            Field("metadata.size", "string", _("Pixels such as 1080x1920, or auto."), AUTO),
            Field(
                "metadata.urls",
                "string[]",
                _("Reference pictures, at most %(most)s: addresses or base64. None: from words alone."),
                limits=(("most", MOST_URLS),),
            ),
            Field("input_reference", "file", _("In a form: a reference picture as a file.")),
        ),
        (
            ("queued", _("It waits for its turn.")),
            ("in_progress", _("It is being made.")),
            ("completed", _("The picture is at video_url, which holds an image.")),
            ("failed", _("No picture came. The reason is in error.")),
        ),
        (_("Times are seconds. A key that has nothing to say is absent."),),
    ),
    Page(
        JOBS.name,
        "Jobs",
        _("A task is created, then its record is read. For clients of createTask and recordInfo."),
        "",
        "gpt-image-2-text-to-image",
        (
            (f"POST {CREATE}", _("Begin a picture.")),
            (f"GET {RECORD}?taskId=…", _("How it goes. Ask every 2 to 5 seconds.")),
        ),
        (
            _model("model"),
            _prompt("input.prompt", PROMPT_OF_JOBS),
            Field(
                " / ".join(f"input.{name}" for name in IMAGE_FIELDS),
                "string[]",
                _("Reference pictures: addresses or base64. The first of these names that holds any counts."),
            ),
            _choice("input.aspect_ratio", _("The shape."), (AUTO, *RATIOS), AUTO),
            _choice("input.resolution", _("The size. It decides the price."), TIERS, TIERS[0]),
            _choice("input.quality", _QUALITY.says, QUALITIES),
            _choice("input.output_format", _("The kind of file."), (*FORMATS, "jpg")),
            Field("callBackUrl", "string", _("An address that is told when the task is over.")),
        ),
        (
            ("waiting", _("It waits for its turn, or is being made.")),
            ("success", _("The addresses are in resultJson, which is JSON in a string.")),
            ("fail", _("No picture came. The reason is in failCode and failMsg.")),
        ),
        (
            _("Times are milliseconds. Every key is there, null where it has nothing to say."),
            _("X-Request-ID does here what Idempotency-Key does in every dialect."),
            _("With status 429, tier says whose limit it is, key or team; retryAfter and windowSeconds are seconds."),
        ),
        edit_model="gpt-image-2-image-to-image",
    ),
    Page(
        OFFICIAL,
        "Images, official",
        _("OpenAI's Images API with addresses for answers. For clients of gpt-image-2-official."),
        "/v1",
        "gpt-image-2-official",
        _ADDRESSES,
        (
            _model("model"),
            _prompt("prompt", images.MOST_PROMPT),
            Field("size", "string", _("1024x1024, 1536x1024, 1024x1536 or auto."), "1024x1024"),
            *_OPTIONS,
            _COUNT,
            _RESPONSE,
        ),
        notes=(_WAITS, _("The image model chooses this dialect: only gpt-image-2-official is answered in it.")),
    ),
    Page(
        VIP,
        "Images, vip",
        _("Thirty sizes and one picture a call. For clients of gpt-image-2-vip."),
        "/v1",
        "gpt-image-2-vip",
        _ADDRESSES,
        (
            _model("model"),
            _prompt("prompt", images.MOST_PROMPT),
            _choice(
                "size",
                _("One of the thirty sizes: ten shapes in three sizes."),
                tuple(map(str, TABLE.values())),
                str(TABLE["1:1", TIERS[0]]),
            ),
            _RESPONSE,
            _FILES,
        ),
        notes=(
            _WAITS,
            _("The image model chooses this dialect: only gpt-image-2-vip is answered in it."),
            _("Whatever n says, one picture is made and one is charged. Base64 comes with its data: head."),
        ),
    ),
    Page(
        NATIVE,
        "Images, OpenAI",
        _("OpenAI's own Images API, for its official libraries: change the base URL and the key."),
        "/v1",
        "gpt-image-2",
        _ADDRESSES,
        (
            _model("model"),
            _prompt("prompt", images.MOST_PROMPT),
            Field(
                "size",
                "string",
                _("auto, or edges in steps of %(step)s, at most %(longest)s long and three times as long as short."),
                AUTO,
                limits=(("step", EDGE_STEP), ("longest", LONGEST_EDGE)),
            ),
            *_OPTIONS,
            _COUNT,
            Field("stream, partial_images", "boolean, 0-3", _("Events instead of one answer. No half pictures come.")),
            Field("user", "string", _("Taken, and not looked at.")),
            _FILES,
            Field("images", "object[]", _("For edits in JSON: objects with an image_url, an address or a data URL.")),
            _MASK,
        ),
        notes=(
            _WAITS,
            _("Every image model but the two of the other image dialects is answered in this one."),
            _("The answer is base64. A field that OpenAI does not know is refused."),
        ),
    ),
)
"""In the order of the index."""
