"""Each kind of damage to the books is found, and sound books are left in peace."""

import hashlib
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import QuerySet

from accounts.credits import total
from accounts.models import Entry, Kind, Member, Wallet
from generations import vault
from generations.audit import MOST_NAMED, audit
from generations.faults import Kind as FaultKind
from generations.models import Asset, Attempt, Generation, Job, Stage, State, Use
from tests.generations.books import delivered, failed, sent, submitted
from tests.generations.factories import AssetFactory, RouteFactory

GUARDS = import_module("accounts.migrations.0002_append_only")
BYTES = b"the bytes of a picture"
SHA256 = hashlib.sha256(BYTES).hexdigest()


@pytest.fixture
def books(bob: Member, tmp_path: Path) -> Job:
    """Four pictures of Bob: one made, one failed, one under way, one queued. All is well with them."""
    picture = tmp_path / "picture"
    picture.write_bytes(BYTES)
    vault.keep(picture, SHA256, "image/png")
    job = submitted(bob, count=4, held=10)
    made, broken, running, _ = job.generations.all()
    route = RouteFactory(image_model=job.image_model)
    delivered(sent(made, route), "1K", SHA256, len(BYTES))
    failed(sent(broken, route), FaultKind.REFUSED)
    sent(running, route)
    return job


def unguard() -> None:
    """Take the ledger's guards away, as only somebody at the database itself could. The test's rollback sets them."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        for statement in (*GUARDS.UNGUARDS[connection.vendor], "DROP INDEX entry_once_per_generation"):
            cursor.execute(statement)


def of(state: State) -> QuerySet[Generation]:
    return Generation.objects.filter(state=state)


def entries(state: State, kind: Kind) -> QuerySet[Entry]:
    """The entries of one kind that belong to the generation in `state`."""
    return Entry.objects.filter(kind=kind, generation__in=of(state).values("pk"))


def again(state: State, kind: Kind) -> None:
    entry = entries(state, kind).get()
    entry.pk = None
    entry.save(force_insert=True)


def settle() -> None:
    """Make the balances fit the damaged entries, so that only the damage itself is left to find."""
    for wallet in Wallet.objects.all():
        Wallet.objects.filter(pk=wallet.pk).update(balance=total(wallet))


DAMAGE: dict[str, tuple[Callable[[], Any], str]] = {
    "a release is gone": (lambda: entries(State.FAILED, Kind.RELEASE).delete(), "never ended"),
    "a hold is gone": (lambda: entries(State.FAILED, Kind.HOLD).delete(), "no hold of the same amount"),
    "a hold lost its generation": (
        lambda: Entry.objects.filter(kind=Kind.HOLD).update(generation="00000000-0000-4000-8000-000000000000"),
        "never ended",
    ),
    "a release is short": (lambda: entries(State.FAILED, Kind.RELEASE).update(amount=9), "no hold of the same amount"),
    "a hold ended twice": (lambda: again(State.FAILED, Kind.RELEASE), "2 entries of the kind release"),
    "a capture was made twice": (lambda: again(State.SUCCEEDED, Kind.CAPTURE), "2 entries of the kind capture"),
    "a live hold was released": (
        lambda: entries(State.FAILED, Kind.RELEASE).update(generation=of(State.QUEUED).get().pk),
        "still under way",
    ),
    "more was captured than held": (
        lambda: entries(State.SUCCEEDED, Kind.CAPTURE).update(amount=-11),
        "takes more than a release gave back",
    ),
    "a capture is gone": (lambda: entries(State.SUCCEEDED, Kind.CAPTURE).delete(), "nobody paid for it"),
    "more was refunded than captured": (
        lambda: Entry.objects.create(
            wallet=entries(State.SUCCEEDED, Kind.CAPTURE).get().wallet,
            kind=Kind.REFUND,
            amount=5,
            generation=of(State.SUCCEEDED).get().pk,
        ),
        "returns more than was captured",
    ),
    "another price was held": (lambda: of(State.QUEUED).update(held=9), "held 9, but the ledger holds 10"),
    "another price was charged": (
        lambda: of(State.SUCCEEDED).update(charged=3),
        "charged 3, but the ledger captured 4",
    ),
    "a failure was charged": (lambda: of(State.FAILED).update(charged=3), "charged 3, but the ledger captured 0"),
    "a live generation was charged": (lambda: of(State.QUEUED).update(charged=3), "but the ledger captured 0"),
    "an ended generation came back": (lambda: of(State.FAILED).update(state=State.QUEUED), "still under way"),
    "a live generation ended alone": (lambda: of(State.QUEUED).update(state=State.FAILED), "never ended"),
    "a success lost its asset": (lambda: of(State.SUCCEEDED).update(asset=None), "succeeded without an asset"),
    "an output was never made": (lambda: AssetFactory(sha256=SHA256, size=len(BYTES)), "no generation made it"),
    "an output changed hands": (
        lambda: Asset.objects.update(team=AssetFactory(use=Use.REFERENCE, sha256=SHA256, size=len(BYTES)).team),
        "belongs to another team than its job",
    ),
    "a failure has an asset": (
        lambda: of(State.FAILED).update(asset=AssetFactory(sha256=SHA256, size=len(BYTES))),
        "has an asset without success",
    ),
    "an attempt outlived its generation": (
        lambda: Attempt.objects.filter(stage=Stage.FAILED).update(stage=Stage.ACCEPTED, ended=None),
        "is under way for a generation that is not running",
    ),
    "an ended attempt is at work again": (
        lambda: Attempt.objects.filter(stage=Stage.FAILED).update(stage=Stage.ACCEPTED),
        "has ended and is still under way",
    ),
    "a picture that was paid for counts as lost": (
        lambda: Attempt.objects.filter(stage=Stage.KEPT).update(is_lost=True),
        "came late, and was paid for all the same",
    ),
    "a generation names another member than its job": (
        lambda: of(State.QUEUED).update(member=AssetFactory(use=Use.REFERENCE, sha256=SHA256, size=len(BYTES)).member),
        "is of another member than its job",
    ),
    "a doubt outlived its generation": (
        lambda: Attempt.objects.filter(stage=Stage.FAILED).update(stage=Stage.UNKNOWN, ended=None),
        "is under way for a generation that is not running",
    ),
    "a running generation has no attempt": (
        lambda: Attempt.objects.filter(generation__state=State.RUNNING).delete(),
        "is running without an attempt under way",
    ),
    "a success has no kept attempt": (
        lambda: Attempt.objects.filter(stage=Stage.KEPT).delete(),
        "succeeded without a kept attempt",
    ),
    "a failure has a kept attempt": (
        lambda: Attempt.objects.filter(stage=Stage.FAILED).update(stage=Stage.KEPT),
        "has a kept attempt without success",
    ),
    "a generation is missing": (lambda: Job.objects.update(count=5), "5 pictures asked for, 4 generations"),
    "another team paid": (
        lambda: Job.objects.update(team=AssetFactory(use=Use.REFERENCE, sha256=SHA256, size=len(BYTES)).team),
        "which is not its own",
    ),
    "a file has another length": (lambda: Asset.objects.update(size=7), "has 22 bytes, not 7"),
    "a file is gone": (lambda: Asset.objects.update(sha256="0" * 64), "its file is gone"),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_named(books: Job, name: str) -> None:
    damage, sentence = DAMAGE[name]
    assert audit(rehash=True) == []
    unguard()
    damage()
    settle()
    assert [line for line in audit() if sentence in line], audit()


def test_a_balance_that_its_entries_do_not_add_up_to_is_named(books: Job, wallet: Wallet) -> None:
    Wallet.objects.filter(pk=wallet.pk).update(balance=1)
    assert audit() == [f"wallet {wallet.pk}: balance 1, but its entries add up to {total(wallet)}"]


def test_bytes_that_changed_in_place_are_found_when_asked_for(books: Job) -> None:
    with vault.open_picture(Asset.objects.get()) as file:
        path = Path(file.name)
    path.write_bytes(BYTES.upper())
    assert audit() == []
    assert [line for line in audit(rehash=True) if "is not what its sha256 names" in line]
    path.unlink()


def test_much_damage_of_one_kind_is_counted_and_not_all_named(bob: Member) -> None:
    submitted(bob, count=MOST_NAMED + 5, held=1)
    Generation.objects.update(held=2)
    wrong = audit()
    assert len(wrong) == MOST_NAMED + 1
    assert wrong[-1] == "... and 5 more of the same kind"


def test_the_command_says_in_one_line_that_the_books_are_right(books: Job, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("audit", "--files")
    assert capsys.readouterr().out == (
        "The books are right (wallets 1, entries 8, generations 4, attempts 3, assets 1).\n"
    )


def test_the_command_lists_what_is_wrong_and_fails(books: Job, capsys: pytest.CaptureFixture[str]) -> None:
    Job.objects.update(count=5)
    with pytest.raises(CommandError) as stopped:
        call_command("audit")
    assert stopped.value.returncode == 1
    assert "5 pictures asked for, 4 generations" in capsys.readouterr().out


def test_an_empty_studio_has_its_books_in_order(db: None) -> None:
    assert audit(rehash=True) == []
