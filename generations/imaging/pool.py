"""Who asks the limited children, and what happens to one that hangs or dies?

A few children are started when first needed and used again and again. A child that does not answer in time is
killed, one that died is forgotten, and in both cases the next question starts a fresh one.
"""

import atexit
import json
import os
import queue
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

Message = dict[str, Any]

_LONGEST_ANSWER = 4096
_TO_DIE = 2.0


class Lost(Exception):
    """The child gave no answer. The reason is `slow` or `broken`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Child:
    """One process, started with nothing of our environment, asked one question at a time."""

    def __init__(self, script: Path) -> None:
        self.process = subprocess.Popen(  # noqa: S603 our own interpreter on our own file
            [sys.executable, "-I", str(script)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd="/",
            env={},
        )
        self._questions = cast(IO[bytes], self.process.stdin)
        self._answers = cast(IO[bytes], self.process.stdout)

    def ask(self, question: Message, within: float) -> Message:
        """Raises Lost; the child is then good for nothing more."""
        try:
            self._questions.write(json.dumps(question).encode() + b"\n")
            return dict(json.loads(self._hear(time.monotonic() + within)))
        except (BrokenPipeError, ValueError) as nonsense:
            raise Lost("broken") from nonsense

    def _hear(self, deadline: float) -> bytes:
        heard = b""
        with selectors.DefaultSelector() as selector:
            selector.register(self._answers, selectors.EVENT_READ)
            while not heard.endswith(b"\n"):
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise Lost("slow")
                piece = os.read(self._answers.fileno(), _LONGEST_ANSWER)
                heard += piece
                if not piece or len(heard) > _LONGEST_ANSWER:
                    raise Lost(self._how_it_died())
        return heard

    def _how_it_died(self) -> str:
        """Out of processor time, or by anything else. One that only closed its pipe is helped along."""
        try:
            code = self.process.wait(_TO_DIE)
        except subprocess.TimeoutExpired:
            return "broken"
        return "slow" if code == -signal.SIGXCPU else "broken"

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self.let_go()

    def let_go(self) -> None:
        """Close our ends of the pipes. An idle child that nobody else holds ends by itself."""
        for pipe in (self._questions, self._answers):
            pipe.close()

    def disown(self) -> None:
        """After a fork the child is the parent's: its pipes are closed on this side, and nothing is waited for."""
        self.let_go()
        self.process.returncode = 0


class Pool:
    """At most `size` children of one script. Safe to use from many threads, and from forked processes."""

    def __init__(self, script: Path, size: int = 2, within: float = 30.0) -> None:
        self._script = script
        self._size = size
        self._within = within
        self._open()
        atexit.register(self.close)
        os.register_at_fork(after_in_child=self._start_anew)

    def _open(self) -> None:
        self._children: set[Child] = set()
        self._places: queue.LifoQueue[Child | None] = queue.LifoQueue()
        for _ in range(self._size):
            self._places.put(None)

    def ask(self, question: Message) -> Message:
        """One answer from whichever child is free first. Raises Lost."""
        with self._child() as child:
            return child.ask(question, self._within)

    @contextmanager
    def _child(self) -> Iterator[Child]:
        """Lend a child. It goes back to its place if it did well; else its place is left empty."""
        child = self._places.get()
        try:
            if child is None or child.process.poll() is not None:
                child = self._replace(child)
            yield child
        except BaseException:
            self._lay_to_rest(child)
            child = None
            raise
        finally:
            self._places.put(child)

    def _replace(self, dead: Child | None) -> Child:
        self._lay_to_rest(dead)
        child = Child(self._script)
        self._children.add(child)
        return child

    def _lay_to_rest(self, child: Child | None) -> None:
        if child is not None:
            self._children.discard(child)
            child.end()

    def close(self) -> None:
        """End every child, idle or not."""
        for child in list(self._children):
            self._lay_to_rest(child)

    def _start_anew(self) -> None:
        for child in self._children:
            child.disown()
        self._open()
