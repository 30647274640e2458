"""After the queue: what becomes of a generation once it is held.

    submit ──▶ poll ──▶ collect ──▶ close ──▶ notify          sweep rings again for whatever is due

Every verb does its work and returns what to ring next; the doors in `tasks.py` do the ringing. The database is
the queue of record: a lost or a doubled ring costs seconds, never a job.
"""

from generations.engine.bells import Bell
from generations.engine.close import cancel
from generations.engine.collect import collect
from generations.engine.notify import notify
from generations.engine.poll import poll
from generations.engine.submit import submit
from generations.engine.sweep import sweep

__all__ = ["Bell", "cancel", "collect", "notify", "poll", "submit", "sweep"]
