"""How does a call come in? Its key is looked at and counted first, then its query and its body are read.

django-ninja asks for all three by objects of its own; these are they, over the house's callers, limits and bodies.
"""

from typing import Any, ClassVar, TypeAlias

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.params.models import Body, BodyModel, Query, QueryModel

from accounts.models import Scope
from generations.api import bodies
from generations.api.callers import Caller, caller_of
from generations.api.limits import count
from generations.api.native.wire import LONGEST_NAME
from generations.dialects.serving import Refused, Why

Values: TypeAlias = dict[str, Any]


class CallRequest(HttpRequest):
    """A request behind `Bearer`."""

    auth: Caller
    heard: bodies.Body
    """Where the operation takes JSON."""


class Bearer:
    """Lets in whose key may be used so, as often as it may."""

    openapi_security_schema: ClassVar = {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key of the team: `Authorization: Bearer gs_live_…`.",
    }

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def __call__(self, request: HttpRequest) -> Caller:
        caller = caller_of(request, self.scope)
        count(caller, self.scope)
        return caller


class _Read(BodyModel):
    @classmethod
    def get_request_data(cls, request: HttpRequest, api: NinjaAPI, path_params: Values) -> Values:  # noqa: ARG003
        body = read_json(request)
        return {cls.__read_from_single_attr__: body.said.fields}


class Read(Body):  # type: ignore[misc] # pydantic closed what ninja builds on
    """The one body of an operation: `wished: Annotated[Wished, Read()]`."""

    _model = _Read

    def __init__(self) -> None:
        super().__init__(...)

    @classmethod
    def _param_source(cls) -> str:
        return "body"


class _Known(QueryModel):
    __ninja_flatten_map__: ClassVar[dict[str, Any]]

    @classmethod
    def get_request_data(cls, request: HttpRequest, api: NinjaAPI, path_params: Values) -> Values | None:
        for name in request.GET:
            if name not in cls.__ninja_flatten_map__:
                raise Refused(Why.INVALID, f"'{name[:LONGEST_NAME]}' is not known here.", name[:LONGEST_NAME])
        return super().get_request_data(request, api, path_params)


class Known(Query):  # type: ignore[misc] # as above
    """A query in which nothing stands that the operation does not know: `asked: Annotated[Paging, Known()]`."""

    _model = _Known

    def __init__(self) -> None:
        super().__init__(...)

    @classmethod
    def _param_source(cls) -> str:
        return "query"


def read_json(request: HttpRequest) -> bodies.Body:
    """The body of a call that takes no form. It stays at the request, with its fingerprint."""
    if (request.content_type or "").lower().startswith("multipart/"):
        raise Refused(Why.NOT_READ, "This address takes JSON.")
    body = bodies.read(request)
    request.heard = body  # type: ignore[attr-defined]
    return body
