"""Everything that is kept about making pictures."""

from generations.models.asset import Asset, Use
from generations.models.attempt import UNRESOLVED, Attempt, Stage
from generations.models.generation import ENDED, MOVES, Generation, State, Turn
from generations.models.job import Job, JobReference
from generations.models.provider import WELL, ImageModel, Price, Provider, Route

__all__ = [
    "ENDED",
    "MOVES",
    "UNRESOLVED",
    "WELL",
    "Asset",
    "Attempt",
    "Generation",
    "ImageModel",
    "Job",
    "JobReference",
    "Price",
    "Provider",
    "Route",
    "Stage",
    "State",
    "Turn",
    "Use",
]
