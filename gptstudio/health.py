"""Whether the studio lives, and whether it can take work."""

from django.core.cache import cache
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from gptstudio.celery import PULSE


@never_cache
@require_safe
def live(_request: HttpRequest) -> HttpResponse:
    """The process answers. Nothing else is asked, so that a database in trouble does not restart the web."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def ready(_request: HttpRequest) -> JsonResponse:
    """Whether a job can be accepted (503 where not), and whether a worker is there to take it up."""
    if not _database_answers():
        return JsonResponse({"database": False}, status=503)
    return JsonResponse({"database": True, "worker": cache.get(PULSE) is not None})


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True
