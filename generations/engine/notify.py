"""Tell those who asked for it what became of a job."""

from generations import hooks
from generations.engine.bells import HOOKS, Bell


def notify() -> list[Bell]:
    """Deliver the event whose turn it is. Returns what to ring next: itself, while more are due."""
    return [Bell(HOOKS)] if hooks.deliver() and hooks.is_due() else []
