"""Providers: where they are, whether their key is set, and what is wrong with them."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from generations.admin import health
from generations.admin.offer import RouteInline
from generations.admin.testing import complaint, key_state
from generations.connecting import Unfit, address, ask_again, check_key, mends
from generations.dialects import PAINTER
from generations.models import Provider
from gptstudio.admin import listed

SAID = ("name", "dialect", "base_url", "is_enabled", "patience", "deadline", "concurrency")


class ProviderForm(forms.ModelForm):
    """The key is written here and never read: the field comes back empty, whatever is kept."""

    key = forms.CharField(
        label=gettext_lazy("Set a new key"),
        required=False,
        max_length=1000,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "vTextField"}),
        help_text=gettext_lazy("Left empty, the key stays as it is. It is sealed at rest and never shown again."),
    )

    class Meta:
        model = Provider
        fields = SAID

    is_mended = False
    """Whether what was said may have mended the provider."""

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if "base_url" in said and "dialect" in said:
            self._check_address(said)
        has_key = said.get("key") or self.instance.sealed_key
        if said.get("is_enabled") and said.get("dialect") != PAINTER and not has_key:
            self.add_error("is_enabled", _("A provider without a key cannot be switched on: set a key first."))
        return said

    def _check_address(self, said: dict[str, Any]) -> None:
        kept, key = Provider.objects.filter(pk=self.instance.pk).first() or Provider(), said.get("key", "")
        try:
            said["base_url"] = address(said["base_url"], said["dialect"])
        except Unfit as wrong:
            self.add_error("base_url", str(wrong))
            return
        try:
            check_key(kept, said["base_url"], key)
        except Unfit as wrong:
            self.add_error("key", str(wrong))
        self.is_mended = mends(kept, said["dialect"], said["base_url"], key)

    @property
    def written(self) -> list[str]:
        """What a save of this form may write. A provider's health is the engine's, which writes it meanwhile."""
        return [*SAID, *(["sealed_key"] if self.cleaned_data["key"] else [])]

    def save(self, commit: bool = True) -> Provider:
        if self.cleaned_data["key"]:
            self.instance.api_key = self.cleaned_data["key"]
        provider: Provider = super().save(commit)
        return provider


@admin.register(Provider)
class ProviderAdmin(health.Health, admin.ModelAdmin):
    form = ProviderForm
    list_display = ("name", *health.COLUMNS, "key_state", "serves", "calls", "is_enabled", "dialect", "base_url")
    list_filter = ("is_enabled", "dialect")
    search_fields = ("name", "base_url")
    readonly_fields = ("key_state", "created", *health.COLUMNS)
    fields = (
        *("name", "dialect", "base_url", "key_state", "key", "is_enabled"),
        *("patience", "deadline", "concurrency", "created"),
    )
    inlines = (RouteInline,)
    actions = ("test", "ask_again")
    change_form_template = "admin/generations/provider/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Provider]:
        providers: QuerySet[Provider] = super().get_queryset(request).prefetch_related("routes__image_model")
        return providers

    def get_urls(self) -> list[URLPattern]:
        deeds = (("test", self.test_one), ("ask-again", self.ask_one_again))
        pages = [
            path(
                f"<int:pk>/{name}/", self.admin_site.admin_view(require_POST(view)), name=f"generations_provider_{name}"
            )
            for name, view in deeds
        ]
        return [*pages, *super().get_urls()]

    def get_fieldsets(self, request: HttpRequest, obj: Provider | None = None) -> Any:
        """One that is only being added has no health yet."""
        now = (_("How it is doing"), {"fields": health.COLUMNS, "description": health.MEANING})
        return [*([now] if obj else []), *super().get_fieldsets(request, obj)]

    def save_model(self, request: HttpRequest, obj: Provider, form: ProviderForm, change: bool) -> None:
        if not change:
            super().save_model(request, obj, form, change)
            return
        obj.save(update_fields=form.written)
        if form.is_mended:
            ask_again(obj.pk)

    @admin.display(description=gettext_lazy("key"))
    def key_state(self, provider: Provider) -> str:
        return key_state(provider)

    @admin.display(description=gettext_lazy("serves"))
    def serves(self, provider: Provider) -> str:
        return ", ".join(route.image_model.title for route in provider.routes.all() if route.is_enabled)

    @admin.display(description=gettext_lazy("attempts"))
    def calls(self, provider: Provider) -> str:
        return listed("generations_attempt", _("Attempts"), provider=provider.pk)

    @admin.action(description=gettext_lazy("Test the chosen providers"), permissions=("change",))
    def test(self, request: HttpRequest, chosen: QuerySet[Provider]) -> None:
        for provider in chosen:
            self._tell(request, provider)

    def test_one(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make the provider's free call and say what is wrong, on its own page."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        self._tell(request, get_object_or_404(Provider, pk=pk))
        return HttpResponseRedirect(reverse("admin:generations_provider_change", args=(pk,)))

    @admin.action(description=gettext_lazy("Ask the chosen providers again now"), permissions=("change",))
    def ask_again(self, request: HttpRequest, chosen: QuerySet[Provider]) -> None:
        for provider in chosen:
            self._ask_again(request, provider)

    def ask_one_again(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Forget the provider's failures, so that the next picture may go to it."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        self._ask_again(request, get_object_or_404(Provider, pk=pk))
        return HttpResponseRedirect(reverse("admin:generations_provider_change", args=(pk,)))

    def _ask_again(self, request: HttpRequest, provider: Provider) -> None:
        words = {"name": provider.name}
        if ask_again(provider.pk):
            self.log_change(request, provider, "ask again")
            self.message_user(request, _("%(name)s is asked with the next picture.") % words, messages.SUCCESS)
        else:
            self.message_user(request, _("%(name)s is not shut and has not failed lately.") % words)

    def _tell(self, request: HttpRequest, provider: Provider) -> None:
        if wrong := complaint(provider):
            self.message_user(request, wrong, messages.ERROR)
        elif provider.dialect == PAINTER:
            self.message_user(request, _("%(name)s draws on this machine and needs no test.") % {"name": provider.name})
        else:
            words = {"name": provider.name}
            self.message_user(request, _("%(name)s answers and accepts the key.") % words, messages.SUCCESS)
