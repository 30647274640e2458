"""What do people type about themselves and their team? Each form holds to what its reader may choose."""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.conf import settings
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _

from accounts.access import gives
from accounts.caps import FIELDS
from accounts.models import Kind, Member, Role, Team, User

PASSWORD_RULE = _("At least 10 characters, and not a common word.")
NEW_PASSWORD = forms.PasswordInput(attrs={"autocomplete": "new-password"})


class Dressed:
    """Gives every control the class that the design system draws."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "input"
            field.widget.attrs.pop("placeholder", None)


class SignInForm(Dressed, LoginForm):
    """allauth's own, which brings its limits with it, in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail")
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        self.fields["password"].help_text = ""


class LinkForm(Dressed, forms.Form):
    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))


class NewPersonForm(Dressed, forms.Form):
    """Who comes in by an invitation and has no account yet. The address is the invitation's, not theirs to choose."""

    name = forms.CharField(label=_("Your name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    password = forms.CharField(label=_("Password"), strip=False, widget=NEW_PASSWORD, help_text=PASSWORD_RULE)

    def __init__(self, email: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        password = str(self.cleaned_data["password"])
        validate_password(password, User(email=self.email, name=self.cleaned_data.get("name", "")))
        return password


class ProfileForm(Dressed, forms.ModelForm):
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("As the browser asks")), *settings.LANGUAGES]
    )
    theme = forms.ChoiceField(
        label=_("Theme"),
        required=False,
        choices=[("", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))],
    )

    class Meta:
        model = User
        fields = ("name", "language", "theme")


class NewPasswordForm(Dressed, SetPasswordForm):
    """For one who has no password, or has just shown by a link that the mailbox is theirs."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].help_text = PASSWORD_RULE
        self.fields["new_password2"].help_text = ""


class ChangedPasswordForm(NewPasswordForm, PasswordChangeForm):
    """For everyone else: the old password comes first."""


class TeamForm(Dressed, forms.ModelForm):
    class Meta:
        model = Team
        fields = ("name",)


class RoleForm(Dressed, forms.Form):
    """One of the roles that the member who fills it in may give."""

    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, by: Member, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.fields["role"].choices = [(role, role.label) for role in gives(by)]  # type: ignore[attr-defined]

    def chosen_role(self) -> Role:
        return Role(self.cleaned_data["role"])


class CapsForm(Dressed, forms.ModelForm):
    """How many credits a member may spend. Its fields stand in the cells of a table, so each names its form."""

    class Meta:
        model = Member
        fields = FIELDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.name = f"caps_{self.instance.pk}"
        self.auto_id = f"{self.name}_%s"
        for field in self.fields.values():
            field.widget.attrs |= {"form": self.name, "placeholder": "—"}


class InviteForm(RoleForm):
    email = forms.EmailField(label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].initial = Role.MEMBER
        self.order_fields(("email", "role"))

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if self.by.team.members.filter(user__email__iexact=email, is_active=True).exists():
            raise forms.ValidationError(_("%(email)s is in the team already."), params={"email": email})
        return email


class StatementForm(Dressed, forms.Form):
    """Which entries of the statement are shown: all of them, unless it says otherwise."""

    member = forms.ModelChoiceField(
        label=_("Member"), required=False, queryset=Member.objects.none(), empty_label=_("Everyone")
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("Every kind")), *Kind.choices])
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, team: Team, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everyone = team.members.select_related("user").order_by("pk")
        self.fields["member"].queryset = everyone  # type: ignore[attr-defined]

    def narrowed(self) -> dict[str, Any]:
        """What `read_statement` is to be asked; a filter that makes no sense is none."""
        return {name: value for name, value in self.cleaned_data.items() if value} if self.is_valid() else {}
