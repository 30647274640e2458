"""Where does a team want to be told, and of what? The form of a new webhook."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import Dressed
from generations.fetch import NotFetched, check
from generations.models import CHOSEN


class WebhookForm(Dressed, forms.Form):
    """Only how the address is written is looked at here. Who may be reached is judged whenever something is sent."""

    url = forms.CharField(
        label=_("Address"),
        max_length=2000,
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=_("A public https:// or http:// address that takes POST."),
    )
    events = forms.MultipleChoiceField(
        label=_("Tell it when"),
        choices=CHOSEN,
        initial=[value for value, _label in CHOSEN],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one event.")},
    )

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"])
        try:
            check(url)
        except NotFetched as wrong:
            raise forms.ValidationError(_("This is not a whole http:// or https:// address.")) from wrong
        return url
