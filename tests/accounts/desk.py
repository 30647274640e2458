"""The operator's desk: the address of each of its pages, and those who may do only some of what it offers."""

from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from tests.factories import UserFactory


def page(name: str, *keys: object) -> str:
    return reverse(f"admin:{name}", args=keys)


def clerk(*permissions: str) -> Client:
    """The browser of a member of staff with these permissions and no more."""
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client = Client()
    client.force_login(user)
    return client
