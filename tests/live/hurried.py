"""The studio's settings for a test that will not wait a minute for a deaf worker to find out."""

from gptstudio.settings import *  # noqa: F403

DEAF_AFTER = 12
