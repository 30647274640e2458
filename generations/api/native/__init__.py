"""The native API, `/api/studio/v1`: everything a script may do, in the house's own words.

    entering ── Bearer, Read, Known ──▶ jobs assets pool offers ── telling ──▶ told
                     asked      webhooks        └── wishing ── taking ── intake

Each group of addresses is a router in a module of its own, with its shapes in `asked` and `told` and its examples in
`examples`. `/openapi.json` describes all of them, and `page` shows that to people. Of
whatever goes wrong, `wire` writes the one shape.
"""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from generations.api.answers import refused
from generations.api.native import assets, jobs, offers, pool, webhooks
from generations.api.native.documenting import complete
from generations.api.native.wire import WIRE, first_wrong
from generations.dialects.serving import Refused

ABOUT = """Submit briefs, follow jobs and keep pictures, from the same pool of credits as the studio's own pages.

Send an API key of your team as `Authorization: Bearer gs_live_…`. Times are ISO 8601 in UTC, credits whole numbers.
Lists are told the newest first: `next` is the cursor of the next part. Whatever goes wrong is told in one shape, with
a `code` for programs and a `message` for people, in the language of `Accept-Language` where it is the reader's to act.
"""
AROUND = {"body": 2}
"""How many names ninja puts before a caller's own: the source, and before a body's also the operation's argument."""


class NativeAPI(NinjaAPI):
    def get_openapi_schema(self, **about: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**about)
        complete(schema)
        return schema

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__


def _tell(_request: HttpRequest, wrong: Refused | type[Refused]) -> HttpResponse:
    assert isinstance(wrong, Refused)  # noqa: S101 ninja's own annotation allows for the class
    return refused(WIRE, wrong.refusal)


def _tell_invalid(_request: HttpRequest, wrong: ValidationError | type[ValidationError]) -> HttpResponse:
    assert isinstance(wrong, ValidationError)  # noqa: S101 as above
    source = wrong.errors[0]["loc"][0]
    return refused(WIRE, first_wrong(wrong.errors, outside=AROUND.get(source, 1)))


def _made() -> NativeAPI:
    api = NativeAPI(
        title="GPT Studio",
        version="1",
        description=ABOUT,
        urls_namespace=WIRE.name,
        docs_url=None,
        openapi_url="/openapi.json",
        servers=[{"url": settings.PUBLIC_URL}],
    )
    api.add_exception_handler(Refused, _tell)
    api.add_exception_handler(ValidationError, _tell_invalid)
    for group in (jobs, assets, pool, offers, webhooks):
        api.add_router("", group.router)
    return api


API = _made()
