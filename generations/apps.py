"""What the operator's desk calls this half of the studio."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class Generations(AppConfig):
    name = "generations"
    verbose_name = _("Image models and pictures")
