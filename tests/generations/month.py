"""One small month whose every figure was worked out by hand: what the usage page is held against.

    2 March   Bob     four pictures of A, 10 held each, at P: 10 + 10 + 4 taken, one refused
              Alice   one picture of B, 6 held: P was busy, Q made it for 6
    3 March   Alice   gives 7 of the first 10 back to Bob's picture
              Bob     one picture of A, 10 held, at P: no verdict came, the 0.03 dollars are lost
              Bob     one picture of A, 4 held, at P: under way
              Charlie one picture of B, 6 held, at Q: made for 6
              Charlie one picture of B, 6 held: queued

A call costs 0.03 dollars at P and 0.05 at Q; one that came back empty-handed costs nothing, unless it is lost.
"""

from dataclasses import dataclass

import time_machine

from accounts import credits
from accounts.models import Member
from generations.faults import Kind
from generations.models import ImageModel, Provider
from tests.generations.books import delivered, failed, passed_on, sent, submitted
from tests.generations.factories import ImageModelFactory, ProviderFactory, RouteFactory

FIRST, SECOND = "2026-03-02", "2026-03-03"


@dataclass(frozen=True)
class Month:
    a: ImageModel
    b: ImageModel
    p: Provider
    q: Provider


def live_through(alice: Member, bob: Member, charlie: Member) -> Month:
    a, b = ImageModelFactory(title="A"), ImageModelFactory(title="B")
    p, q = ProviderFactory(name="P"), ProviderFactory(name="Q")
    a_at_p, b_at_p = RouteFactory(image_model=a, provider=p), RouteFactory(image_model=b, provider=p)
    b_at_q = RouteFactory(image_model=b, provider=q, cost=50_000)
    with time_machine.travel(f"{FIRST}T12:00:00Z", tick=False):
        four = list(submitted(bob, count=4, held=10, image_model=a).generations.all())
        for generation, tier in zip(four, ("4K", "4K", "1K"), strict=False):
            delivered(sent(generation, a_at_p), tier)
        failed(sent(four[3], a_at_p), Kind.REFUSED)
        one = submitted(alice, held=6, image_model=b).generations.get()
        passed_on(sent(one, b_at_p))
    with time_machine.travel(f"{FIRST}T12:01:00Z", tick=False):
        delivered(sent(one, b_at_q), "2K")
    with time_machine.travel(f"{SECOND}T12:00:00Z", tick=False):
        credits.refund(alice.team.wallet, 7, "blurred", four[0].pk, alice)
        failed(sent(submitted(bob, held=10, image_model=a).generations.get(), a_at_p), Kind.UNKNOWN, lost=True)
        sent(submitted(bob, held=4, image_model=a).generations.get(), a_at_p)
        delivered(sent(submitted(charlie, held=6, image_model=b).generations.get(), b_at_q), "2K")
        submitted(charlie, held=6, image_model=b)
    return Month(a, b, p, q)
