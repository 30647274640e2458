"""Wallets and their entries: shown to the operator as they are, and moved only through `accounts.credits`."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import credits
from accounts.models import MOST_CREDITS, Entry, Kind, Member, Team, Wallet
from gptstudio.admin import ById, ReadOnly, act, link, listed

LONGEST_REASON = 120
"""An entry's note has 200 characters, of which an operator's address may need the rest."""

Signed = tuple[Member | None, str]


def signed(request: HttpRequest, team: Team, reason: str) -> Signed:
    """Who answers for an entry: the operator as a member of the team, else the operator's address in the note."""
    member = Member.objects.filter(team=team, user=request.user.pk, is_active=True).first()
    return (member, reason) if member else (None, f"{request.user.email}: {reason}")  # type: ignore[union-attr]


class GrantForm(forms.Form):
    amount = forms.IntegerField(label=gettext_lazy("Credits"), min_value=1, max_value=MOST_CREDITS)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("The team reads it in its statement."),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)
    """The newest entry when the form was opened: what a second press of the button is known by."""


class AdjustForm(GrantForm):
    amount = forms.IntegerField(
        label=gettext_lazy("Credits"),
        min_value=-MOST_CREDITS,
        max_value=MOST_CREDITS,
        help_text=gettext_lazy("Below zero to take credits away."),
    )

    def clean_amount(self) -> int:
        amount = int(self.cleaned_data["amount"])
        if not amount:
            raise forms.ValidationError(_("An adjustment of nothing is not an adjustment."))
        return amount


Verb = Callable[[Wallet, int, str, Member | None], int]


@admin.register(Wallet)
class WalletAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ("owner", "balance", "entries")
    list_select_related = ("team",)
    search_fields = ("team__name",)
    ordering = ("team__name",)
    fields = ("owner", "balance", "entries", "work")
    readonly_fields = fields
    change_form_template = "admin/accounts/wallet/change_form.html"

    @admin.display(description=gettext_lazy("team"), ordering="team__name")
    def owner(self, wallet: Wallet) -> str:
        return link("accounts_team", wallet.team_id, wallet.team)

    @admin.display(description=gettext_lazy("entries"))
    def entries(self, wallet: Wallet) -> str:
        return listed("accounts_entry", _("Entries of this wallet"), wallet=wallet.pk)

    @admin.display(description=gettext_lazy("jobs"))
    def work(self, wallet: Wallet) -> str:
        return listed("generations_job", _("Jobs of this team"), team=wallet.team_id)

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("<int:pk>/grant/", guard(self.grant), name="accounts_wallet_grant"),
            path("<int:pk>/adjust/", guard(self.adjust), name="accounts_wallet_adjust"),
            *super().get_urls(),
        ]

    def has_move_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.add_entry")

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        context["may_move"] = self.has_move_permission(request)
        return super().render_change_form(request, context, *args, **kwargs)

    def grant(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put credits into a team's pool, with a reason."""
        return self._move(request, pk, GrantForm, Kind.GRANT, credits.grant)

    def adjust(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Correct a team's pool up or down, with a reason."""
        return self._move(request, pk, AdjustForm, Kind.ADJUST, credits.adjust)

    def _move(self, request: HttpRequest, pk: int, form_class: type[GrantForm], kind: Kind, verb: Verb) -> HttpResponse:
        if not self.has_move_permission(request):
            raise PermissionDenied
        wallet = get_object_or_404(Wallet.objects.select_related("team"), pk=pk)
        newest = wallet.entries.values_list("pk", flat=True).first() or 0
        form = form_class(request.POST or None, initial={"seen": newest})
        if form.is_valid() and self._moved(request, wallet, form, kind, verb):
            return HttpResponseRedirect(reverse("admin:accounts_wallet_change", args=(pk,)))
        return act(request, self, wallet, form, *WORDS[kind])

    def _moved(self, request: HttpRequest, wallet: Wallet, form: GrantForm, kind: Kind, verb: Verb) -> bool:
        amount = form.cleaned_data["amount"]
        member, note = signed(request, wallet.team, form.cleaned_data["reason"])
        again = Entry.objects.filter(
            wallet=wallet, pk__gt=form.cleaned_data["seen"], kind=kind, amount=amount, note=note
        )
        try:
            with transaction.atomic():
                Wallet.objects.select_for_update().get(pk=wallet.pk)
                if is_new := not again.exists():
                    verb(wallet, amount, note, member)
        except credits.NotEnough as short:
            words = {"balance": short.balance, "amount": short.wanted}
            form.add_error("amount", _("The pool has %(balance)d credits; %(amount)d cannot be taken.") % words)
            return False
        self._tell(request, wallet, kind, amount, is_new=is_new)
        return True

    def _tell(self, request: HttpRequest, wallet: Wallet, kind: Kind, amount: int, *, is_new: bool) -> None:
        if not is_new:
            self.message_user(request, _("That was already entered; nothing was moved again."), messages.WARNING)
            return
        self.log_change(request, wallet, f"{kind} {amount:+d}")
        self.message_user(request, _("The pool moved by %(amount)+d credits.") % {"amount": amount}, messages.SUCCESS)


WORDS = {
    Kind.GRANT: (gettext_lazy("Grant credits"), gettext_lazy("Grant")),
    Kind.ADJUST: (gettext_lazy("Adjust credits"), gettext_lazy("Adjust")),
}


@admin.register(Entry)
class EntryAdmin(ById, ReadOnly, admin.ModelAdmin):
    ids = ("generation",)
    list_display = ("created", "team", "kind", "signed_amount", "made", "member", "api_key", "note")
    list_filter = ("kind", "wallet__team")
    list_select_related = ("wallet__team", "member__user", "api_key")
    search_fields = ("note", "member__user__email", "wallet__team__name")
    search_help_text = gettext_lazy("A generation's id, a note, a member's e-mail or a team's name.")
    date_hierarchy = "created"
    fields = ("created", "team", "pool", "kind", "signed_amount", "made", "member", "api_key", "note")
    readonly_fields = fields

    @admin.display(description=gettext_lazy("team"), ordering="wallet__team__name")
    def team(self, entry: Entry) -> str:
        return link("accounts_team", entry.wallet.team_id, entry.wallet.team)

    @admin.display(description=gettext_lazy("wallet"))
    def pool(self, entry: Entry) -> str:
        return link("accounts_wallet", entry.wallet_id, entry.wallet)

    @admin.display(description=gettext_lazy("amount"), ordering="amount")
    def signed_amount(self, entry: Entry) -> str:
        return format_html('<span class="amount">{}</span>', f"{entry.amount:+d}".replace("-", "−"))

    @admin.display(description=gettext_lazy("generation"))
    def made(self, entry: Entry) -> str:
        return link("generations_generation", entry.generation, str(entry.generation)[:8])
