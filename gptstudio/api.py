"""The doors of the scripts: which wire stands at which address, and that nothing leaves it in other words than its own.

Whatever goes wrong in front of a wire's own code (no such address, a method it does not know, a body that Django
refuses, an error of ours) is told in the wire's words too.
"""

import uuid
from collections.abc import Callable
from contextlib import suppress

import structlog
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.dispatch import receiver
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import URLPattern, URLResolver, path
from django.views.decorators.csrf import csrf_exempt
from django_structlog.signals import bind_extra_request_metadata
from ninja import NinjaAPI

from accounts.adapter import StudioAdapter
from generations.api import images, jobs, native, videos
from generations.api.answers import mark, refused, wire_of
from generations.api.native import page
from generations.dialects import AT_ONCE, JOBS, VIDEOS
from generations.dialects.images import NATIVE
from generations.dialects.serving import Refusal, Refused, Served, Why

WIRES: tuple[tuple[str, Served], ...] = (
    ("/v1/videos", VIDEOS),
    ("/v1/", AT_ONCE[NATIVE]),
    ("/api/v1/", JOBS),
    ("/api/studio/", native.WIRE),
)
"""By the beginning of the address, the first that fits."""

OUTSIDE = {
    400: Refusal(Why.NOT_READ, "The call cannot be read."),
    404: Refusal(Why.NO_PLACE, "There is nothing at this address."),
    405: Refusal(Why.NO_METHOD, "This address does not take this method."),
    413: Refusal(Why.TOO_LARGE, "The body is too large."),
}
"""What an answer that no wire has written means."""
OURS = Refusal(Why.BROKEN, "Something went wrong here. It has been noted.")


def served(wire: Served) -> NinjaAPI:
    """An API whose every refusal is in the words of its wire."""
    api = NinjaAPI(title=wire.name, urls_namespace=f"served-{wire.name}", docs_url=None, openapi_url=None)
    api.add_exception_handler(Refused, tell)
    return api


def tell(request: HttpRequest, wrong: Refused | type[Refused]) -> HttpResponse:
    assert isinstance(wrong, Refused)  # noqa: S101 ninja's own annotation allows for the class
    response = refused(wire_of(request), wrong.refusal)
    if taken := getattr(request, "taken", None):  # it was taken on, and its caller waited in vain
        mark(response, taken.job, is_repeat=taken.is_repeat)
    return response


_videos, _images, _jobs = (served(wire) for wire in (VIDEOS, AT_ONCE[NATIVE], JOBS))
_videos.add_router("/videos", videos.router)
_images.add_router("", images.router)
_jobs.add_router("/jobs", jobs.router)


@csrf_exempt
def nothing(_request: HttpRequest) -> HttpResponse:
    """Where ninja has a page of its own, at the beginning of each API."""
    raise Http404


urlpatterns: list[URLPattern | URLResolver] = [
    *(path(beginning, nothing) for beginning in ("v1/", "api/v1/", "api/studio/v1/")),
    path("v1/", _videos.urls),
    path("v1/", _images.urls),
    path("api/v1/", _jobs.urls),
    path("api/studio/v1/", native.API.urls),
    path("api/", page.native_api, name="native-api"),
]


_people = StudioAdapter()  # it knows which proxies' words to believe


@receiver(bind_extra_request_metadata)
def caller_in_log(request: HttpRequest, **_told: object) -> None:
    """The log knows from where a call came, and knows it by what its caller was told: whoever names that is found."""
    with suppress(PermissionDenied, ImproperlyConfigured):  # nobody knows from where, or it came past a proxy
        structlog.contextvars.bind_contextvars(ip=_people.get_client_ip(request))
    if number := getattr(request, "number", ""):
        structlog.contextvars.bind_contextvars(request_id=number)


class Doors:
    """Middleware, the outermost: names the wire of each call, and tells in its words what nobody else has told so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        wire = next((wire for beginning, wire in WIRES if f"{request.path_info}/".startswith(beginning)), None)
        if wire is None:
            return self.get_response(request)
        request.wire = wire  # type: ignore[attr-defined]
        request.number = f"req_{uuid.uuid4().hex}"  # type: ignore[attr-defined]
        response = self.get_response(request)
        if response.status_code >= 400 and not response.headers.get("Content-Type", "").startswith("application/json"):
            said = refused(wire_of(request), OUTSIDE.get(response.status_code, OURS))
            if "Allow" in response.headers:
                said.headers["Allow"] = response.headers["Allow"]
            response = said
        response.headers["x-request-id"] = request.number  # type: ignore[attr-defined]
        response.headers.setdefault("Cache-Control", "no-store")
        return response
