"""What the operator's desk calls this half of the studio."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Accounts(AppConfig):
    name = "accounts"
    verbose_name = _("People and credits")
