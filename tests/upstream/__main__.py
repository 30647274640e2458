"""`python -m tests.upstream`: the scripted upstream, for a person in front of it or for a test behind it."""

import argparse
import os
import socket
import sys
import threading
from pathlib import Path

import uvicorn

from tests.upstream.app import Upstream
from tests.upstream.book import Book
from tests.upstream.line import Protocol
from tests.upstream.script import Script


def main() -> None:
    asked = _arguments()
    app = Upstream(Book(asked.log), Script(delay=asked.delay))
    config = uvicorn.Config(app, http=Protocol, lifespan="off", log_level="warning", timeout_graceful_shutdown=1)
    if asked.fd is not None:
        threading.Thread(target=_leave_with_parent, daemon=True).start()
        listener = socket.socket(fileno=asked.fd)
    else:
        listener = socket.create_server((asked.host, asked.port))
        sys.stdout.write(f"The scripted upstream listens at http://{asked.host}:{listener.getsockname()[1]}\n")
        sys.stdout.flush()
    uvicorn.Server(config).run(sockets=[listener])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.upstream", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--log", type=Path, help="a file that gets one line of JSON for each paid submission")
    parser.add_argument(
        "--delay", type=float, default=0.0, help="seconds until a picture is made, unless its prompt says"
    )
    parser.add_argument("--fd", type=int, help="a listening socket to take over; ends when standard input does")
    return parser.parse_args()


def _leave_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main()
