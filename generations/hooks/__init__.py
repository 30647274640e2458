"""Webhooks out: who asked for it is told what became of a job.

    close ── tell ──▶ a delivery for each ── sweep rings ──▶ deliver ──▶ taken, tried again, or given up ──▶ clear

`tell` writes in the transaction that settles the job's last generation, so an event is there if and only if what it
tells is true. `deliver` sends ids and states, never a picture or a prompt, signed by Standard Webhooks 1.0; a call-back
that a job of the jobs wire came with goes in that wire's own shape. An event keeps its id however often it is sent, and
it may come twice: a worker that dies before it has written an answer down cannot know that there was one.
"""

from generations.hooks.clearing import clear
from generations.hooks.delivering import deliver, is_due
from generations.hooks.telling import tell

__all__ = ["clear", "deliver", "is_due", "tell"]
