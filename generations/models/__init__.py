"""Everything that is kept about making pictures."""

from generations.models.asset import Asset, Use
from generations.models.attempt import Attempt, Stage
from generations.models.generation import ENDED, MOVES, Generation, State
from generations.models.job import Job, JobReference
from generations.models.provider import ImageModel, Price, Provider, Route

__all__ = [
    "ENDED",
    "MOVES",
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
    "Use",
]
