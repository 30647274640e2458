"""Webhooks: who is told what became of the team's jobs, how that went, and sending an event again."""

from typing import Annotated, TypeAlias

from django.db.models import QuerySet
from django.utils.translation import gettext_noop as _
from ninja import Router, Status
from ninja.params.models import Path

from accounts.models import Scope
from generations.api.callers import Caller
from generations.api.finding import undressed
from generations.api.native import telling, told
from generations.api.native.asked import Hooked, Paging, Switched
from generations.api.native.documenting import SAID, answers, documented
from generations.api.native.entering import Bearer, CallRequest, Known, Read
from generations.api.native.paging import part
from generations.dialects.serving import Refused, Why
from generations.fetch import NotFetched, check
from generations.hooks import keeping, switching
from generations.models import Delivery, Off, Webhook

router = Router(tags=[_("Webhooks")])
LIST = "deliveries"
Name: TypeAlias = Annotated[str, Path(..., description=_("The id of a webhook."))]
EventName: TypeAlias = Annotated[str, Path(..., description=_("The id of a delivery, as its receiver sees it."))]


@router.get(
    "/webhooks",
    auth=Bearer(Scope.HOOKS),
    response=answers(200, told.Webhooks),
    summary=_("List webhooks"),
    description=_("All of the team's, the newest first. There are never more than ten."),
    openapi_extra=documented("webhooks", Scope.HOOKS),
)
def list_webhooks(request: CallRequest) -> told.Webhooks:
    """The team's webhooks."""
    return told.Webhooks(data=[telling.webhook(each) for each in _theirs(request.auth).order_by("-created", "-pk")])


@router.post(
    "/webhooks",
    auth=Bearer(Scope.HOOKS),
    response=answers(201, told.NewWebhook, 400, 409, 413),
    summary=_("Make a webhook"),
    description=_(
        "Each job of the team that ends from now on is told there, signed by Standard Webhooks 1.0. "
        "This answer is the only one that shows the secret."
    ),
    openapi_extra=documented("new_webhook", Scope.HOOKS, SAID["new_webhook"]),
)
def create_webhook(request: CallRequest, hooked: Annotated[Hooked, Read()]) -> Status[told.NewWebhook]:
    """Make one."""
    try:
        check(hooked.url)
        made = keeping.add(request.auth.member, hooked.url, dict.fromkeys(hooked.events))
    except NotFetched as wrong:
        raise Refused(Why.INVALID, "This is not a whole http:// or https:// address.", "url") from wrong
    except keeping.TooMany as wrong:
        raise Refused(Why.TOO_MANY, f"A team has at most {keeping.MOST} webhooks. Remove one first.") from wrong
    return Status(201, telling.new_webhook(made, made.secret))


@router.get(
    "/webhooks/{id}",
    auth=Bearer(Scope.HOOKS),
    response=answers(200, told.Webhook, 404),
    summary=_("Read a webhook"),
    description=_("One webhook, without its secret."),
    openapi_extra=documented("webhook", Scope.HOOKS),
)
def read_webhook(request: CallRequest, id: Name) -> told.Webhook:  # noqa: A002 the word that callers read
    """One webhook."""
    return telling.webhook(_found(request.auth, id))


@router.patch(
    "/webhooks/{id}",
    auth=Bearer(Scope.HOOKS),
    response=answers(200, told.Webhook, 400, 404, 413),
    summary=_("Switch a webhook on or off"),
    description=_(
        "Off, it is told nothing, and what was on its way is given up; on, it is told what happens from now on. "
        "For another address make another webhook: it has a secret of its own."
    ),
    openapi_extra=documented("webhook", Scope.HOOKS, SAID["webhook"]),
)
def switch_webhook(
    request: CallRequest,
    id: Name,  # noqa: A002
    switched: Annotated[Switched, Read()],
) -> told.Webhook:
    """Switch one on or off."""
    found = _found(request.auth, id)
    if switched.is_on:
        switching.switch_on(found)
    else:
        switching.switch_off(found, Off.HAND)
    return telling.webhook(_found(request.auth, id))


@router.delete(
    "/webhooks/{id}",
    auth=Bearer(Scope.HOOKS),
    response=answers(200, told.Webhook, 404),
    summary=_("Remove a webhook"),
    description=_("With its deliveries, also those on their way. The answer is what it was."),
    openapi_extra=documented("webhook", Scope.HOOKS),
)
def delete_webhook(request: CallRequest, id: Name) -> told.Webhook:  # noqa: A002
    """Remove one."""
    found = _found(request.auth, id)
    was = telling.webhook(found)
    keeping.remove(found)
    return was


@router.post(
    "/webhooks/{id}/secret",
    auth=Bearer(Scope.HOOKS),
    response=answers(200, told.NewWebhook, 404),
    summary=_("Roll the secret of a webhook"),
    description=_("Shows the new secret, here and never again. The former one signs beside it for a day."),
    openapi_extra=documented("new_webhook", Scope.HOOKS),
)
def roll_secret(request: CallRequest, id: Name) -> told.NewWebhook:  # noqa: A002
    """Give one a new secret."""
    found = _found(request.auth, id)
    secret = keeping.rotate(found)
    return telling.new_webhook(found, secret)


@router.get(
    "/webhooks/{id}/deliveries",
    auth=Bearer(Scope.HOOKS),
    response=answers(200, told.Deliveries, 404),
    summary=_("List the deliveries of a webhook"),
    description=_("What it was told of in the last thirty days, or is still to be told, the newest first."),
    openapi_extra=documented("deliveries", Scope.HOOKS),
)
def list_deliveries(request: CallRequest, id: Name, asked: Annotated[Paging, Known()]) -> told.Deliveries:  # noqa: A002
    """What one was told of."""
    rows = Delivery.objects.filter(webhook=_found(request.auth, id))
    found, after = part(rows, LIST, asked.cursor, asked.limit)
    return told.Deliveries(data=[telling.delivery(each) for each in found], next=after)


@router.post(
    "/deliveries/{id}/replay",
    auth=Bearer(Scope.HOOKS),
    response=answers(200, told.Delivery, 404),
    summary=_("Send an event again"),
    description=_("Under the id that it has always had. A webhook that is off is told nothing: switch it on first."),
    openapi_extra=documented("delivery", Scope.HOOKS),
)
def replay_delivery(request: CallRequest, id: EventName) -> told.Delivery:  # noqa: A002
    """Send one event once more."""
    theirs = Delivery.objects.filter(webhook__in=_theirs(request.auth)).select_related("webhook")
    pk = undressed(id)
    found = theirs.filter(pk=pk).first() if pk else None
    if found is None or found.webhook is None:
        raise Refused(Why.NO_TASK, "There is no such delivery.")
    if not found.webhook.is_on:
        raise Refused(Why.INVALID, "This webhook is switched off. Switch it on first.")
    keeping.replay(found)
    found.refresh_from_db()
    return telling.delivery(found)


def _theirs(caller: Caller) -> QuerySet[Webhook]:
    return Webhook.objects.for_team(caller.member.team).select_related("member__user")


def _found(caller: Caller, name: str) -> Webhook:
    """A webhook of the caller's team. Raises Refused: of another team's it learns as much as of none."""
    pk = undressed(name)
    found = _theirs(caller).filter(pk=pk).first() if pk else None
    if found is None:
        raise Refused(Why.NO_TASK, "There is no such webhook.")
    return found
