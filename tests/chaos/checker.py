"""The one judge: does what the database says agree with the ledger, with the upstream's book and with the files?"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import chain

from tests.chaos.witnesses import ENDINGS, Attempt, Books, Generation

ENDED = ("succeeded", "failed", "cancelled")
LIVE = ("sending", "accepted", "delivered")
CLOCKS_APART = 0.5
"""Seconds by which two processes may tell the time of one moment differently."""


def judge(books: Books) -> list[str]:
    """Everything that is wrong, one sentence each with the ids it is about; empty where every promise was kept."""
    return [*chain.from_iterable(check(books) for check in CHECKS)]


def figures(books: Books) -> dict[str, int]:
    """What a scene came to, for the page and for the eye."""
    flagged = [attempt for attempt in books.attempts if attempt.is_lost]
    return {
        "generations": len(books.generations),
        "strikes": len(books.history),
        "billed": len(books.bills),
        "kept": sum(attempt.stage == "kept" for attempt in books.attempts),
        "kept_late": sum(attempt.stage == "kept" for attempt in flagged),
        "in_doubt": len(flagged),
        "never_billed": len(_unbilled(books)),
        "lost": sum(1 for made in books.generations if made.state not in ENDED),
    }


def _nothing_is_lost(books: Books) -> Iterator[str]:
    found = Counter(made.prompt for made in books.generations)
    for prompt in books.asked:
        if found[prompt] != 1:
            yield f"{prompt!r} was asked for once and has {found[prompt]} generations"
    for made in books.generations:
        if made.state not in ENDED:
            yield f"generation {made.id} is still {made.state}"
    for attempt in books.attempts:
        if attempt.stage in LIVE or attempt.ended is None:
            yield f"attempt {attempt.id} is still {attempt.stage}"


def _ledger_is_exact(books: Books) -> Iterator[str]:
    sums: Counter[int] = Counter()
    lines: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for entry in books.entries:
        sums[entry.wallet] += entry.amount
        if entry.generation:
            lines[entry.generation][f"{entry.kind} {entry.amount:+d}"] += 1
    for wallet, balance in books.balances.items():
        if sums[wallet] != balance:
            yield f"wallet {wallet} says {balance}, its entries {sums[wallet]}"
    known = {made.id for made in books.generations}
    yield from (f"entries for {stranger}, which is no generation" for stranger in lines.keys() - known)
    for made in books.generations:
        due = Counter([f"hold {-made.held:+d}", f"release {made.held:+d}"])
        if made.charged:
            due[f"capture {-made.charged:+d}"] = 1
        if made.state in ENDED and lines[made.id] != due:
            yield f"generation {made.id} has the entries {dict(lines[made.id])}, not {dict(due)}"


def _charged_is_delivered(books: Books) -> Iterator[str]:
    for made in books.generations:
        if made.state == "succeeded" and not (made.asset and made.charged and made.charged <= made.held):
            yield f"generation {made.id} succeeded with asset {made.asset!r}, {made.charged} charged of {made.held}"
        if made.state in ("failed", "cancelled") and made.charged:
            yield f"generation {made.id} {made.state} and was charged {made.charged}"


def _paid_once(books: Books) -> Iterator[str]:
    """The upstream's book is the third witness: it knows of each call, whatever we have forgotten."""
    prompts = {made.prompt for made in books.generations}
    for prompt, times in Counter(bill.prompt for bill in books.bills).items():
        if times > 1:
            yield f"{prompt!r} was billed {times} times"
        if prompt not in prompts:
            yield f"{prompt!r} was billed and nobody has asked for it"


def _nothing_follows_the_unknown(books: Books) -> Iterator[str]:
    for attempts in _by_generation(books).values():
        last = max(attempts, key=lambda attempt: attempt.sent)
        for attempt in attempts:
            if attempt.stage == "unknown" and attempt is not last:
                yield f"after attempt {attempt.id}, which is unknown, came attempt {last.id}"


def _every_bill_is_accounted_for(books: Books) -> Iterator[str]:
    """Kept and charged, or flagged on its attempt as possibly paid for nothing. There is no third way."""
    attempts = _by_generation(books)
    by_prompt = {made.prompt: made for made in books.generations}
    for bill in books.bills:
        made = by_prompt.get(bill.prompt)
        if made and not any(_accounts_for(attempt, made) for attempt in attempts[made.id]):
            stages = [f"{attempt.id} {attempt.stage}" for attempt in attempts[made.id]]
            yield f"bill {bill.id} of generation {made.id} ({made.state}) stands on no attempt: {stages}"


def _what_is_kept_was_billed(books: Books) -> Iterator[str]:
    billed = defaultdict(set)
    for bill in books.bills:
        billed[bill.prompt].add(bill.id)
    prompts = {made.id: made.prompt for made in books.generations}
    for attempt in books.attempts:
        ids = billed[prompts[attempt.generation]]
        if attempt.stage == "kept" and not (attempt.upstream_id in ids if attempt.upstream_id else ids):
            yield f"attempt {attempt.id} was kept as {attempt.upstream_id!r}, but billed was {ids or 'nothing'}"


def _accounts_for(attempt: Attempt, made: Generation) -> bool:
    return attempt.is_lost or (attempt.stage == "kept" and made.state == "succeeded")


def _every_doubt_is_explained(books: Books) -> Iterator[str]:
    """Flagged without a bill: something must have struck between the intent and the upstream's reading of it."""
    for attempt in _unbilled(books):
        if not any(attempt.sent - CLOCKS_APART <= strike.time <= attempt.deadline for strike in books.history):
            yield f"attempt {attempt.id} is flagged, was never billed, and nothing had struck"


def _costs_are_booked(books: Books) -> Iterator[str]:
    """The second ledger: what was kept or may have been paid for carries its cost, nothing else does."""
    for attempt in books.attempts:
        if bool(attempt.cost) != (attempt.is_lost or attempt.stage == "kept"):
            yield f"attempt {attempt.id} ({attempt.stage}, lost: {attempt.is_lost}) has the cost {attempt.cost}"


def _every_end_is_told_once(books: Books) -> Iterator[str]:
    """Each job here has one picture, and its team a webhook: an event there is if and only if the job has ended so."""
    told = defaultdict(list)
    for event in books.events:
        told[event.prompt].append(event.kind)
    for made in books.generations:
        due = [f"job.{made.state}"] if made.state in ENDED else []
        if told[made.prompt] != due:
            yield f"generation {made.id} ({made.state}) was told as {told[made.prompt]}, not {due}"


def _files_are_whole(books: Books) -> Iterator[str]:
    for asset in books.assets:
        name = f"{asset.sha256}.{ENDINGS[asset.media_type]}"
        if books.files.get(name) != (asset.sha256, asset.size):
            yield f"asset {asset.id}: its file is {books.files.get(name, 'gone')}"


def _audit_is_clean(books: Books) -> Iterator[str]:
    if books.audit:
        yield f"manage.py audit: {books.audit.strip()}"


def _by_generation(books: Books) -> defaultdict[str, list[Attempt]]:
    found: defaultdict[str, list[Attempt]] = defaultdict(list)
    for attempt in books.attempts:
        found[attempt.generation].append(attempt)
    return found


def _unbilled(books: Books) -> list[Attempt]:
    billed = {bill.prompt for bill in books.bills}
    prompts = {made.id: made.prompt for made in books.generations}
    return [attempt for attempt in books.attempts if attempt.is_lost and prompts[attempt.generation] not in billed]


CHECKS: tuple[Callable[[Books], Iterator[str]], ...] = (
    _nothing_is_lost,
    _ledger_is_exact,
    _charged_is_delivered,
    _paid_once,
    _nothing_follows_the_unknown,
    _every_bill_is_accounted_for,
    _what_is_kept_was_billed,
    _every_doubt_is_explained,
    _costs_are_booked,
    _every_end_is_told_once,
    _files_are_whole,
    _audit_is_clean,
)
