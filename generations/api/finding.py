"""Which job is meant? One of the caller's team, by its id in whatever wire's dress."""

import uuid

from django.http import HttpRequest

from accounts.models import Scope
from generations.api.callers import caller_of
from generations.api.limits import count
from generations.dialects.serving import Refused, Why
from generations.models import Job


def job_of(request: HttpRequest, task: str) -> Job:
    """The job that the caller asks after. Raises Refused: of another team's it learns as much as of none."""
    caller = caller_of(request, Scope.READ)
    count(caller, Scope.READ)
    jobs = Job.objects.for_team(caller.member.team).select_related("image_model")
    pk = undressed(task)
    job = jobs.filter(pk=pk).first() if pk else None
    if job is None:
        raise Refused(Why.NO_TASK, "There is no such task.")
    return job


def undressed(task: str) -> uuid.UUID | None:
    """An id without what a wire puts before a job's, or we before an event's; None for what is no id of ours."""
    try:
        return uuid.UUID(task.removeprefix("gpt_img_").removeprefix("task_").removeprefix("evt_"))
    except ValueError:
        return None
