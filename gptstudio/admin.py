"""The operator's desk: one admin site, and the manners that all its pages share."""

import uuid
from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import Model, Q, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

Page = Callable[[HttpRequest], HttpResponseBase]


class Extra(NamedTuple):
    """A page of the admin that shows no single model."""

    route: str
    view: Page
    name: str
    title: str | Promise
    permission: str
    """What a member of staff needs to see it."""
    waiting: Callable[[], int] | None = None
    """How much there waits for somebody, where anything may."""


class StudioSite(AdminSite):
    """The stock admin behind the accounts' own door, so signing in is throttled in one place."""

    site_title = _("GPT Studio")
    site_header = _("GPT Studio")
    index_title = _("Operator's desk")
    enable_nav_sidebar = True

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.extras: list[Extra] = []

    def add_page(self, extra: Extra) -> None:
        """Put a page on the desk and into its navigation."""
        self.extras.append(extra)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        answer: HttpResponse = secure_admin_login(super().login)(request, extra_context)
        return answer

    def get_urls(self) -> list[URLPattern | URLResolver]:
        pages = [path(extra.route, self.admin_view(extra.view), name=extra.name) for extra in self.extras]
        return [*pages, *super().get_urls()]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "extra_pages": self._extras_for(request)}

    def _extras_for(self, request: HttpRequest) -> list[dict[str, Any]]:
        return [
            {
                "title": extra.title,
                "url": reverse(f"admin:{extra.name}"),
                "waiting": extra.waiting() if extra.waiting else 0,
            }
            for extra in self.extras
            if self.has_permission(request) and request.user.has_perm(extra.permission)
        ]


def never(self: Any, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG001
    """Nobody may, whoever asks and whatever for."""
    return False


class ReadOnly:
    """A model that the admin shows and never changes."""

    show_full_result_count = False
    has_add_permission = has_change_permission = has_delete_permission = never


class ById:
    """A list whose search also takes an id, whole, of its rows or of what they belong to: an exact look-up."""

    ids: tuple[str, ...] = ("pk",)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> Any:
        try:
            wanted = uuid.UUID(search_term.strip())
        except ValueError:
            return super().get_search_results(request, queryset, search_term)  # type: ignore[misc]
        either = reduce(or_, (Q(**{name: wanted}) for name in self.ids))
        return queryset.filter(either), False


EMPTY = "—"


def link(page: str, key: object, text: object) -> str:
    """A link to one row's page, `app_model` by its key; a dash where there is no row."""
    if key is None:
        return EMPTY
    return format_html('<a href="{}">{}</a>', reverse(f"admin:{page}_change", args=(key,)), text)


def listed(page: str, text: object, **narrowed: object) -> str:
    """A link to a list of rows, narrowed to those that belong here."""
    query = "&".join(f"{name}={value}" for name, value in narrowed.items())
    return format_html('<a href="{}?{}">{}</a>', reverse(f"admin:{page}_changelist"), query, text)


def act(
    request: HttpRequest, admin: ModelAdmin, row: Model, form: Form, title: str | Promise, button: str | Promise
) -> HttpResponse:
    """The page of one deed upon one row: a title, a form and a button."""
    context = {
        **admin.admin_site.each_context(request),
        "opts": admin.opts,
        "original": row,
        "form": form,
        "title": title,
        "button": button,
    }
    return TemplateResponse(request, "admin/act.html", context)
