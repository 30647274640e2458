"""The team's credits: what the pool holds, and the statement."""

from typing import Annotated

from django.utils.translation import gettext_noop as _
from ninja import Router

from accounts.access import Right, has_right
from accounts.models import Scope, Wallet
from accounts.statement import read_statement
from generations.api.native import telling, told
from generations.api.native.asked import EntriesAsked
from generations.api.native.documenting import answers, documented
from generations.api.native.entering import Bearer, CallRequest, Known
from generations.api.native.paging import cursor_of, open_cursor
from generations.dialects.serving import Refused, Why

router = Router(tags=[_("Credits")])
LIST = "entries"


@router.get(
    "/balance",
    auth=Bearer(Scope.READ),
    response=answers(200, told.Balance),
    summary=_("Read the balance"),
    description=_("What the team's pool holds now. What is held for pictures under way is not in it."),
    openapi_extra=documented("balance", Scope.READ),
)
def read_balance(request: CallRequest) -> told.Balance:
    """What the pool holds."""
    return told.Balance(balance=_wallet(request).balance)


@router.get(
    "/entries",
    auth=Bearer(Scope.READ),
    response=answers(200, told.Entries),
    summary=_("List entries"),
    description=_("The statement: every movement of the team's credits, the newest first. Viewers do not see it."),
    openapi_extra=documented("entries", Scope.READ),
)
def list_entries(request: CallRequest, asked: Annotated[EntriesAsked, Known()]) -> told.Entries:
    """The statement."""
    if not has_right(request.auth.member, Right.SEE_STATEMENT):
        raise Refused(Why.FORBIDDEN, "A viewer does not see the statement.")
    before = open_cursor(LIST, asked.cursor) if asked.cursor is not None else None
    page = read_statement(_wallet(request), before)
    shown = page.lines[: asked.limit]
    is_last = len(shown) == len(page.lines) and page.before is None
    after = None if is_last else cursor_of(LIST, shown[-1].entry.pk)
    return told.Entries(data=[telling.entry(line) for line in shown], next=after)


def _wallet(request: CallRequest) -> Wallet:
    return Wallet.objects.get(team=request.auth.member.team_id)
