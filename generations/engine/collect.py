"""Make a finished picture ours: fetch it, check it, keep it, settle it."""

import tempfile
import uuid
from datetime import timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from generations import client, vault
from generations.engine.bells import POLL, Bell
from generations.engine.close import Fenced, Kept, give_up, succeed
from generations.engine.leases import holding, lease_end, new_lease
from generations.faults import Fault, Kind
from generations.fetch import Fetched, NotFetched, fetch
from generations.imaging import Unreadable, derive
from generations.models import Attempt, Stage

log = structlog.get_logger(__name__)

MOST_BYTES = 64 * 1024 * 1024
FETCH_WITHIN = 60.0
MOST_FETCHES = 6
GONE = (403, 404, 410)
KEEP_AGAIN = 15.0
"""Seconds until a picture that found no place here is tried again."""


def collect(attempt_id: uuid.UUID) -> list[Bell]:
    """Bring one delivered picture home and settle its generation.

    A picture counts as made only when its bytes are checked and stored here. Returns what to ring next; does
    nothing where the attempt is not delivered or another worker holds it.
    """
    attempt = _claim(attempt_id)
    if attempt is None:
        return []
    connection.close()
    with tempfile.TemporaryDirectory(dir=settings.SCRATCH) as folder, holding(attempt.lease):
        try:
            path = _bring(attempt, Path(folder) / "picture")
            succeed(attempt, attempt.lease, _keep(path, Path(folder) / "thumbnail"))
        except NotFetched as wrong:
            return _not_fetched(attempt, wrong)
        except Unreadable as wrong:
            give_up(attempt, attempt.lease, Fault(Kind.GARBLED, str(wrong)), f"picture_{wrong.reason}", lost=True)
        except Fenced:
            log.warning("late_picture_refused", attempt=str(attempt.pk))
            return []
        except OSError as wrong:
            return _not_kept(attempt, wrong)
    _forget_staged(attempt)
    return []


def _forget_staged(attempt: Attempt) -> None:
    if name := attempt.result.get("staged"):
        vault.drop_staged(name)


def _claim(attempt_id: uuid.UUID) -> Attempt | None:
    lease = new_lease()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=timezone.now())
    waiting = Attempt.objects.filter(free, pk=attempt_id, stage=Stage.DELIVERED)
    if not waiting.update(lease=lease, lease_until=lease_end()):
        return None
    return Attempt.objects.select_related("provider", "generation__job").get(pk=attempt_id)


def _bring(attempt: Attempt, into: Path) -> Path:
    """The picture's bytes on local disk. Raises NotFetched."""
    if name := attempt.result.get("staged"):
        try:
            vault.take_staged(name, into)
        except FileNotFoundError as wrong:
            raise NotFetched("gone") from wrong
        return into
    fetched: Fetched = fetch(
        attempt.result["url"],
        into,
        most_bytes=MOST_BYTES,
        within=FETCH_WITHIN,
        vouched=client.origin(attempt.provider),
    )
    return fetched.path


def _keep(path: Path, thumbnail: Path) -> Kept:
    """Check every pixel, draw the thumbnail in the same decoding, and store both. Raises Unreadable."""
    facts = derive(path, thumbnail)
    sha256 = vault.digest(path)
    vault.keep(path, sha256, facts.media_type)
    vault.keep_thumbnail(thumbnail, sha256)
    return Kept(sha256, facts.media_type, facts.width, facts.height, path.stat().st_size)


def _not_fetched(attempt: Attempt, wrong: NotFetched) -> list[Bell]:
    """Trouble on the way is tried again; an address that is gone is asked for once more; the rest is the end."""
    if wrong.is_transient and attempt.stumbles + 1 < MOST_FETCHES:
        pause = 2.0 ** (attempt.stumbles + 1)
        _put_back(attempt, stage=Stage.DELIVERED, seconds=pause, stumbles=attempt.stumbles + 1)
        return []
    if wrong.status in GONE and attempt.upstream_id and not attempt.result.get("asked_again"):
        _put_back(attempt, stage=Stage.ACCEPTED, seconds=0, stumbles=attempt.stumbles + 1)
        return [Bell(POLL)]
    give_up(
        attempt, attempt.lease, Fault(Kind.GARBLED, str(wrong), status=wrong.status), f"fetch_{wrong.reason}", lost=True
    )
    return []


def _not_kept(attempt: Attempt, wrong: OSError) -> list[Bell]:
    """Our own disk or storage is in trouble, not the picture: it waits for us, though not past its deadline."""
    log.error("picture_not_kept", attempt=str(attempt.pk), error=str(wrong))
    if attempt.deadline < timezone.now():
        give_up(attempt, attempt.lease, Fault(Kind.UNKNOWN, f"it could not be kept: {wrong}"), "deadline", lost=True)
        _forget_staged(attempt)
    else:
        _put_back(attempt, stage=Stage.DELIVERED, seconds=KEEP_AGAIN, stumbles=attempt.stumbles)
    return []


def _put_back(attempt: Attempt, stage: Stage, seconds: float, stumbles: int) -> None:
    Attempt.objects.held(attempt.pk, attempt.lease).update(
        stage=stage,
        result={**attempt.result, "asked_again": stage == Stage.ACCEPTED or attempt.result.get("asked_again", False)},
        stumbles=stumbles,
        due_at=timezone.now() + timedelta(seconds=seconds),
        lease="",
        lease_until=None,
    )
