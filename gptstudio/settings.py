"""Every setting, read from the environment. A missing or senseless value stops the start with one sentence.

With nothing set, the embedded default: SQLite, a broker in memory, files under ./var, no service needed.
"""

import logging
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env, validate

from gptstudio import logs

env = Env()
BASE_DIR = Path(__file__).resolve().parent.parent
STUDIO_DATA = Path(env.str("STUDIO_DATA", str(BASE_DIR / "var"))).resolve()
STUDIO_DATA.mkdir(parents=True, exist_ok=True)


def _kept_secret() -> str:
    """The embedded default makes its own secret once and keeps it beside its data."""
    path = STUDIO_DATA / "secret_key"
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return path.read_text().strip()


DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "") or _kept_secret()
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured("SECRET_KEY needs at least 32 characters.")

PORT = env.int("PORT", 8000)
PUBLIC_URL = env.str("PUBLIC_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
_public = urlsplit(PUBLIC_URL)
if _public.scheme not in ("http", "https") or not _public.hostname:
    raise ImproperlyConfigured("PUBLIC_URL must be an address such as https://studio.example.com.")
IS_SECURE = _public.scheme == "https"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]", _public.hostname])
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"]
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)
if IS_SECURE and TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

INSTALLED_APPS = [
    "gptstudio.apps.StudioAdmin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "django_structlog",
    "template_partials",
    "accounts",
    "generations",
]

MIDDLEWARE = [
    "gptstudio.turnstile.Turnstile",
    "gptstudio.api.Doors",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "gptstudio.urls"
WSGI_APPLICATION = "gptstudio.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.access.shell",
            ],
        },
    }
]

# --- database -------------------------------------------------------------------------------------

DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{STUDIO_DATA / 'studio.sqlite3'}")}
_options: dict[str, Any] = DATABASES["default"].setdefault("OPTIONS", {})
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # IMMEDIATE takes the write lock at BEGIN, so a writer waits its turn and never dies half-way. FULL, because
    # an intent that a power cut forgets would be a paid call made twice.
    _options.update(
        transaction_mode="IMMEDIATE",
        timeout=20,
        init_command="PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=20000;",
    )
else:
    # A connection is tried before it is handed out, so that a restarted database costs a moment and no page. Who
    # waits for one keeps the pool trying for as long: it tries at 0, 1, 3, 7 and 10 seconds, and anew for the next.
    DATABASES["default"]["ENGINE"] = "gptstudio.postgresql"
    _options["pool"] = {
        "min_size": 1,
        "max_size": env.int("DATABASE_POOL", 16),
        "timeout": 10,
        "reconnect_timeout": 10,
    }
    # A statement goes without its values. Those that say so are parsed and planned once a connection.
    _options |= {"server_side_binding": True, "prepare_threshold": 0}
    # A database host that vanished without a word is given up within seconds, not after a quarter of an hour.
    _patience = {"connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "tcp_user_timeout": 15_000}
    _options |= _patience | _options
BROKER_URL = env.str("BROKER_URL", "") or "memory://"
IS_EMBEDDED = BROKER_URL.startswith("memory://")
CACHE_URL = env.str("CACHE_URL", "")
CACHES: dict[str, dict[str, Any]]
if CACHE_URL:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}}
elif IS_EMBEDDED:
    # One process, so memory is shared enough, and its `add` is one step: sign-in attempts are counted by it, and in
    # files two threads may both be the first.
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
            "OPTIONS": {"MAX_ENTRIES": 10_000},
        }
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
            "LOCATION": str(STUDIO_DATA / "cache"),
        }
    }

# --- files ----------------------------------------------------------------------------------------

STORAGE_URL = env.str("STORAGE_URL", f"file://{STUDIO_DATA / 'media'}")
_storage = urlsplit(STORAGE_URL)
_media: dict[str, object]
if _storage.scheme == "file":
    _media = {"BACKEND": "generations.vault.DurableStorage", "OPTIONS": {"location": _storage.path}}
elif _storage.scheme == "s3":
    _media = {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": _storage.netloc,
            "location": _storage.path.strip("/"),
            "endpoint_url": env.str("S3_ENDPOINT_URL", None),
            "file_overwrite": False,
            "default_acl": None,
        },
    }
else:
    raise ImproperlyConfigured("STORAGE_URL must be file:///a/folder or s3://a-bucket/a/prefix.")
SCRATCH = STUDIO_DATA / "scratch"
SCRATCH.mkdir(exist_ok=True)

STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", STUDIO_DATA / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": _media,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_TEMP_DIR = SCRATCH

# --- the pipeline ---------------------------------------------------------------------------------

FETCH_ALLOW: tuple[str, ...] = tuple(env.list("FETCH_ALLOW", []))
"""Networks (10.0.0.0/8) and origins (http://host:port) that the fetcher may reach beside the public internet."""
WORKER_THREADS = env.int("WORKER_THREADS", 64)
"""Calls that one worker holds open at once."""
MOST_ACTIVE = env.int("MOST_ACTIVE", 1000)
"""Pictures that one team may have under way at once, unless the team's own row says otherwise."""
RATES_CREATE: list[str] = env.list("RATES_CREATE", ["20/second", "600/minute"])
RATES_READ: list[str] = env.list("RATES_READ", ["100/second", "3000/minute"])
"""Calls that one API key may make, to begin something and to ask how it goes; a team may make three times as many."""
REMEMBERED_FOR = 0.5
"""Seconds for which a web process believes that an API key and an image model are as it has read them."""
DRAIN_SECONDS = env.int("DRAIN_SECONDS", 660)
"""How long a stopping process waits for the calls it holds. A call that is cut off may still be billed."""
DEAF_AFTER = 60
"""Seconds in which a worker must have heard its own knock: twice the longest pause (30 s, Celery's own) between two
tries to reach a broker that was away, so that one who is just coming back is not taken for deaf."""
if os.environ.get("REMAP_SIGTERM"):  # Celery's own; with it TERM would cut calls off that may have been paid for
    raise ImproperlyConfigured("REMAP_SIGTERM must not be set.")

# --- processes and their log ----------------------------------------------------------------------

HOST = env.str("HOST", "127.0.0.1")
WEB_PROCESSES = 1 if IS_EMBEDDED else env.int("WEB_PROCESSES", 2)
WEB_THREADS = env.int("WEB_THREADS", 4)
"""Calls that one web process works on at once."""
WEB_LINES = env.int("WEB_LINES", 2200)
"""Calls that one web process holds at once: those it works on, and those that wait for their picture."""
LOG_LEVEL = env.str("LOG_LEVEL", "WARNING", validate=validate.OneOf(("DEBUG", "INFO", "WARNING", "ERROR")))
LOG_FORMAT = env.str("LOG_FORMAT", "console", validate=validate.OneOf(("console", "json")))
LOGGING = logs.configure(LOG_LEVEL, LOG_FORMAT)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # `gptstudio.api` does it: the library would believe any header
DJANGO_STRUCTLOG_STATUS_4XX_LOG_LEVEL = logging.INFO

# --- people ---------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "create"
ACCOUNT_ADAPTER = "accounts.adapter.StudioAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_FORMS = {"login": "accounts.forms.SignInForm"}
# Beside allauth's own. An invitation is a letter to a stranger; a key is a row that is kept for ever.
ACCOUNT_RATE_LIMITS = {"invite": "30/h/user", "make_key": "60/h/user"}
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
SIGN_IN_LINK_LIFE = 60 * 60
PASSWORD_RESET_TIMEOUT = SIGN_IN_LINK_LIFE

SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_NAME = "__Host-session" if IS_SECURE else "session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_SECURE
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_HSTS_SECONDS = 31_536_000 if IS_SECURE else 0
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "blob:", "data:"],
        "object-src": [NONE],
        "base-uri": [SELF],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

EMAIL = env.dj_email_url("EMAIL_URL", "") if env.str("EMAIL_URL", "") else {}
EMAIL_BACKEND = EMAIL.get("EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = EMAIL.get("EMAIL_FILE_PATH") or str(STUDIO_DATA / "mail")
for _name in ("HOST", "PORT", "HOST_USER", "HOST_PASSWORD", "USE_TLS", "USE_SSL"):
    if f"EMAIL_{_name}" in EMAIL:
        globals()[f"EMAIL_{_name}"] = EMAIL[f"EMAIL_{_name}"]
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "GPT Studio <studio@localhost>")
EMAIL_TIMEOUT = 20

# --- words and time -------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", "UTC")
