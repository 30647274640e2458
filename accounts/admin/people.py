"""Users, teams, members, invitations and API keys, as the operator sees them."""

from typing import Any

from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from accounts.caps import FIELDS
from accounts.models import ApiKey, Invitation, Member, Role, Scope, Team, User
from accounts.teams import found_team
from gptstudio.admin import ReadOnly, link, listed, never


class NewPersonForm(AdminUserCreationForm):
    """A person who can sign in with an e-mail address, with or without a password."""

    class Meta:
        model = User
        fields = ("email", "name")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class PersonForm(UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"
        field_classes = None

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()


class MembershipInline(ReadOnly, admin.TabularInline):
    model = Member
    fields = ("team", "role", "is_active")
    show_change_link = True


class AddressInline(ReadOnly, admin.TabularInline):
    """The addresses that allauth knows the person by."""

    model = EmailAddress
    fields = ("email", "verified", "primary")


admin.site.unregister(EmailAddress)


RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


@admin.register(User)
class PersonAdmin(UserAdmin):
    form = PersonForm
    add_form = NewPersonForm
    fieldsets = (
        (None, {"fields": ("email", "password", "name")}),
        (_("Permissions"), {"fields": ("is_active", *RIGHTS)}),
        (_("Important dates"), {"fields": ("last_login", "created")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("email", "name", "usable_password", "password1", "password2")}),
    )
    list_display = ("email", "name", "teams", "is_active", "is_staff", "last_login", "created")
    list_filter = ("is_active", "is_staff", "is_superuser", "memberships__role")
    search_fields = ("email", "name")
    ordering = ("email",)
    date_hierarchy = "created"
    readonly_fields = ("last_login", "created")
    inlines = (MembershipInline, AddressInline)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("memberships__team")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Rights are a superuser's to give, or whoever may change users could make one of themselves."""
        fixed = super().get_readonly_fields(request, obj)
        return fixed if request.user.is_superuser else (*fixed, *RIGHTS)

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        over_ones_head = obj is not None and obj.is_superuser and not request.user.is_superuser
        return not over_ones_head and super().has_change_permission(request, obj)

    def get_inlines(self, request: HttpRequest, obj: User | None) -> Any:
        return super().get_inlines(request, obj) if obj else ()

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """A new address takes the place of the old one everywhere, or the old one could still ask for a way in."""
        super().save_model(request, obj, form, change)
        EmailAddress.objects.filter(user=obj).exclude(email__iexact=obj.email).delete()

    @admin.display(description=_("teams"))
    def teams(self, user: User) -> str:
        return ", ".join(member.team.name for member in user.memberships.all() if member.is_active)


class MemberInline(ReadOnly, admin.TabularInline):
    model = Member
    fields = ("user", "role", "is_active")
    show_change_link = True


class NewTeamForm(forms.ModelForm):
    """A team is founded with its owner and its pool, all at once."""

    class Meta:
        model = Team
        fields = ("name",)

    owner = forms.ModelChoiceField(
        User.objects.filter(is_active=True),
        label=_("Owner"),
        widget=AutocompleteSelect(Member._meta.get_field("user"), admin.site),
    )


@admin.register(Team)
class TeamAdmin(admin.ModelAdmin):
    list_display = ("name", "people", "pool", "created")
    list_select_related = ("wallet",)
    search_fields = ("name",)
    date_hierarchy = "created"
    readonly_fields = ("pool", "work", "created")
    inlines = (MemberInline,)
    has_delete_permission = never

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        active = Count("members", filter=Q(members__is_active=True))
        teams: QuerySet[Team] = super().get_queryset(request).annotate(active_members=active)
        return teams

    def get_form(self, request: HttpRequest, obj: Team | None = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **kwargs) if obj else NewTeamForm

    def get_fields(self, request: HttpRequest, obj: Team | None = None) -> tuple[str, ...]:  # noqa: ARG002
        return ("name", "most_active", "pool", "work", "created") if obj else ("name", "owner")

    def get_inlines(self, request: HttpRequest, obj: Team | None) -> Any:
        return super().get_inlines(request, obj) if obj else ()

    def save_model(self, request: HttpRequest, obj: Team, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
        else:
            obj.pk = found_team(obj.name, form.cleaned_data["owner"]).team_id

    @admin.display(description=_("members"), ordering="active_members")
    def people(self, team: Team) -> str:
        return listed("accounts_member", team.active_members, team=team.pk)  # type: ignore[attr-defined]

    @admin.display(description=_("credits"), ordering="wallet__balance")
    def pool(self, team: Team) -> str:
        wallet = getattr(team, "wallet", None)
        return link("accounts_wallet", wallet and wallet.pk, wallet and wallet.balance)

    @admin.display(description=_("jobs"))
    def work(self, team: Team) -> str:
        return listed("generations_job", _("Jobs of this team"), team=team.pk)


CAPS: Any = (
    _("Caps"),
    {"fields": FIELDS, "description": _("Empty is no cap. A day and a month begin at midnight UTC.")},
)


class MemberForm(forms.ModelForm):
    """A team keeps an owner, whoever is changed."""

    class Meta:
        model = Member
        fields = ("team", "user", "role", "is_active", *FIELDS)

    def clean(self) -> dict[str, Any]:
        kept = {"role": Role.OWNER, "is_active": True}
        said = super().clean() or self.cleaned_data
        if self.instance.pk and any(said.get(name) != value for name, value in kept.items()):
            Team.objects.select_for_update().get(pk=self.instance.team_id)
            owners = Member.objects.filter(team=self.instance.team_id, **kept)
            if not owners.exclude(pk=self.instance.pk).exists() and owners.exists():
                raise forms.ValidationError(_("This is the team's last owner. Make another member owner first."))
        return said


@admin.register(Member)
class MemberAdmin(admin.ModelAdmin):
    """Entries and jobs name a member for ever, so one who left is switched off and never deleted."""

    form = MemberForm
    list_display = ("user", "team", "role", "is_active", "spent", "created")
    list_filter = ("role", "is_active", "team")
    list_select_related = ("user", "team")
    search_fields = ("user__email", "user__name", "team__name")
    autocomplete_fields = ("team", "user")
    date_hierarchy = "created"
    has_delete_permission = never

    def get_readonly_fields(self, request: HttpRequest, obj: Member | None = None) -> tuple[str, ...]:  # noqa: ARG002
        return ("team", "user", "created") if obj else ()

    def get_fieldsets(self, request: HttpRequest, obj: Member | None = None) -> Any:  # noqa: ARG002
        place = ("team", "user", "role", "is_active")
        return ((None, {"fields": (*place, "created") if obj else place}), CAPS)

    @admin.display(description=_("entries"))
    def spent(self, member: Member) -> str:
        return listed("accounts_entry", _("Entries"), member=member.pk)


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin):
    """Only the hash of a link is kept, so one can be withdrawn here but neither shown nor made."""

    list_display = ("email", "team", "role", "invited_by", "created", "expires", "accepted")
    list_filter = ("role", ("accepted", admin.EmptyFieldListFilter), "team")
    list_select_related = ("team", "invited_by__user")
    search_fields = ("email", "team__name")
    date_hierarchy = "created"
    has_add_permission = has_change_permission = never


class ApiKeyForm(forms.ModelForm):
    scopes = forms.MultipleChoiceField(
        label=pgettext_lazy("key", "may"), choices=Scope.choices, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = ApiKey
        fields = ("scopes", "expires", *FIELDS)


@admin.register(ApiKey)
class ApiKeyAdmin(admin.ModelAdmin):
    """A key is made and named on the team's own page; what it was made from is kept nowhere.

    Here it may be given other limits: what it may, until when, and how many credits it may spend.
    """

    form = ApiKeyForm
    readonly_fields = ("name", "ends", "team", "member", "models", "keeps_alive", "created", "last_used", "revoked")
    fieldsets = (
        (None, {"fields": ("name", "ends", "team", "member", "created", "last_used", "revoked")}),
        (_("Limits"), {"fields": ("scopes", "models", "keeps_alive", "expires")}),
        CAPS,
    )
    show_full_result_count = False
    has_add_permission = has_delete_permission = never
    list_display = ("name", "ends", "team", "member", "created", "expires", "last_used", "revoked")
    list_filter = (("revoked", admin.EmptyFieldListFilter), "member__team")
    list_select_related = ("member__user", "member__team")
    search_fields = ("name", "ending", "member__user__email", "member__team__name")
    date_hierarchy = "created"
    actions = ("revoke",)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.change_apikey")

    @admin.action(description=_("Revoke the chosen keys"), permissions=("revoke",))
    def revoke(self, request: HttpRequest, chosen: QuerySet[ApiKey]) -> None:
        alive = list(chosen.filter(revoked__isnull=True))
        ApiKey.objects.filter(pk__in=[key.pk for key in alive]).update(revoked=timezone.now())
        for key in alive:
            self.log_change(request, key, "revoked")
        sentence = ngettext("%(count)d key was revoked.", "%(count)d keys were revoked.", len(alive))
        self.message_user(request, sentence % {"count": len(alive)}, messages.SUCCESS)

    @admin.display(description=_("ends in"), ordering="ending")
    def ends(self, key: ApiKey) -> str:
        return f"…{key.ending}"

    @admin.display(description=_("image models"))
    def models(self, key: ApiKey) -> str:
        return ", ".join(key.image_models) or str(_("all of them"))

    @admin.display(description=_("team"), ordering="member__team")
    def team(self, key: ApiKey) -> str:
        return link("accounts_team", key.member.team_id, key.member.team)
