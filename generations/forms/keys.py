"""What does a member want an API key for? The form that makes one, and the one that sets its caps."""

import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.caps import FIELDS
from accounts.forms import CapsForm, Dressed
from accounts.keyring import Wish
from accounts.models import ApiKey, Scope
from generations.models import ImageModel

LONGEST = timedelta(days=3660)
"""How far ahead a key may be made to expire: ten years."""
END_OF_DAY = time(23, 59, 59, tzinfo=UTC)


class KeyForm(Dressed, forms.ModelForm):
    """A new key. Its hidden `press` makes one key of one press, however often the page is sent."""

    press = forms.CharField(
        required=False, max_length=64, initial=uuid.uuid4, widget=forms.HiddenInput(attrs={"autocomplete": "off"})
    )
    scopes = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=Scope.choices,
        initial=Scope.values,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one: a key that may do nothing is of no use.")},
    )
    image_models = forms.MultipleChoiceField(
        label=_("Image models"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: all of them, and those that come later."),
    )
    expires = forms.DateField(
        label=_("Expires"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date", "autocomplete": "off"}),
        help_text=_("At the end of this day, UTC. Empty: never."),
    )

    class Meta:
        model = ApiKey
        fields = ("name", *FIELDS, "keeps_alive")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="key_%s", **kwargs)
        self.fields["name"].widget.attrs["autocomplete"] = "off"
        self.fields["name"].help_text = _("What you will know it by.")
        enabled = ImageModel.objects.filter(is_enabled=True)
        self.fields["image_models"].choices = [(each.name, each.title) for each in enabled]  # type: ignore[attr-defined]
        for name in ("scopes", "image_models", "keeps_alive"):
            del self.fields[name].widget.attrs["class"]

    def clean_expires(self) -> datetime | None:
        day: date | None = self.cleaned_data["expires"]
        if day is None:
            return None
        today = timezone.now().astimezone(UTC).date()
        if day < today:
            raise forms.ValidationError(_("This day is over. Choose today or a later one."))
        if day > today + LONGEST:
            raise forms.ValidationError(_("A key lasts ten years at most. Leave this empty for one that stays."))
        return datetime.combine(day, END_OF_DAY)

    def wish(self) -> Wish:
        """What a valid form asks for."""
        said = self.cleaned_data
        return Wish(
            said["name"],
            said["scopes"],
            said["image_models"],
            tuple(said[field] for field in FIELDS),
            said["expires"],
            said["keeps_alive"],
        )


class KeyCapsForm(CapsForm):
    """The same of a key."""

    class Meta:
        model = ApiKey
        fields = FIELDS
