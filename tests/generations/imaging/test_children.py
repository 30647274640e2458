"""What may a child process do, and what happens when it dies, freezes or lies?"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from generations import imaging
from generations.imaging.pool import Lost, Pool
from tests.generations.imaging.specimens import encoded, picture, refusal
from tests.generations.imaging.work import processor_time

CHILD = Path(imaging.__file__).with_name("child.py")


@pytest.fixture
def pool() -> Iterator[Pool]:
    made = Pool(CHILD, size=1)
    yield made
    made.close()


def question(path: Path, **more) -> dict:
    return {"task": "check", "source": str(path), "seconds": 15, **more}


def pid(pool: Pool) -> int:
    (child,) = pool._children
    return child.process.pid


def test_a_child_is_used_again(pool, save):
    path = save(picture())
    pool.ask(question(path))
    first = pid(pool)
    assert [pool.ask(question(path))["width"] for _ in range(20)] == [60] * 20
    assert pid(pool) == first


def test_a_child_has_one_gigabyte_and_nothing_of_our_environment(pool, save, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "canary")
    pool.ask(question(save(picture())))
    proc = Path(f"/proc/{pid(pool)}")
    limits = {line[:25].strip(): line[26:46].strip() for line in (proc / "limits").read_text().splitlines()}
    assert limits["Max address space"] == str(1024**3)
    assert limits["Max core file size"] == "0"
    assert int(limits["Max cpu time"]) <= 17
    assert (proc / "environ").read_bytes() == b""


def scans(times: int) -> bytes:
    """A progressive JPEG of 36 megapixels that says its last scan over and over."""
    plain = encoded(Image.new("L", (6_000, 6_000), 90), "JPEG", progressive=True, quality=30)
    last = plain[plain.rindex(b"\xff\xda") : plain.rindex(b"\xff\xd9")]
    return plain[:-2] + last * times + b"\xff\xd9"


def test_a_picture_that_takes_too_much_time_ends_its_child_and_not_the_next_picture(pool, save):
    with pytest.raises(Lost, match="slow"):
        pool.ask(question(save(scans(2_000)), seconds=1))
    assert pool.ask(question(save(picture())))["width"] == 60


def test_a_frozen_child_is_killed_and_replaced(pool, save, monkeypatch):
    path = save(picture())
    pool.ask(question(path))
    frozen = pid(pool)
    os.kill(frozen, signal.SIGSTOP)
    with monkeypatch.context() as impatient:
        impatient.setattr(pool, "_within", 0.2)
        with pytest.raises(Lost, match="slow"):
            pool.ask(question(path))
    assert not Path(f"/proc/{frozen}").exists()
    assert pool.ask(question(path))["width"] == 60


def test_a_child_killed_in_the_middle_is_replaced(pool, save):
    path, slow = save(picture()), save(scans(2_000))
    pool.ask(question(path))
    victim = pid(pool)
    with ThreadPoolExecutor(1) as other:
        broken = other.submit(pool.ask, question(slow))
        before = processor_time(victim)
        while processor_time(victim) == before:
            time.sleep(0.005)
        os.kill(victim, signal.SIGKILL)
        with pytest.raises(Lost, match="broken"):
            broken.result(5)
    assert pool.ask(question(path))["width"] == 60


def test_a_child_killed_while_idle_is_replaced_unnoticed(pool, save):
    path = save(picture())
    pool.ask(question(path))
    os.kill(pid(pool), signal.SIGKILL)
    (child,) = pool._children
    child.process.wait()
    assert pool.ask(question(path))["width"] == 60


STRANGE = {
    "runs out of memory": "child.confine(); sys.stdin.readline(); bytearray(2 * 1024**3)",
    "answers nonsense": "sys.stdin.readline(); print('no JSON', flush=True); sys.stdin.read()",
    "answers without end": "sys.stdin.readline(); print('x' * 100_000, flush=True); sys.stdin.read()",
    "closes its mouth": "sys.stdin.readline(); os.close(1); sys.stdin.read()",
    "never starts": "sys.exit(1)",
}


@pytest.mark.parametrize("habit", STRANGE)
def test_whatever_a_child_does_costs_one_answer(habit, tmp_path, monkeypatch):
    monkeypatch.setattr("generations.imaging.pool._TO_DIE", 0.2)
    script = tmp_path / "strange.py"
    script.write_text(f"import os, sys\nsys.path.insert(0, {str(CHILD.parent)!r})\nimport child\n{STRANGE[habit]}\n")
    pool = Pool(script, size=1, within=10)
    for _ in range(2):
        with pytest.raises(Lost, match="broken"):
            pool.ask(question(script))
    assert not pool._children


@pytest.mark.parametrize(
    "answer", [{}, {"media_type": "text/html", "width": 1, "height": 1}, {"media_type": "image/png"}]
)
def test_a_child_is_not_believed_beyond_five_values(answer, tmp_path, monkeypatch, save):
    script = tmp_path / "liar.py"
    script.write_text(f"import json, sys\nfor line in sys.stdin: print(json.dumps({answer!r}), flush=True)\n")
    liar = Pool(script, size=1)
    monkeypatch.setattr(imaging, "_pool", liar)
    assert refusal(save(picture())) == "broken"
    liar.close()


def test_many_threads_share_two_children(save):
    pool = Pool(CHILD, size=2)
    paths = [save(picture(width, 30)) for width in range(10, 50)]
    with ThreadPoolExecutor(8) as threads:
        widths = [answer["width"] for answer in threads.map(pool.ask, map(question, paths))]
    assert widths == list(range(10, 50))
    assert len(pool._children) == 2
    pool.close()


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_starts_its_own_children(pool, save):
    path = save(picture())
    pool.ask(question(path))
    ours = pid(pool)
    reading, writing = os.pipe()
    forked = os.fork()
    if forked == 0:
        answer = pool.ask(question(path))["width"] if not pool._children else 0
        os.write(writing, f"{answer} {pid(pool) != ours}".encode())
        pool.close()
        os._exit(0)
    os.waitpid(forked, 0)
    os.close(writing)
    with os.fdopen(reading) as said:
        assert said.read() == "60 True"
    assert pool.ask(question(path))["width"] == 60
    assert pid(pool) == ours


def test_children_do_not_outlive_a_parent_that_is_killed(save):
    path = save(picture())
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import sys; from pathlib import Path; from generations import imaging as i; i.check(Path({str(path)!r}));"
            "print(next(iter(i._pool._children)).process.pid, flush=True); sys.stdin.read()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=CHILD.parents[2],
    )
    with parent:
        child = Path(f"/proc/{int(parent.stdout.readline())}")
        assert child.exists()
        parent.kill()
    patience = threading.Event()
    for _ in range(500):
        if not child.exists() or "\nState:\tZ" in (child / "status").read_text():
            break
        patience.wait(0.02)
    else:
        pytest.fail("the child is still there")
