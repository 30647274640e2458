"""Do the books add up? Every check is one question to the database, asked of all rows at once.

One statement sees one moment, and money moves in the same transaction as the state it belongs to, so a studio at
work is audited as truly as one at rest.
"""

import hashlib
from collections.abc import Callable, Iterator
from itertools import chain, islice
from typing import Any

from django.core.files import File
from django.db.models import Count, Exists, F, Model, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts.models import Entry, Kind, Wallet
from generations import vault
from generations.models import ENDED, Asset, Attempt, Generation, Job, Stage, State, Use

MOST_NAMED = 20
"""Rows that one check names; of more it says how many."""
LATE = Q(stage=Stage.KEPT, is_lost=True)
"""Kept when its generation had failed and its credits were back: at no charge, and its cost is booked as lost."""


def audit(*, rehash: bool = False) -> list[str]:
    """Everything that is wrong with the books, one sentence each; empty when they are right.

    `rehash` reads every kept file and compares its bytes with its name. Changes nothing.
    """
    return [*chain.from_iterable(check() for check in CHECKS), *_files(rehash=rehash)]


def figures() -> dict[str, int]:
    """How much there is to look at."""
    return {
        "wallets": Wallet.objects.count(),
        "entries": Entry.objects.count(),
        "generations": Generation.objects.count(),
        "attempts": Attempt.objects.count(),
        "assets": Asset.objects.count(),
    }


def _each(rows: QuerySet[Any], say: Callable[[Any], str]) -> Iterator[str]:
    return _named(map(say, rows.iterator()))


def _named(sentences: Iterator[str]) -> Iterator[str]:
    """The first few sentences, and how many more there are."""
    yield from islice(sentences, MOST_NAMED)
    if more := sum(1 for _ in sentences):
        yield f"... and {more} more of the same kind"


def _balances() -> Iterator[str]:
    summed = Wallet.objects.annotate(summed=Coalesce(Sum("entries__amount"), 0))
    return _each(
        summed.exclude(balance=F("summed")),
        lambda wallet: f"wallet {wallet.pk}: balance {wallet.balance}, but its entries add up to {wallet.summed}",
    )


def _twice() -> Iterator[str]:
    lines = Entry.objects.filter(generation__isnull=False).order_by().values("generation", "kind")
    return _each(
        lines.annotate(count=Count("pk")).filter(count__gt=1),
        lambda line: f"generation {line['generation']}: {line['count']} entries of the kind {line['kind']}",
    )


def _same(kind: Kind, **matches: Any) -> Exists:
    """Whether an entry of `kind` stands beside this one: same generation, same wallet, and as `matches` says."""
    beside = Entry.objects.filter(generation=OuterRef("generation"), wallet=OuterRef("wallet"), kind=kind)
    return Exists(beside.filter(**matches))


def _holds() -> Iterator[str]:
    """A hold has ended, or its generation is under way; never both."""
    alive = Exists(Generation.objects.under_way().filter(pk=OuterRef("generation")))
    holds = Entry.objects.filter(kind=Kind.HOLD)
    yield from _told(holds.filter(~alive, ~_same(Kind.RELEASE)), "never ended, though nothing is under way for it")
    yield from _told(holds.filter(alive, _same(Kind.RELEASE)), "ended, though its generation is still under way")


def _endings() -> Iterator[str]:
    """Each release gives back its hold whole, each capture stands beside a release, each refund within a capture."""
    opposite = -OuterRef("amount")
    releases, captures, refunds = (
        Entry.objects.filter(kind=kind) for kind in (Kind.RELEASE, Kind.CAPTURE, Kind.REFUND)
    )
    yield from _told(releases.filter(~_same(Kind.HOLD, amount=opposite)), "no hold of the same amount stands beside it")
    yield from _told(captures.filter(~_same(Kind.RELEASE, amount__gte=opposite)), "takes more than a release gave back")
    yield from _told(refunds.filter(~_same(Kind.CAPTURE, amount__lte=opposite)), "returns more than was captured")


def _prices() -> Iterator[str]:
    """What a generation says of its money is what the ledger says."""
    entries = Entry.objects.filter(generation=OuterRef("pk"))
    priced = Generation.objects.annotate(
        hold=Coalesce(-Subquery(entries.filter(kind=Kind.HOLD).values("amount")[:1]), 0),
        taken=Coalesce(-Subquery(entries.filter(kind=Kind.CAPTURE).values("amount")[:1]), 0),
        payer=Subquery(entries.filter(kind=Kind.HOLD).values("wallet__team")[:1]),
    )
    yield from _each(
        priced.exclude(held=F("hold")),
        lambda made: f"generation {made.pk}: held {made.held}, but the ledger holds {made.hold}",
    )
    yield from _each(
        priced.exclude(state__in=ENDED, charged=F("taken")).exclude(charged__isnull=True, taken=0),
        lambda made: f"generation {made.pk}: charged {made.charged}, but the ledger captured {made.taken}",
    )
    yield from _each(
        priced.filter(payer__isnull=False).exclude(payer=F("job__team")),
        lambda made: f"generation {made.pk}: paid from the pool of team {made.payer}, which is not its own",
    )


def _pictures() -> Iterator[str]:
    """Every output was made by a generation that succeeded and was paid for, or came late; every success has one."""
    outputs, made = Asset.objects.filter(use=Use.OUTPUT), Generation.objects.all()
    captured = Exists(Entry.objects.filter(generation=OuterRef("generation__pk"), kind=Kind.CAPTURE))
    came_late = Exists(Attempt.objects.filter(LATE, generation=OuterRef("pk")))
    late_for = Exists(Attempt.objects.filter(LATE, generation=OuterRef("generation__pk")))
    yield from _told(outputs.filter(generation__isnull=True), "no generation made it")
    yield from _told(outputs.filter(~captured, ~late_for, generation__isnull=False), "nobody paid for it")
    yield from _told(outputs.filter(captured, late_for), "came late, and was paid for all the same")
    yield from _told(outputs.exclude(generation__job__team=F("team")), "belongs to another team than its job")
    yield from _told(made.filter(state=State.SUCCEEDED, asset__isnull=True), "succeeded without an asset")
    unmade = made.filter(~came_late, asset__isnull=False).exclude(state=State.SUCCEEDED)
    yield from _told(unmade, "has an asset without success")


def _attempts() -> Iterator[str]:
    """Attempts are under way exactly where a generation is running, and one was kept exactly where one succeeded."""
    counted = Generation.objects.annotate(
        live=Count("attempts", filter=Q(attempts__ended__isnull=True)),
        kept=Count("attempts", filter=Q(attempts__stage=Stage.KEPT, attempts__is_lost=False)),
    )
    over = Attempt.objects.filter(ended__isnull=False)
    still = over.filter(Q(stage__in=(Stage.SENDING, Stage.ACCEPTED)) | Q(stage=Stage.DELIVERED, is_lost=False))
    yield from _told(still, "has ended and is still under way")
    stray = Attempt.objects.filter(ended__isnull=True).exclude(generation__state=State.RUNNING)
    yield from _told(stray, "is under way for a generation that is not running")
    yield from _told(counted.filter(state=State.RUNNING, live=0), "is running without an attempt under way")
    yield from _told(counted.filter(state=State.SUCCEEDED, kept=0), "succeeded without a kept attempt")
    yield from _told(counted.filter(kept__gt=1), "was paid for once and has two kept attempts")
    yield from _told(counted.filter(kept__gt=0).exclude(state=State.SUCCEEDED), "has a kept attempt without success")


def _jobs() -> Iterator[str]:
    counted = Job.objects.annotate(made=Count("generations")).exclude(count=F("made"))
    yield from _each(counted, lambda job: f"job {job.pk}: {job.count} pictures asked for, {job.made} generations")
    yield from _told(Generation.objects.exclude(member=F("job__member")), "is of another member than its job")


def _files(*, rehash: bool) -> Iterator[str]:
    """Every asset has its bytes, of the length it says and, where that is asked for, of the sha256 it is named by."""
    wrong = ((asset, _wrong_bytes(asset, rehash=rehash)) for asset in Asset.objects.order_by().iterator())
    return _named(f"{_title(asset)}: {sentence}" for asset, sentence in wrong if sentence)


def _wrong_bytes(asset: Asset, *, rehash: bool) -> str:
    try:
        with vault.open_picture(asset) as file:
            if file.size != asset.size:
                return f"its file has {file.size} bytes, not {asset.size}"
            return "its file is not what its sha256 names" if rehash and _digest(file) != asset.sha256 else ""
    except FileNotFoundError:
        return "its file is gone"


def _digest(file: File) -> str:
    sha256 = hashlib.sha256()
    for piece in file.chunks():
        sha256.update(piece)
    return sha256.hexdigest()


def _told(rows: QuerySet[Any], wrong: str) -> Iterator[str]:
    return _each(rows, lambda row: f"{_title(row)}: {wrong}")


def _title(row: Model) -> str:
    if isinstance(row, Entry):
        return f"entry {row.pk}, {row.kind} {row.amount:+d} of generation {row.generation}"
    return f"{row._meta.model_name} {row.pk}"


CHECKS: tuple[Callable[[], Iterator[str]], ...] = (
    _balances,
    _twice,
    _holds,
    _endings,
    _prices,
    _pictures,
    _attempts,
    _jobs,
)
