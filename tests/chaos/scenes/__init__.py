"""What is done to the studio, scene by scene."""

from tests.chaos.scenes import doubles, failpoints, frozen, kills, outages, stopping, telling
from tests.chaos.scenes.scene import Scene

ALL: tuple[Scene, ...] = (
    *kills.SCENES,
    *telling.SCENES,
    *failpoints.SCENES,
    *outages.SCENES,
    *doubles.SCENES,
    *frozen.SCENES,
    *stopping.SCENES,
)
"""The longest first, so that none is still at work alone when the others are done."""
