"""What the native API answers: every key is always there, and null where there is nothing to say."""

import uuid
from datetime import datetime

from django.utils.translation import gettext_noop as _
from pydantic import BaseModel, Field

from accounts.models import Kind
from generations.dialects.serving import Why
from generations.models import Event, Off, Reply, State, Use, Way

_ADDRESS = _("Anybody may fetch the original here for 30 to 60 minutes. Ask again for a new one.")
_NEXT = _("The cursor of the next part; null at the end.")


class Error(BaseModel):
    code: Why = Field(description=_("Stable, for programs."))
    message: str = Field(description=_("One sentence, for people."))
    field: str | None = Field(description=_("Where the fault lies, as the caller wrote it."))


class Failure(BaseModel):
    """The one shape of everything that goes wrong."""

    error: Error


class Fault(BaseModel):
    """Why no picture came."""

    code: str = Field(description=_("The kind of the fault: refused, invalid, busy, broken, unknown …"))
    message: str = Field(description=_("Why no picture came, in the caller's language."))


class Picture(BaseModel):
    """What came."""

    asset: uuid.UUID = Field(description=_("The id of the kept picture."))
    url: str = Field(description=_ADDRESS)
    media_type: str
    width: int
    height: int
    bytes: int


class Receipt(BaseModel):
    """What was asked for, and what came."""

    asked_size: str
    delivered_size: str


class Generation(BaseModel):
    """One picture of a job."""

    id: uuid.UUID
    position: int = Field(description=_("Its place in the job, from 1."))
    state: State
    held: int = Field(description=_("Credits set aside for it."))
    charged: int | None = Field(description=_("Credits taken when it ended; null until then."))
    fault: Fault | None
    picture: Picture | None
    receipt: Receipt | None


class Brief(BaseModel):
    """What was asked for, once for all pictures of the job."""

    prompt: str
    size: str
    ratio: str
    tier: str
    quality: str | None
    background: str | None
    format: str | None
    compression: int | None
    moderation: str | None
    references: list[uuid.UUID] = Field(description=_("The ids of its references, in the order of the prompt."))
    mask: uuid.UUID | None


class Job(BaseModel):
    """One accepted submission."""

    id: uuid.UUID
    state: State = Field(description=_("Under way while one of its pictures is; then well as soon as one came."))
    created: datetime
    ended: datetime | None
    image_model: str
    origin: str = Field(description=_("Where it came from: studio, native, or the name of a dialect."))
    brief: Brief
    count: int
    generations: list[Generation]


class Quote(BaseModel):
    """The upper price of a job. Nothing is held by it."""

    each: int = Field(description=_("Credits for one picture at most."))
    count: int
    total: int
    balance: int = Field(description=_("Credits in the pool now."))


class Asset(BaseModel):
    """A kept picture."""

    id: uuid.UUID
    use: Use
    created: datetime
    media_type: str
    width: int
    height: int
    bytes: int
    name: str
    url: str = Field(description=_ADDRESS)
    job: uuid.UUID | None = Field(description=_("The job that it came of, of an output."))


class Balance(BaseModel):
    balance: int = Field(description=_("Credits in the pool now."))


class Entry(BaseModel):
    """One line of the statement."""

    id: int
    kind: Kind
    amount: int = Field(description=_("Credits that came in, or went out below zero."))
    balance: int = Field(description=_("What was in the pool right after it."))
    generation: uuid.UUID | None
    member: str | None
    api_key: str | None
    note: str
    created: datetime


class Capabilities(BaseModel):
    """What an image model takes. An empty list means that it has no such choice."""

    prompt_limit: int
    sizes: list[str]
    size_rule: str = Field(
        description=_("Other sizes that are taken: listed none, native those of OpenAI's rule, free any.")
    )
    qualities: list[str]
    backgrounds: list[str]
    formats: list[str]
    moderations: list[str]
    compression: bool
    fewest_references: int
    most_references: int
    mask: bool


class Price(BaseModel):
    tier: str
    quality: str | None
    credits: int


class ImageModel(BaseModel):
    """A public image model, what it can do and what it costs."""

    name: str
    title: str
    capabilities: Capabilities
    tariff: list[Price]


class Webhook(BaseModel):
    """An address that is told what became of the team's jobs."""

    id: uuid.UUID
    url: str
    events: list[Event]
    is_on: bool
    off_since: datetime | None
    off_because: Off | None = Field(description=_("By hand, as its receiver is gone, or as it only failed for days."))
    failing_since: datetime | None = Field(description=_("Since when nothing has reached it."))
    former_until: datetime | None = Field(description=_("Until then the former secret signs beside the new one."))
    member: str
    created: datetime


class NewWebhook(Webhook):
    """A webhook, in the one answer that shows its secret."""

    secret: str = Field(description=_("What its events are signed with. It is never shown again."))


class Try(BaseModel):
    """One call of a delivery."""

    at: datetime
    status: int | None = Field(description=_("What was answered; null where nothing was."))
    reply: Reply


class Delivery(BaseModel):
    """One event on its way to one webhook."""

    id: str = Field(description=_("What the receiver knows it by, at every try: webhook-id."))
    event: Event
    job: uuid.UUID | None = Field(description=_("Null for a test."))
    state: Way
    tries: int = Field(description=_("How often it was sent since it was last asked for."))
    due: datetime | None = Field(description=_("When it is tried next; null where it is over."))
    log: list[Try] = Field(description=_("Its last tries, the oldest first."))
    created: datetime


class Jobs(BaseModel):
    data: list[Job]
    next: str | None = Field(description=_NEXT)


class Assets(BaseModel):
    data: list[Asset]
    next: str | None = Field(description=_NEXT)


class Entries(BaseModel):
    data: list[Entry]
    next: str | None = Field(description=_NEXT)


class ImageModels(BaseModel):
    data: list[ImageModel]


class Webhooks(BaseModel):
    data: list[Webhook]


class Deliveries(BaseModel):
    data: list[Delivery]
    next: str | None = Field(description=_NEXT)
