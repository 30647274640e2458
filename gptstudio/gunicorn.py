"""How the web process is set up. Gunicorn reads this module as its configuration."""

import json
import resource
import socket
import struct
import time
import uuid
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

from gunicorn.http.errors import (
    ExpectationFailed,
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
    UnsupportedTransferCoding,
)
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from gptstudio import embedded, lifeline, memory, settings
from gptstudio.celery import shut
from gptstudio.shares import Shares


class Worker(ThreadWorker):
    """One web process. From the moment that it is told to stop, its embedded workers take no more work, and who waits
    for a picture is sent away.

    It first answers the visitors it has, and waits for slow ones; they would go on taking work all the while.
    """

    def handle_exit(self, sig: int, frame: Any) -> None:
        shut()
        super().handle_exit(sig, frame)

    def accept(self, listener: Any) -> None:
        """A process that holds more lines than its share gives the others a moment to take this one."""
        if self.nr_conns > shares.fair(settings.WEB_PROCESSES) + MORE_THAN_FAIR:
            time.sleep(A_MOMENT)
        super().accept(listener)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        super().wait_for_and_dispatch_events(timeout)
        shares.tell(self.age, self.nr_conns)

    def handle(self, conn: Any) -> Any:
        """A call from which nothing comes any more ends by itself: a laptop that was shut in the middle of sending a
        file would else hold its thread for ever. The kernel's own limit, as the socket has to stay a blocking one."""
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", LONGEST_SILENCE, 0))
        return super().handle(conn)

    def handle_error(self, req: Any, client: Any, addr: Any, exc: Exception) -> None:
        """What cannot be read is told before anybody knows at which address: in the words of all scripts."""
        if not isinstance(exc, ParseException):
            super().handle_error(req, client, addr, exc)
            return
        status = UNREAD.get(type(exc), HTTPStatus.BAD_REQUEST)
        self.log.warning("%s from %s", status.phrase, addr and addr[0])
        with suppress(OSError):
            write_nonblock(client, _told(status))
            _hear_out(client)

    def _keepalive_after(self, conn: Any, keepalive: bool) -> bool:
        """Hear out whoever was refused while still sending a file: gunicorn itself hangs up after 64 kB, and a library
        (Node's fetch) may then see a broken line in place of the answer, and send it all again."""
        until = time.monotonic() + LONGEST_HEARING
        return keepalive and conn.parser.finish_body(deadline=until, max_bytes=MOST_UNHEARD)


shares = Shares()
MORE_THAN_FAIR, A_MOMENT = 1, 0.002
"""Lines, and seconds: as long as Python may take to let another thread on."""

LONGEST_SILENCE = 60
"""Seconds between two pieces of a call."""

LONGEST_HEARING, MOST_UNHEARD = 20.0, 64 * 1024 * 1024
"""Seconds and bytes: a few large pictures on an ordinary line. They are read by a thread that does nothing else, and
are kept nowhere."""

UNREAD = {
    LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
    ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
}


def _told(status: HTTPStatus) -> bytes:
    said = {"message": f"{status.phrase}.", "type": "invalid_request_error", "param": None, "code": "invalid_request"}
    told = {"error": said, "code": status.value, "msg": said["message"], "message": said["message"], "data": None}
    body = json.dumps(told)
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}",
        "Connection: close",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        f"x-request-id: req_{uuid.uuid4().hex}",
        "x-should-retry: false",
    )
    return "\r\n".join([*head, "", body]).encode()


def _hear_out(client: socket.socket) -> None:
    """For a moment, whoever is still talking: a line that is closed on unread bytes loses the answer with them."""
    client.shutdown(socket.SHUT_WR)
    client.settimeout(1)
    for _ in range(16):
        if not client.recv(64 * 1024):
            return


bind = f"{settings.HOST}:{settings.PORT}"
worker_class = Worker  # pages are cheap and synchronous; a thread waits for a slow reader
workers = settings.WEB_PROCESSES
# A line that waits for its picture holds a thread, which sleeps; a thread is made when it is first needed. How many
# are at work at once is `gptstudio.turnstile`'s to say.
threads = settings.WEB_LINES
worker_connections = settings.WEB_LINES + 1000
# Longer than client libraries and proxies keep a line that rests (Node's fetch 4 s, httpx 5, nginx 60). One that hangs
# up first does so under the next question, and who polls every few seconds loses that now and then.
keepalive = 75
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 a heartbeat must not wait for a disk

# The embedded workers finish the calls they hold before the process may end.
graceful_timeout = settings.DRAIN_SECONDS if settings.IS_EMBEDDED else 30
timeout = 120  # a machine that is busy with pictures is slow, not dead, and a killed process loses the calls it holds
control_socket_disable = True  # nobody talks to it, and it would sit in the home directory
loglevel = settings.LOG_LEVEL.lower()


_soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (_hard, _hard))  # each line is an open file


def post_fork(_server: Any, worker: Any) -> None:
    lifeline.hold(worker.ppid)


def post_worker_init(_worker: Any) -> None:
    memory.settle_in()
    if settings.IS_EMBEDDED:
        embedded.start()


def child_exit(_server: Any, worker: Any) -> None:
    shares.tell(worker.age, 0)


def worker_exit(_server: Any, _worker: Any) -> None:
    embedded.stop()
