"""The front door: how one knocks, and whether one is inside."""

from typing import Any

from django.test import Client
from django.urls import reverse

DOOR = "/sign-in/"


def knock(client: Client, email: str, password: str, **sent: Any) -> Any:
    return client.post(DOOR, {"login": email, "password": password, **sent})


def is_inside(client: Client) -> bool:
    return client.get(reverse("profile")).status_code == 200
