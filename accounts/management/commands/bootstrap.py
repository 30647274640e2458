"""Gives a new installation its first owner, team, credits and key. Run again, it changes nothing and says the same."""

import json
from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from accounts.keys import derived_key, keep_key
from accounts.models import ApiKey, Member, Role, Team, User
from accounts.teams import found_team

KEY_NAME = "bootstrap"


class Command(BaseCommand):
    help = "Give a new installation its first owner, team, credits and API key. Idempotent; prints one JSON object."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True, help="who will own the team")
        parser.add_argument("--password", required=True, help="set only where the person has none yet")
        parser.add_argument("--team", required=True, help="the team's name")
        parser.add_argument("--credits", type=int, required=True, help="what a new team starts with")
        parser.add_argument("--api-key", action="store_true", help="print a key of the team as well")

    def handle(self, *_: Any, **options: Any) -> None:
        _check(options["email"], options["team"], options["credits"])
        call_command("migrate", interactive=False, verbosity=0)
        self._furnish(options)

    @transaction.atomic
    def _furnish(self, options: dict[str, Any]) -> None:
        user = self._person(options["email"].lower(), options["password"])
        owner = _owner(user, options["team"], options["credits"])
        key = _key(owner) if options["api_key"] else None
        self.stdout.write(
            json.dumps({"email": user.email, "team": owner.team.name, "api_key": key}, ensure_ascii=False)
        )

    def _person(self, email: str, password: str) -> User:
        user = User.objects.filter(email__iexact=email).first() or User(email=email)
        if not user.password or not user.has_usable_password():
            self._warn_of(password, user)
            user.set_password(password)
        elif not user.check_password(password):
            self.stderr.write(f"{user.email} has a password of their own already; it was left as it is.")
        if not User.objects.filter(is_superuser=True).exists():
            user.is_staff = user.is_superuser = True
        user.save()
        return user

    def _warn_of(self, password: str, user: User) -> None:
        """Whoever runs commands here may choose any password, and is told what is weak about it."""
        try:
            validate_password(password, user)
        except ValidationError as weak:
            self.stderr.write(f"--password: {' '.join(weak.messages)}")


def _check(email: str, team: str, credits_given: int) -> None:
    try:
        validate_email(email)
    except ValidationError as wrong:
        raise CommandError(f"--email: {' '.join(wrong.messages)}") from wrong
    if not 1 <= len(team.strip()) <= 80:
        raise CommandError("--team: a name has 1 to 80 characters.")
    if not 0 <= credits_given <= 10**12:
        raise CommandError("--credits: a number of credits, at least 0.")


def _owner(user: User, name: str, credits_given: int) -> Member:
    """The person as owner of the team of this name, their own before another's; a new one where there is none."""
    named = Team.objects.filter(name=name.strip()).order_by("pk")
    team = named.filter(members__user=user).first() or named.first()
    if team is None:
        return found_team(name.strip(), user, credits_given)
    place = {"role": Role.OWNER, "is_active": True}
    return Member.objects.update_or_create(team=team, user=user, defaults=place)[0]


def _key(owner: Member) -> str:
    """The same key each time. One that was revoked stays so, and the next in the row takes its place."""
    spent = ApiKey.objects.filter(member__team=owner.team, name=KEY_NAME).exclude(revoked=None).count()
    key = derived_key(f"{KEY_NAME}:{owner.team_id}:{spent}")
    keep_key(owner, KEY_NAME, key)
    return key
