"""The admin site, under its own name so that signing in goes through the accounts' own door."""

from django.contrib.admin.apps import AdminConfig


class StudioAdmin(AdminConfig):
    default_site = "gptstudio.admin.StudioSite"
