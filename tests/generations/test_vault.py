"""Claims about where kept bytes live, on a real disk."""

import errno
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, default_storage, storages

from generations import vault
from generations.models import Asset
from generations.vault import DurableStorage, Finished

BYTES = bytes(range(256)) * 300
SHA = hashlib.sha256(BYTES).hexdigest()
NAME = f"pictures/{SHA[:2]}/{SHA[2:4]}/{SHA}.png"


@pytest.fixture
def root(tmp_path: Path, settings) -> Path:
    folder = tmp_path / "kept"
    options = {"BACKEND": "generations.vault.DurableStorage", "OPTIONS": {"location": folder}}
    settings.STORAGES = {**settings.STORAGES, "default": options}
    settings.SCRATCH = tmp_path / "scratch"
    settings.SCRATCH.mkdir()
    return folder


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "given"
    path.write_bytes(BYTES)
    return path


@pytest.fixture
def closed() -> Iterator[None]:
    """A process whose new files are nobody else's to read."""
    before = os.umask(0o077)
    yield
    os.umask(before)


def asset(sha256: str = SHA) -> Asset:
    return Asset(sha256=sha256, media_type="image/png")


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_picture_lies_under_its_digest_and_reads_back(root, source):
    vault.keep(source, vault.digest(source), "image/png")
    assert files(root) == [NAME]
    assert vault.read(asset()) == BYTES
    with vault.open_picture(asset()) as file:
        assert file.read(4) == BYTES[:4]


def test_keeping_the_same_picture_again_keeps_one(root, source):
    for _ in range(3):
        vault.keep(source, SHA, "image/png")
    before = (root / NAME).stat().st_ino
    vault.keep(source, SHA, "image/png")
    assert files(root) == [NAME]
    assert (root / NAME).stat().st_ino == before


def test_a_file_on_the_same_disk_is_kept_itself_and_outlives_its_first_name(root, source):
    source.chmod(0o600)
    vault.keep(source, SHA, "image/png")
    kept = root / NAME
    assert kept.stat().st_ino == source.stat().st_ino
    assert kept.stat().st_mode & 0o777 == 0o644
    source.unlink()
    assert vault.read(asset()) == BYTES
    assert files(root) == [NAME]


@pytest.mark.parametrize("why", [errno.EXDEV, errno.EPERM], ids=["on another disk", "where no file has two names"])
def test_a_file_is_copied(root, source, monkeypatch, closed, why):
    def refuse(*_):
        raise OSError(why, os.strerror(why))

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    vault.keep(source, SHA, "image/png")
    assert (root / NAME).stat().st_ino != source.stat().st_ino
    assert (root / NAME).stat().st_mode & 0o777 == 0o644
    assert vault.read(asset()) == BYTES
    assert files(root) == [NAME]


def test_what_somebody_else_may_still_write_to_is_copied(root):
    with (root.parent / "theirs").open("wb+") as theirs:
        theirs.write(BYTES)
        theirs.seek(0)
        default_storage.save("staged/theirs", File(theirs))
        theirs.write(b"more")
    assert (root / "staged/theirs").read_bytes() == BYTES


def test_what_only_points_elsewhere_is_not_kept(root, source):
    secret = source.with_name("secret")
    secret.write_bytes(BYTES)
    secret.chmod(0o600)
    source.unlink()
    source.symlink_to(secret)
    with pytest.raises(OSError, match="symbolic links"):
        vault.keep_thumbnail(source, SHA)
    assert files(root) == []
    assert secret.stat().st_mode & 0o777 == 0o600


def test_bytes_that_a_disk_has_failed_to_take_are_written_anew(root, source, monkeypatch):
    sync, failed = os.fsync, []

    def fail_once(descriptor: int) -> None:
        if not failed and Path(f"/proc/self/fd/{descriptor}").readlink().suffix == ".part":
            failed.append(os.fstat(descriptor).st_ino)
            raise OSError(errno.EIO, "the disk")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fail_once)
    with pytest.raises(OSError, match="the disk"):
        vault.stage(source)
    assert files(root) == []
    staged = root / vault.stage(source)
    assert failed
    assert staged.stat().st_ino != source.stat().st_ino
    assert staged.read_bytes() == BYTES


def test_what_another_has_just_named_is_written_down_before_it_is_relied_on(root, source, monkeypatch):
    vault.keep(source, SHA, "image/png")
    synced: list[Path] = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: synced.append(Path(f"/proc/self/fd/{descriptor}").readlink()))
    vault.keep(source, SHA, "image/png")
    assert synced == [(root / NAME).parent]


def test_many_workers_keeping_the_same_picture_at_once_keep_one(root, source):
    with ThreadPoolExecutor(8) as workers:
        list(workers.map(lambda _: vault.keep(source, SHA, "image/png"), range(40)))
    assert files(root) == [NAME]
    assert (root / NAME).read_bytes() == BYTES


def test_a_thumbnail_lies_on_its_own_shelf(root, source):
    vault.keep_thumbnail(source, SHA)
    assert files(root) == [f"thumbnails/{SHA[:2]}/{SHA[2:4]}/{SHA}.webp"]
    with vault.open_thumbnail(asset()) as file:
        assert file.read() == BYTES


def test_what_was_never_kept_is_not_found(root):
    for look in (vault.open_picture, vault.open_thumbnail, vault.read):
        with pytest.raises(FileNotFoundError):
            look(asset("f" * 64))


def test_staged_bytes_wait_until_they_are_dropped(root, source, tmp_path):
    first, second = vault.stage(source), vault.stage(source)
    assert first != second
    for _ in range(2):
        vault.take_staged(first, tmp_path / "taken")
        assert (tmp_path / "taken").read_bytes() == BYTES
    vault.drop_staged(first)
    vault.drop_staged(first)
    assert files(root) == [second]
    with pytest.raises(FileNotFoundError):
        vault.take_staged(first, tmp_path / "taken")


def test_only_staged_bytes_can_be_taken_or_dropped(root, source, tmp_path):
    vault.keep(source, SHA, "image/png")
    with pytest.raises(ValueError, match="not staged"):
        vault.take_staged(NAME, tmp_path / "taken")
    with pytest.raises(ValueError, match="not staged"):
        vault.drop_staged(NAME)
    with pytest.raises(SuspiciousFileOperation):
        vault.drop_staged("staged/../../secret_key")
    assert files(root) == [NAME]


def test_a_scratch_file_is_fresh_and_goes_away(root, settings):
    with vault.scratch() as one, vault.scratch() as other:
        assert one != other
        assert one.parent == settings.SCRATCH
        other.unlink()
    assert files(settings.SCRATCH) == []


def test_a_storage_in_which_two_workers_met_keeps_one_name(source, settings):
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "tests.generations.test_vault.Blind"}}
    vault.keep(source, SHA, "image/png")
    vault.keep(source, SHA, "image/png")
    folder = NAME.rpartition("/")[0]
    assert storages["default"].listdir(folder) == ([], [f"{SHA}.png"])


class Blind(InMemoryStorage):
    """One that does not see at first what another worker has just kept, and then makes room for a second copy."""

    def __init__(self) -> None:
        super().__init__()
        self._looks = 0

    def exists(self, name: str) -> bool:
        self._looks += 1
        return self._looks % 2 == 0 and super().exists(name)


class Foreign(InMemoryStorage):
    """One whose library has errors of its own, as S3's has."""

    def _fail(self, *args, **kwargs):
        raise LookupError("An error occurred (SlowDown) when calling the PutObject operation")

    exists = save = open = delete = _fail


@pytest.mark.parametrize(
    "touch",
    [
        lambda path: vault.keep(path, SHA, "image/png"),
        lambda path: vault.keep_thumbnail(path, SHA),
        vault.stage,
        lambda path: vault.take_staged("staged/a", path),
        lambda path: vault.drop_staged("staged/a"),
        lambda path: vault.open_picture(asset()),
        lambda path: vault.open_thumbnail(asset()),
        lambda path: vault.read(asset()),
    ],
)
def test_whatever_a_storage_raises_comes_as_trouble_of_the_disk(touch, source, settings):
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "tests.generations.test_vault.Foreign"}}
    with pytest.raises(OSError, match=r"LookupError: .*SlowDown"):
        touch(source)


@pytest.mark.services  # whose lock file brings the library of S3
def test_an_s3_that_nobody_answers_for_is_trouble_of_the_disk(source, settings, monkeypatch):
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    nobody = {
        "bucket_name": "pictures",
        "endpoint_url": "http://127.0.0.1:9",
        "region_name": "us-east-1",
        "access_key": "a key",
        "secret_key": "a secret",
    }
    backend = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": nobody}
    settings.STORAGES = {**settings.STORAGES, "default": backend}
    for touch in (vault.stage, lambda _: vault.read(asset()), lambda _: vault.drop_staged("staged/a")):
        with pytest.raises(OSError, match="EndpointConnectionError"):
            touch(source)


# --- the storage itself ---------------------------------------------------------------------------


def test_a_save_that_fails_leaves_neither_a_part_nor_a_change(root):
    default_storage.save("a/b", ContentFile(b"old"))

    class Torn(ContentFile):
        def chunks(self, chunk_size=None):
            yield b"half"
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        default_storage.save("a/b", Torn(b""))
    assert files(root) == ["a/b"]
    assert (root / "a/b").read_bytes() == b"old"


@pytest.mark.parametrize("kind", [File, Finished])
def test_bytes_and_every_new_folder_are_on_disk_before_save_returns(root, source, monkeypatch, kind):
    order: list[str] = []
    sync, replace, mkdir = os.fsync, Path.replace, Path.mkdir

    def synced(descriptor: int) -> None:
        order.append(f"sync {Path(f'/proc/self/fd/{descriptor}').readlink().name.rpartition('.')[2]}")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", lambda self, to: (order.append(f"name {to.name}"), replace(self, to))[1])
    monkeypatch.setattr(Path, "mkdir", lambda self, **how: (order.append(f"make {self.name}"), mkdir(self, **how))[1])
    with source.open("rb") as file:
        DurableStorage(location=root).save("one/two/bytes", kind(file))
    assert order[-4:] == ["sync one", "sync part", "name bytes", "sync two"]
    assert order[-6:-4] == ["sync kept", "make two"]
    assert order[-7] == "make one"


def test_others_on_this_machine_may_read_what_is_kept(root, closed):
    default_storage.save("a/b", ContentFile(b"new"))
    assert (root / "a/b").stat().st_mode & 0o777 == 0o644


def test_no_name_leads_out_of_the_storage(root):
    with pytest.raises(SuspiciousFileOperation):
        default_storage.save("../outside", ContentFile(b"new"))


WRITER = """
import os, sys, threading
import django
django.setup()
from django.core.files.base import ContentFile
from generations.vault import DurableStorage

storage = DurableStorage(location=sys.argv[1])
for turn in range(10_000):
    storage.save(f"pictures/{turn % 5}", ContentFile(bytes([turn % 5]) * 8_000_000))
    if turn == 0:
        threading.Timer(float(sys.argv[2]), os._exit, [9]).start()
"""


def test_a_writer_that_dies_never_leaves_half_a_picture_under_its_name(root):
    for pause in ("0.11", "0.16"):
        died = subprocess.run(
            [sys.executable, "-c", WRITER, str(root), pause],
            check=False,
            cwd=Path(__file__).parents[2],
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "gptstudio.settings"},
        )
        assert died.returncode == 9
    whole = [path for path in (root / "pictures").iterdir() if path.suffix != ".part"]
    assert whole
    for path in whole:
        assert path.read_bytes() == bytes([int(path.name)]) * 8_000_000
