"""How a provider is doing, as its list and its page show it: whether it is asked, what it has in hand, how the last
hour went."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from generations.admin.figures import clock, percent, span, whole
from generations.engine.health import is_shut, is_sick
from generations.faults import Kind
from generations.models import Attempt, Provider
from generations.standing import Condition, Hour, provider_hours, provider_loads
from gptstudio.admin import EMPTY

REASONS: Mapping[str, str | Promise] = {
    Kind.DENIED: gettext_lazy("it does not accept the key, or its account is empty"),
    Kind.BUSY: gettext_lazy("it is too busy"),
    Kind.NOT_STARTED: gettext_lazy("it could not be reached"),
    Kind.UNKNOWN: gettext_lazy("it did not answer"),
}
OTHERWISE = gettext_lazy("it reports trouble of its own")
MEANING = gettext_lazy(
    "What went well and the median time are of the last hour. Refusals, briefs that could not be taken and its word to "
    "come back later are not held against a provider."
)
COLUMNS = ("state", "under_way", "success", "median", "failures")


def observe(providers: Iterable[Any]) -> None:
    """Note on each provider what it has in hand and how its last hour went. Three queries for all of them."""
    hours, loads = provider_hours(), provider_loads()
    for provider in providers:
        provider.hour, provider.load = hours.get(provider.pk, Hour()), loads.get(provider.pk, 0)


class Observed(ChangeList):
    """A list whose rows are observed, those of its one page alone."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        observe(self.result_list)


class Health:
    """The columns, for a ModelAdmin of providers."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        used = Attempt.objects.filter(provider=OuterRef("pk"))
        providers: QuerySet[Any] = super().get_queryset(request).annotate(is_used=Exists(used))  # type: ignore[misc]
        return providers

    def get_changelist(self, request: HttpRequest, **_more: Any) -> type[ChangeList]:  # noqa: ARG002
        return Observed

    def get_object(self, *which: Any, **more: Any) -> Any:
        provider = super().get_object(*which, **more)  # type: ignore[misc]
        observe([provider] if provider else [])
        return provider

    @admin.display(description=gettext_lazy("state"), ordering="shut_until")
    def state(self, provider: Any) -> str:
        tone, words = condition(provider)
        return format_html('<span class="state" data-tone="{}">{}</span>', tone, words)

    @admin.display(description=gettext_lazy("under way"))
    def under_way(self, provider: Any) -> str:
        if not provider.concurrency:
            return whole(provider.load)
        words = {"load": whole(provider.load), "most": whole(provider.concurrency)}
        return _("%(load)s of %(most)s") % words

    @admin.display(description=gettext_lazy("went well"))
    def success(self, provider: Any) -> str:
        hour: Hour = provider.hour
        if hour.share is None:
            return EMPTY
        words = {"share": percent(hour.share), "count": whole(hour.succeeded + hour.failed)}
        return _("%(share)s of %(count)s") % words

    @admin.display(description=gettext_lazy("median time"))
    def median(self, provider: Any) -> str:
        return span(provider.hour.median) if provider.hour.median else EMPTY


def condition(provider: Any) -> tuple[str, str]:
    """The tone and the words of how a provider stands with the engine."""
    if not provider.is_enabled:
        return "wait", _("Switched off")
    if is_sick(provider) or is_shut(provider, timezone.now()):
        return "fail", _shut(provider)
    return ("done", str(Condition.WELL.label)) if provider.is_used else ("wait", _("Never used"))


def _shut(provider: Provider) -> str:
    words = {
        "since": clock(provider.shut_since or timezone.now()),
        "until": clock(provider.shut_until or timezone.now()),
        "reason": REASONS.get(provider.shut_for, OTHERWISE),
    }
    if provider.shut_until and provider.shut_until > timezone.now():
        return _("Shut since %(since)s, until %(until)s: %(reason)s") % words
    return _("Shut since %(since)s, asked again with the next picture: %(reason)s") % words
