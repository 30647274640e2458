"""The studio's settings with throwaway data, so that no test meets a person's ./var or another process's rows."""

import atexit
import os
import shutil
import tempfile
from urllib.parse import urlsplit, urlunsplit

DATA = tempfile.mkdtemp(prefix="studio-tests-")
atexit.register(shutil.rmtree, DATA, ignore_errors=True)
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def own(name: str) -> None:
    """Each test process takes a Redis database of its own, counted on from the one that the environment names."""
    if url := os.environ.get(name):
        parts = urlsplit(url)
        os.environ[name] = urlunsplit(parts._replace(path=f"/{int(parts.path.strip('/') or 0) + 2 * WORKER}"))


own("BROKER_URL")
own("CACHE_URL")
os.environ["STUDIO_DATA"] = DATA
os.environ["SECRET_KEY"] = "a secret that only the tests know, long enough to be one"

from gptstudio.settings import *  # noqa: E402 the environment comes first

STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
Path(STATIC_ROOT).mkdir()  # whitenoise warns where there is none
REMEMBERED_FOR = 0  # what a test changes is so at once
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, so that threads meet as they do in life; no power cut is feared here.
    DATABASES["default"]["TEST"] = {"NAME": f"{DATA}/test.sqlite3"}
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
