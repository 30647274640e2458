"""Starts everything: what `make run` calls."""

import hashlib
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import CommandParser, call_command
from django.core.management.base import BaseCommand
from django.db import transaction

from accounts.links import sign_in_link
from accounts.models import User
from accounts.teams import found_team
from gptstudio import lifeline, processes

OWNER, TEAM, CREDITS = "owner@studio.local", "Studio", 1000
"""Who a new studio belongs to, and what the team may spend at first."""


class Command(BaseCommand):
    help = "Set up and start the web and the workers as one process tree. Ctrl-C finishes what is under way and stops."
    requires_system_checks = ()  # migrate runs them

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--with-parent", action="store_true", help="end when the process that started this one ends"
        )

    def handle(self, **options: Any) -> None:
        if options["with_parent"]:
            lifeline.hold()
        try:
            self.run()
        except processes.Failed as wrong:
            self.stderr.write(str(wrong))
            sys.exit(1)

    def run(self) -> None:
        processes.refuse_taken_port()
        tree = processes.Tree(processes.commands())
        prepare()
        try:
            tree.start()
            tree.wait_for_web()
            if not tree.asked:
                self.greet()
            tree.watch()
        finally:
            tree.stop(self.stdout.write)

    def greet(self) -> None:
        """Where the studio is, and a way in that needs no password."""
        self.stdout.write(f"\n  GPT Studio is ready at {self.style.SUCCESS(settings.PUBLIC_URL)}")
        if (owner := User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()) is not None:
            self.stdout.write(f"  Sign in once as {owner.email}: {sign_in_link(owner)}")
        self.stdout.write(f"  Everything is kept in {settings.STUDIO_DATA}; Ctrl-C stops.\n")
        self.stdout.flush()
        processes.disconnect()


def prepare() -> None:
    """Bring tables and static files up to date."""
    call_command("migrate", interactive=False, verbosity=0)
    collect_static_files()
    found()
    processes.disconnect()


def collect_static_files() -> None:
    """Hash and compress them, which takes seconds, only where they are not those of the last start."""
    mark, now = Path(settings.STATIC_ROOT) / "collected", _fingerprint()
    if mark.exists() and mark.read_text() == now:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    mark.write_text(now)


def _fingerprint() -> str:
    """The names, sizes and times of all static files as they lie in the apps."""
    found = (storage.path(path) for finder in get_finders() for path, storage in finder.list(()))
    facts = sorted((path, (stat := Path(path).stat()).st_size, stat.st_mtime_ns) for path in found)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


@transaction.atomic
def found() -> None:
    """Give a studio that knows nobody yet its owner, who signs in by the link, and the owner's team."""
    if not User.objects.exists():
        found_team(TEAM, User.objects.create_superuser(OWNER), CREDITS)
