"""The native API as a page for people: drawn from the very schema that programs read."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import MemberRequest, Right, member_required
from generations.api.native import API
from generations.api.native.outline import outline


@require_safe
@member_required(Right.SEE)
def native_api(request: MemberRequest) -> HttpResponse:
    """Every operation with its fields, a call to copy, an example of its answer, and what may go wrong."""
    return render(request, "generations/native_api.html", {"outline": outline(API.get_openapi_schema())})
