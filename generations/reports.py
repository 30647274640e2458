"""What is a job, as its caller asks after it? One state for all its pictures, and where those are that came."""

from generations import media, sentences
from generations.dialects.serving import Made, Refusal, Task, Why
from generations.faults import Kind
from generations.models import Asset, Attempt, Generation, Job, State
from generations.sizes import Size
from gptstudio.statements import Given, Statement

_WHY = {Kind.REFUSED: Why.REFUSED, Kind.INVALID: Why.INVALID, Kind.UNSUPPORTED: Why.INVALID}


GENERATIONS = Statement(
    lambda: Generation.objects.filter(job=Given("job")).select_related("asset").order_by("position")
)
ATTEMPTS = Statement(
    lambda: (
        Attempt.objects.filter(generation__job=Given("job")).only("generation", "percent", "result").order_by("sent")
    )
)
"""The last of each generation comes last."""


def report(job: Job) -> Task:
    """The job as it stands now, in two questions to the database and with fresh links to its pictures."""
    generations = GENERATIONS.all(job=job.pk)
    last = {attempt.generation_id: attempt for attempt in ATTEMPTS.all(job=job.pk)}
    state = state_of([State(generation.state) for generation in generations])
    ended = [generation.ended.timestamp() for generation in generations if generation.ended]
    return Task(
        id=job.pk.hex,
        image_model=job.image_model.name,
        brief=job.brief(),
        state=state,
        created=job.created.timestamp(),
        ended=max(ended) if ended and state not in (State.QUEUED, State.RUNNING) else None,
        percent=sum(_percent(each, last.get(each.pk)) for each in generations) // len(generations),
        pictures=tuple(
            _made(job, generation, last.get(generation.pk))
            for generation in generations
            if generation.state == State.SUCCEEDED
        ),
        refusal=next((_refusal(generation) for generation in generations if generation.state in _WITHOUT), None)
        if state in _WITHOUT
        else None,
        said=job.said,
    )


def kept(job: Job) -> list[Asset]:
    """The pictures of the job that came, in their order."""
    return [made.asset for made in GENERATIONS.all(job=job.pk) if made.state == State.SUCCEEDED and made.asset]


def begun(job: Job) -> Task:
    """The job as it stands when it has just been taken on, without asking the database."""
    return Task(
        id=job.pk.hex,
        image_model=job.image_model.name,
        brief=job.brief(),
        state=State.QUEUED,
        created=job.created.timestamp(),
        said=job.said,
    )


_WITHOUT = (State.FAILED, State.CANCELLED)


def state_of(states: list[State]) -> State:
    """Under way while one is; then well as soon as one picture came."""
    for state in (State.RUNNING, State.QUEUED, State.SUCCEEDED, State.FAILED):
        if state in states:
            return State.RUNNING if state is State.QUEUED and len({*states}) > 1 else state
    return State.CANCELLED


def _percent(generation: Generation, attempt: Attempt | None) -> int:
    if generation.is_over:
        return 100 if generation.state == State.SUCCEEDED else 0
    return (attempt.percent or 0) if attempt else 0


def _made(job: Job, generation: Generation, attempt: Attempt | None) -> Made:
    asset = generation.asset
    assert asset is not None  # noqa: S101 a succeeded generation has one
    result = attempt.result if attempt else {}
    return Made(
        url=media.lasting_link(asset),
        media_type=asset.media_type,
        size=str(Size(asset.width, asset.height)),
        background=result.get("came", {}).get("background", ""),
        quality=result.get("quality") or job.brief_json.get("quality", ""),
        revised_prompt=result.get("revised_prompt", ""),
    )


def _refusal(generation: Generation) -> Refusal:
    if generation.state == State.CANCELLED:
        return Refusal(Why.CANCELLED, sentences.never_made())
    why = _WHY.get(Kind(generation.fault), Why.FAILED)
    return Refusal(why, sentences.fault(generation.fault, generation.fault_code))
