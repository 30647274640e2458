"""Who owns, pays and sees: users, their teams, and the one pool of credits that a team spends from.

    User ── Member ── Team ── Wallet ── Entry
             role              balance   one immutable line of the ledger

`accounts` knows nothing of generations: an entry names one by its UUID and no more.
"""

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by an e-mail address."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(pgettext_lazy("person", "name"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=16, blank=True)
    theme = models.CharField(_("theme"), max_length=8, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may use the admin"), default=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = (models.UniqueConstraint(Lower("email"), name="user_email_once"),)

    def __str__(self) -> str:
        return self.name or self.email


class Team(models.Model):
    """Who owns the pictures and pays for them."""

    name = models.CharField(_("name"), max_length=80)
    most_active = models.PositiveIntegerField(
        _("pictures under way"),
        null=True,
        blank=True,
        validators=(MinValueValidator(1), MaxValueValidator(10**6)),
        help_text=_("Pictures that may be under way at once; empty: as the studio has it."),
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a member may do. What each role may is said in one place: `accounts.access`."""

    OWNER = "owner", _("Owner")
    ADMIN = "admin", _("Admin")
    MEMBER = "member", _("Member")
    VIEWER = "viewer", _("Viewer")


MOST_CREDITS = 10**9
TYPED = (MaxValueValidator(MOST_CREDITS),)
"""Credits that a person types in."""


class Capped(models.Model):
    """Who may take only so much out of the pool. `accounts.caps` says what counts against a cap."""

    cap_day = models.PositiveIntegerField(_("credits a day"), null=True, blank=True, validators=TYPED)
    cap_month = models.PositiveIntegerField(_("credits a month"), null=True, blank=True, validators=TYPED)
    cap_lifetime = models.PositiveIntegerField(_("credits in all"), null=True, blank=True, validators=TYPED)

    class Meta:
        abstract = True

    @property
    def is_capped(self) -> bool:
        return any(cap is not None for cap in (self.cap_day, self.cap_month, self.cap_lifetime))


class Member(Capped):
    """A user in a team. One who left stays as a row, because entries and jobs name it."""

    team = models.ForeignKey(Team, models.PROTECT, related_name="members", verbose_name=_("team"))
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=8, choices=Role, default=Role.MEMBER)
    is_active = models.BooleanField(_("active"), default=True)
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = (models.UniqueConstraint(fields=("team", "user"), name="member_once"),)

    def __str__(self) -> str:
        return str(self.user)


INVITATION_LIFE = timedelta(days=7)


def _invitation_end() -> datetime:
    return timezone.now() + INVITATION_LIFE


class Invitation(models.Model):
    """A single-use link into a team. Only the hash of its token is kept, so the link is shown once."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="invitations", verbose_name=_("team"))
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=8, choices=Role, default=Role.MEMBER)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(Member, models.PROTECT, related_name="+", verbose_name=_("invited by"))
    created = models.DateTimeField(_("created"), auto_now_add=True)
    expires = models.DateTimeField(_("expires"), default=_invitation_end)
    accepted = models.DateTimeField(_("accepted"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return self.email


class Wallet(models.Model):
    """A team's credits. `balance` is a cache of the sum of its entries, moved only by `accounts.credits`."""

    team = models.OneToOneField(Team, models.PROTECT, related_name="wallet", verbose_name=_("team"))
    balance = models.BigIntegerField(_("balance"), default=0, editable=False)

    class Meta:
        verbose_name = _("wallet")
        verbose_name_plural = _("wallets")
        constraints = (models.CheckConstraint(condition=models.Q(balance__gte=0), name="balance_not_negative"),)

    def __str__(self) -> str:
        return f"{self.team}: {self.balance}"


class Kind(models.TextChoices):
    """The six ways in which credits move."""

    GRANT = "grant", _("Grant")
    HOLD = "hold", _("Hold")
    RELEASE = "release", _("Release")
    CAPTURE = "capture", _("Capture")
    REFUND = "refund", _("Refund")
    ADJUST = "adjust", _("Adjustment")


GIVES = (Kind.GRANT, Kind.RELEASE, Kind.REFUND)
TAKES = (Kind.HOLD, Kind.CAPTURE)


class Entry(models.Model):
    """One immutable line of a wallet's ledger. The database itself refuses to change or delete one."""

    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="entries", verbose_name=_("wallet"))
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    amount = models.BigIntegerField(_("amount"))
    generation = models.UUIDField(_("generation"), null=True, blank=True)
    member = models.ForeignKey(
        Member, models.PROTECT, null=True, blank=True, related_name="entries", verbose_name=_("member")
    )
    api_key = models.ForeignKey(
        "ApiKey", models.PROTECT, null=True, blank=True, related_name="entries", verbose_name=_("API key")
    )
    note = models.CharField(_("note"), max_length=200, blank=True)
    created = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("wallet", "-id"), name="entry_statement"),
            models.Index(fields=("member", "created"), name="entry_held_by_member", condition=models.Q(kind=Kind.HOLD)),
            models.Index(
                fields=("api_key", "created"),
                name="entry_held_by_key",
                condition=models.Q(kind=Kind.HOLD, api_key__isnull=False),
            ),
        )
        constraints = (
            models.CheckConstraint(
                name="entry_sign_follows_kind",
                condition=(
                    models.Q(kind__in=GIVES, amount__gt=0)
                    | models.Q(kind__in=TAKES, amount__lt=0)
                    | (models.Q(kind=Kind.ADJUST) & ~models.Q(amount=0))
                ),
            ),
            models.UniqueConstraint(
                fields=("generation", "kind"),
                name="entry_once_per_generation",
                condition=models.Q(generation__isnull=False),
            ),
            models.CheckConstraint(
                name="entry_names_generation",
                condition=(
                    models.Q(kind__in=(Kind.HOLD, Kind.RELEASE, Kind.CAPTURE), generation__isnull=False)
                    | models.Q(kind__in=(Kind.GRANT, Kind.REFUND, Kind.ADJUST))
                ),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.amount:+d}"


class Scope(models.TextChoices):
    """What a key may be used for. Never more than its member may do."""

    CREATE = "create", _("Make pictures")
    READ = "read", _("Read jobs, pictures and credits")
    HOOKS = "hooks", _("Manage webhooks")


def _every_scope() -> list[str]:
    return list(Scope.values)


class ApiKey(Capped):
    """A script's key to a team's pool. Shown once; only its hash and its last four characters are kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(Member, models.PROTECT, related_name="api_keys", verbose_name=_("member"))
    name = models.CharField(_("name"), max_length=80)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    ending = models.CharField(_("ends in"), max_length=4, editable=False)
    scopes = models.JSONField(pgettext_lazy("key", "may"), default=_every_scope)
    image_models = models.JSONField(_("image models"), default=list, blank=True, help_text=_("Empty: all of them."))
    keeps_alive = models.BooleanField(
        _("keep waiting lines alive"),
        default=False,
        help_text=_(
            "Sends white space while a call waits for its picture, for proxies that cut a silent line. "
            "What fails then is told under status 200."
        ),
    )
    created = models.DateTimeField(_("created"), auto_now_add=True)
    expires = models.DateTimeField(_("expires"), null=True, blank=True)
    last_used = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    revoked = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")

    def __str__(self) -> str:
        return f"{self.name} …{self.ending}"
