"""Everything that is kept about making pictures."""

from generations.models.asset import Asset, Use
from generations.models.attempt import UNRESOLVED, Attempt, Stage
from generations.models.generation import ENDED, MOVES, Generation, State, Turn
from generations.models.job import Job, JobReference
from generations.models.provider import WELL, ImageModel, Price, Provider, Route
from generations.models.webhook import CHOSEN, OVERLAP, Delivery, Event, Off, Reply, Way, Webhook

__all__ = [
    "CHOSEN",
    "ENDED",
    "MOVES",
    "OVERLAP",
    "UNRESOLVED",
    "WELL",
    "Asset",
    "Attempt",
    "Delivery",
    "Event",
    "Generation",
    "ImageModel",
    "Job",
    "JobReference",
    "Off",
    "Price",
    "Provider",
    "Reply",
    "Route",
    "Stage",
    "State",
    "Turn",
    "Use",
    "Way",
    "Webhook",
]
