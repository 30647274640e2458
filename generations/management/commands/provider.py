"""Adds or changes a provider from the command line, and prints one line."""

from argparse import ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from generations import dialects
from generations.connecting import Served, Unfit, connect
from generations.models import Provider


def _pair(text: str) -> tuple[str, str]:
    public, _, upstream = text.partition("=")
    if not public:
        raise ArgumentTypeError("an image model is written PUBLIC or PUBLIC=UPSTREAM")
    return public, upstream or public


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdecimal():
        raise ArgumentTypeError(f"{text!r} is not a whole number from 0 up")
    return int(text)


class Command(BaseCommand):
    help = "Add a provider, or change the one of this name. Saying the same twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name")
        parser.add_argument("--dialect", choices=dialects.NAMES, required=True)
        parser.add_argument("--base-url", default="", help="a host, or an address that ends in /v1")
        parser.add_argument("--api-key", default="", help="left out, the key stays as it is")
        parser.add_argument(
            "--image-model",
            action="append",
            default=[],
            type=_pair,
            metavar="PUBLIC[=UPSTREAM]",
            help="an image model it serves, and its name there; may be given again",
        )
        parser.add_argument("--priority", type=_whole, help="lower is asked first")
        parser.add_argument("--weight", type=_whole, help="its share among routes of the same priority")
        parser.add_argument("--cost", type=_whole, metavar="MICRO_USD", help="what one picture costs us there")
        parser.add_argument(
            "--concurrency", type=_whole, help="pictures it may be working on at once; left out, it stays as it is"
        )

    def handle(self, *_args: Any, **said: Any) -> None:
        figures = (said["priority"], said["cost"], said["weight"])
        serves = [Served(public, upstream, *figures) for public, upstream in said["image_model"]]
        who = (said["name"], said["dialect"], said["base_url"], said["api_key"])
        try:
            provider = connect(*who, serves, said["concurrency"])
        except Unfit as wrong:
            raise CommandError(str(wrong)) from wrong
        self.stdout.write(_line(provider))


def _line(provider: Provider) -> str:
    served = provider.routes.filter(is_enabled=True).values_list("image_model__name", flat=True)
    state = "on" if provider.is_enabled else "off: it has no key"
    names = ", ".join(served) or "no image model yet"
    where = f" at {provider.base_url}" if provider.base_url else ""
    return f"{provider.name} ({provider.dialect}{where}) is {state}; it serves {names}."
