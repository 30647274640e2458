"""Proves the books: one line and exit 0 when they are right, a list and exit 1 when they are not."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from generations.audit import audit, figures


class Command(BaseCommand):
    help = "Prove that every credit, every hold, every attempt and every picture is accounted for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--files", action="store_true", help="also read every kept file and check its sha256")

    def handle(self, *_args: Any, **said: Any) -> None:
        looked_at = ", ".join(f"{name} {count}" for name, count in figures().items())
        if wrong := audit(rehash=said["files"]):
            self.stdout.write("\n".join(wrong))
            raise CommandError(f"The books are wrong ({looked_at}).")
        self.stdout.write(f"The books are right ({looked_at}).")
