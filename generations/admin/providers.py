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

from generations.admin.offer import RouteInline
from generations.admin.testing import complaint, key_state
from generations.connecting import Unfit, address, check_key
from generations.dialects import PAINTER
from generations.models import Provider
from gptstudio.admin import listed


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
        fields = ("name", "dialect", "base_url", "is_enabled", "patience", "deadline")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        if "base_url" in said and "dialect" in said:
            self._check_address(said)
        has_key = said.get("key") or self.instance.sealed_key
        if said.get("is_enabled") and said.get("dialect") != PAINTER and not has_key:
            self.add_error("is_enabled", _("A provider without a key cannot be switched on: set a key first."))
        return said

    def _check_address(self, said: dict[str, Any]) -> None:
        try:
            said["base_url"] = address(said["base_url"], said["dialect"])
        except Unfit as wrong:
            self.add_error("base_url", str(wrong))
            return
        try:
            check_key(
                Provider.objects.filter(pk=self.instance.pk).first() or Provider(),
                said["base_url"],
                said.get("key", ""),
            )
        except Unfit as wrong:
            self.add_error("key", str(wrong))

    def save(self, commit: bool = True) -> Provider:
        if self.cleaned_data["key"]:
            self.instance.api_key = self.cleaned_data["key"]
        provider: Provider = super().save(commit)
        return provider


@admin.register(Provider)
class ProviderAdmin(admin.ModelAdmin):
    form = ProviderForm
    list_display = ("name", "dialect", "base_url", "key_state", "is_enabled", "serves", "calls")
    list_filter = ("is_enabled", "dialect")
    search_fields = ("name", "base_url")
    readonly_fields = ("key_state", "created")
    fields = ("name", "dialect", "base_url", "key_state", "key", "is_enabled", "patience", "deadline", "created")
    inlines = (RouteInline,)
    actions = ("test",)
    change_form_template = "admin/generations/provider/change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Provider]:
        providers: QuerySet[Provider] = super().get_queryset(request).prefetch_related("routes__image_model")
        return providers

    def get_urls(self) -> list[URLPattern]:
        test_one = self.admin_site.admin_view(require_POST(self.test_one))
        return [path("<int:pk>/test/", test_one, name="generations_provider_test"), *super().get_urls()]

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

    def _tell(self, request: HttpRequest, provider: Provider) -> None:
        if wrong := complaint(provider):
            self.message_user(request, wrong, messages.ERROR)
        elif provider.dialect == PAINTER:
            self.message_user(request, _("%(name)s draws on this machine and needs no test.") % {"name": provider.name})
        else:
            words = {"name": provider.name}
            self.message_user(request, _("%(name)s answers and accepts the key.") % words, messages.SUCCESS)
