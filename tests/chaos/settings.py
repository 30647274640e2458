"""The studio's settings with failpoints, and with whatever else a scene does to it from inside."""

from gptstudio.settings import *  # noqa: F403 the studio's own, whole
from gptstudio.settings import INSTALLED_APPS, env

FAILPOINTS = env.path("FAILPOINTS")
"""The folder in which points are armed. That this name exists is what switches them on."""

CHAOS_CLOCKS = env.str("CHAOS_CLOCKS", "real")
CHAOS_RINGS = env.int("CHAOS_RINGS", 1)
CHAOS_SWEEPERS = env.int("CHAOS_SWEEPERS", 1)

INSTALLED_APPS = [*INSTALLED_APPS, "tests.chaos.tampering.Tampering"]
