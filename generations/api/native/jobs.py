"""Quotes and jobs: what a brief would cost, its submission, how it goes, and calling it off."""

from typing import Annotated, TypeAlias

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_noop as _
from ninja import Router, Status
from ninja.params.models import Path

from accounts.access import Right, has_right
from accounts.models import Scope
from generations import intake
from generations.api.answers import mark
from generations.api.callers import Caller
from generations.api.finding import undressed
from generations.api.native import telling, told
from generations.api.native.asked import JobsAsked, Wished
from generations.api.native.documenting import SAID, answers, documented
from generations.api.native.entering import Bearer, CallRequest, Known, Read
from generations.api.native.paging import part
from generations.api.native.wishing import begin, priced
from generations.dialects.serving import Refused, Why
from generations.models import Generation, Job, State

router = Router(tags=[_("Jobs")])
LIST = "jobs"
Name: TypeAlias = Annotated[str, Path(..., description=_("The id of a job, in whatever dress."))]


@router.post(
    "/quote",
    auth=Bearer(Scope.CREATE),
    response=answers(200, told.Quote, 400, 413),
    summary=_("Ask what a job would cost"),
    description=_(
        "Takes the brief of a job and answers with the most that it can cost. Nothing is fetched, kept or held."
    ),
    openapi_extra=documented("quote", Scope.CREATE, SAID["quote"]),
)
def quote(request: CallRequest, wished: Annotated[Wished, Read()]) -> told.Quote:
    """The upper price of a brief, beside what the pool holds."""
    return telling.quote(priced(request.auth, wished))


@router.post(
    "/jobs",
    auth=Bearer(Scope.CREATE),
    response=answers(201, told.Job, 400, 402, 409, 413),
    summary=_("Submit a job"),
    description=_(
        "Credits are held at once; the pictures follow. The same Idempotency-Key with the same body gives the same "
        "job for a day, and as long as it is under way; with another body it is refused."
    ),
    openapi_extra=documented("job", Scope.CREATE, SAID["job"], is_idempotent=True),
)
def create_job(request: CallRequest, response: HttpResponse, wished: Annotated[Wished, Read()]) -> Status[told.Job]:
    """Take a brief on."""
    taken = begin(request, wished)
    mark(response, taken.job, is_repeat=taken.is_repeat)
    response["Location"] = reverse("native:job", args=[taken.job.pk])
    return Status(201, telling.job(_found(request.auth, str(taken.job.pk))))


@router.get(
    "/jobs",
    auth=Bearer(Scope.READ),
    response=answers(200, told.Jobs),
    summary=_("List jobs"),
    description=_("The team's jobs, the newest first, made in the studio or through any dialect."),
    openapi_extra=documented("jobs", Scope.READ),
)
def list_jobs(request: CallRequest, asked: Annotated[JobsAsked, Known()]) -> told.Jobs:
    """The team's jobs."""
    rows: QuerySet[Job] = Job.objects.for_team(request.auth.member.team)
    if asked.origin:
        rows = rows.filter(origin=asked.origin)
    if asked.state:
        rows = rows.filter(in_state(asked.state))
    found, after = part(telling.whole(rows), LIST, asked.cursor, asked.limit)
    return told.Jobs(data=[telling.job(each) for each in found], next=after)


@router.get(
    "/jobs/{id}",
    auth=Bearer(Scope.READ),
    response=answers(200, told.Job, 404),
    url_name="job",
    summary=_("Read a job"),
    description=_(
        "Any job of the team by its id, as the native API, the studio or a dialect has it: task_… and gpt_img_… too."
    ),
    openapi_extra=documented("job", Scope.READ),
)
def read_job(request: CallRequest, id: Name) -> told.Job:  # noqa: A002 the word that callers read
    """How a job goes."""
    return telling.job(_found(request.auth, id))


@router.post(
    "/jobs/{id}/cancel",
    auth=Bearer(Scope.CREATE),
    response=answers(200, told.Job, 404),
    summary=_("Cancel a job"),
    description=_(
        "What still waits ends at once with its credits back. What a provider works on is only asked to stop: "
        "if its picture comes, it is charged. Another member's job takes the role of an admin or owner."
    ),
    openapi_extra=documented("job", Scope.CREATE),
)
def cancel_job(request: CallRequest, id: Name) -> told.Job:  # noqa: A002
    """Call off whatever of a job has not ended."""
    caller = request.auth
    found = _found(caller, id)
    if found.member_id != caller.member.pk and not has_right(caller.member, Right.CANCEL_ANY):
        raise Refused(Why.FORBIDDEN, "This job is another member's. Cancelling it takes the role of an admin or owner.")
    for generation in found.generations.all():
        if not generation.is_over:
            intake.cancel(caller.member, generation)
    return telling.job(_found(caller, id))


def in_state(state: State) -> Q:
    """Jobs of which this is the state, as `generations.reports.state_of` has it for one."""
    under_way = _some(State.QUEUED, State.RUNNING)
    if state is State.QUEUED:
        return _some(State.QUEUED) & ~_some(*(other for other in State if other is not State.QUEUED))
    if state is State.RUNNING:
        return _some(State.RUNNING) | (_some(State.QUEUED) & _some(State.SUCCEEDED, State.FAILED, State.CANCELLED))
    if state is State.SUCCEEDED:
        return _some(State.SUCCEEDED) & ~under_way
    if state is State.FAILED:
        return _some(State.FAILED) & ~under_way & ~_some(State.SUCCEEDED)
    return ~_some(*(other for other in State if other is not State.CANCELLED))


def _some(*states: State) -> Q:
    """One of its pictures is in one of these."""
    return Q(Exists(Generation.objects.filter(job=OuterRef("pk"), state__in=states)))


def _found(caller: Caller, name: str) -> Job:
    """A job of the caller's team. Raises Refused: of another team's it learns as much as of none."""
    pk = undressed(name)
    rows = telling.whole(Job.objects.for_team(caller.member.team))
    found = rows.filter(pk=pk).first() if pk else None
    if found is None:
        raise Refused(Why.NO_TASK, "There is no such job.")
    return found
