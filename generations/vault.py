"""Where are the kept bytes? Under their own sha256, in whichever storage the operator named.

    pictures/ab/cd/<sha256>.png      thumbnails/ab/cd/<sha256>.webp      staged/<uuid>

What has a digest for a name never changes, so keeping it twice is keeping it once.
"""

import hashlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files import File
from django.core.files.storage import FileSystemStorage, default_storage

from generations.failpoints import reach
from generations.models import Asset

ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp"}
_STAGED = "staged/"


class StorageAway(OSError):
    """The storage did not do what it was asked. What its own library says of that is the cause."""


class Finished(File):
    """A file of ours that nobody writes to any more. Where it may be kept itself it need not be copied.

    It is handed to a storage once: of bytes that a disk has failed to take Linux tells whoever syncs them first, and
    takes them for written from then on. Who tries again has to hand over a copy.
    """


class DurableStorage(FileSystemStorage):
    """Files that are whole or absent, and that a power cut does not take back once `save` has returned.

    A name is never changed: here it says what the bytes are, so a second file of that name is the same file.
    """

    def exists(self, name: str) -> bool:
        """Whether it is here to stay: whoever has just named it may not have come to write the name down."""
        found = super().exists(name)
        if found:
            _sync_folder(Path(self.path(name)).parent)
        return found

    def get_available_name(self, name: str, max_length: int | None = None) -> str:  # noqa: ARG002 Django's signature
        return name

    def _save(self, name: str, content: "File[bytes]") -> str:
        path = Path(self.path(name))
        _make_folder(path.parent)
        part = path.with_name(f"{uuid.uuid4().hex}.part")
        try:
            if not _linked(content, part):
                _copy(content, part)
            _sync(part, self.file_permissions_mode or 0o644)
            reach("rename.before")
            part.replace(path)
            reach("rename.after")
        finally:
            part.unlink(missing_ok=True)
        _sync_folder(path.parent)
        return name


def _linked(content: "File[bytes]", part: Path) -> bool:
    """Give a finished file a second name. False where it lies on another disk, or on one that knows no such thing."""
    if isinstance(content, Finished):
        with suppress(OSError):
            part.hardlink_to(content.name or "")
            return True
    return False


def _copy(content: "File[bytes]", part: Path) -> None:
    with part.open("xb") as file:
        for piece in content.chunks():
            file.write(piece)


def _sync(path: Path, mode: int) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW)  # a network's disk may sync nothing for one who only reads
    try:
        os.fchmod(descriptor, mode)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_folder(folder: Path) -> None:
    """With whatever is missing above it, each one written down before the next."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def digest(path: Path) -> str:
    """The sha256 of a file, as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def keep(path: Path, sha256: str, media_type: str) -> None:
    """Keep the picture at `path` under its digest. Keeping it again does nothing.

    Whoever gives a file away may remove it, and writes to it no more: it may have become the kept one. Nor is it given
    away again where this fails: the picture is brought anew.
    """
    _keep(path, _name("pictures", sha256, ENDINGS[media_type]), Finished)


def keep_thumbnail(path: Path, sha256: str) -> None:
    """Keep the WebP at `path` as the thumbnail of the picture with this digest."""
    _keep(path, _name("thumbnails", sha256, "webp"), Finished)


def open_picture(asset: Asset) -> "File[bytes]":
    """The picture's bytes as a file. Raises FileNotFoundError."""
    name = _name("pictures", asset.sha256, ENDINGS[asset.media_type])
    with storage_trouble():
        return default_storage.open(name)


def open_thumbnail(asset: Asset) -> "File[bytes]":
    """The thumbnail's bytes, a WebP, as a file. Raises FileNotFoundError."""
    with storage_trouble():
        return default_storage.open(_name("thumbnails", asset.sha256, "webp"))


def read(asset: Asset) -> bytes:
    """The whole picture in memory, for a wire that carries bytes. Raises FileNotFoundError."""
    with storage_trouble(), open_picture(asset) as file:
        return bytes(file.read())


def stage(path: Path) -> str:
    """Put bytes that came inside an answer where every worker can reach them. Returns the name they wait under.

    They are copied, as a paid answer is put down again and again until it stands.
    """
    name = f"{_STAGED}{uuid.uuid4()}"
    _keep(path, name, File)
    return name


def take_staged(name: str, into: Path) -> None:
    """Copy staged bytes to `into`. They wait on until they are dropped. Raises FileNotFoundError."""
    name = _staged(name)
    with storage_trouble(), default_storage.open(name) as staged, into.open("wb") as file:
        shutil.copyfileobj(staged, file)


def drop_staged(name: str) -> None:
    """Forget staged bytes. Forgetting them again does nothing."""
    name = _staged(name)
    with storage_trouble():
        default_storage.delete(name)


@contextmanager
def storage_trouble() -> Iterator[None]:
    """Have whatever a storage raises come as an OSError, as a disk's own errors do: S3's library has words of its own.

    A name that leads out of the storage is no trouble of the storage's, and stays what it is.
    """
    try:
        yield
    except (OSError, SuspiciousOperation):
        raise
    except Exception as wrong:
        raise StorageAway(f"{type(wrong).__name__}: {wrong}") from wrong


@contextmanager
def scratch() -> Iterator[Path]:
    """The path of a fresh empty file for work in progress, removed afterwards."""
    descriptor, name = tempfile.mkstemp(dir=settings.SCRATCH)
    os.close(descriptor)
    path = Path(name)
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


def _name(shelf: str, sha256: str, ending: str) -> str:
    return f"{shelf}/{sha256[:2]}/{sha256[2:4]}/{sha256}.{ending}"


def _staged(name: str) -> str:
    if not name.startswith(_STAGED):
        raise ValueError(f"{name} was not staged")
    return name


def _keep(path: Path, name: str, as_what: type["File[bytes]"]) -> None:
    with storage_trouble():
        if default_storage.exists(name):
            return
        with path.open("rb") as file:
            saved = default_storage.save(name, as_what(file))
        if saved != name:  # another worker kept the same bytes meanwhile, and the storage made room for ours
            default_storage.delete(saved)
