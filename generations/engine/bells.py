"""What to ring next: a queue's name and, where one row is meant, its id."""

import uuid
from typing import NamedTuple

SUBMIT, POLL, COLLECT, HOOKS = "submit", "poll", "collect", "hooks"


class Bell(NamedTuple):
    """A doorbell carries no work and no truth, only where to look."""

    queue: str
    id: uuid.UUID | None = None
