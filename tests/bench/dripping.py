"""Receivers of webhooks that never come to an end, beside the pictures that they are told of."""

import socket
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.bench.figures import Figure, figure
from tests.bench.main_job import VIP, upstream
from tests.bench.stacks import ALICE, EMBEDDED, installed
from tests.chaos.subject import stamp
from tests.live.studio import Person, Studio, wait_for

BOB = "bob@example.com"
ENDPOINTS, SECONDS = 20, 60
"""How many drip, and for how long each would go on: a byte a second."""
PICTURES, EVERY, DELAY = 120, 0.5, 2
HOOKS = """
from accounts.models import Member
from generations.hooks import keeping
from generations.models import CHOSEN
for member in Member.objects.all():
    for number in range({each}):
        keeping.add(member, f"{origin}/{{member.pk}}/{{number}}", [value for value, _label in CHOSEN])
"""


def dripping() -> list[Figure]:
    """W4. The same 120 pictures of two teams, first with no webhook and then with 20 whose receivers drip."""
    with upstream() as served, receivers() as (origin, reached):
        allowed = f"{served.url},{origin}"
        with installed(EMBEDDED, served.url, FETCH_ALLOW=allowed) as studio:
            studio.bootstrap(BOB, "Beside", credits=10_000_000)
            address = ("--dialect", "images-vip", "--base-url", served.url, "--api-key", "good-key")
            studio.manage("provider", "APIYI vip", *address, "--image-model", VIP)
            studio.start()
            people = [studio.person(ALICE), studio.person(BOB)]
            _round(studio, people, 10, 10)  # what is needed first is imported and opened
            alone = _round(studio, people, PICTURES, PICTURES + 10)
            studio.manage("shell", "--verbosity", "0", "--command", HOOKS.format(each=ENDPOINTS // 2, origin=origin))
            beside = _round(studio, people, PICTURES, 2 * PICTURES + 10)
            wait_for(lambda: len(reached) == ENDPOINTS, 2 * SECONDS, "every endpoint")
            studio.manage("audit")
    return [
        figure("endpoints that dripped", len(reached), ENDPOINTS, "endpoints", "="),
        figure("how much longer 95 pictures in 100 take", (beside / alone - 1) * 100, 10, "%"),
    ]


def _round(studio: Studio, people: list[Person], count: int, altogether: int) -> float:
    """The seconds from the press to the end that 95 pictures in 100 keep within."""
    for number in range(count):
        people[number % len(people)].create(f"a ferry {number} [delay={DELAY}]", VIP)
        time.sleep(EVERY)
    studio.wait_until_over(altogether, within=180)
    times = studio.rows("SELECT created, ended FROM generations_generation ORDER BY created DESC")[:count]
    return statistics.quantiles([stamp(ended) - stamp(created) for created, ended in times], n=20)[-1]


@contextmanager
def receivers() -> Iterator[tuple[str, set[str]]]:
    """Their address, and the paths at which something has come in."""
    reached: set[str] = set()
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=_take, args=(door, reached), daemon=True).start()
        yield f"http://127.0.0.1:{door.getsockname()[1]}", reached


def _take(door: socket.socket, reached: set[str]) -> None:
    with suppress(OSError):  # the door is closed when the scene is over
        while True:
            threading.Thread(target=_drip, args=(door.accept()[0], reached), daemon=True).start()


def _drip(line: socket.socket, reached: set[str]) -> None:
    with line, suppress(OSError):
        reached.add(line.recv(65536).split(b" ")[1].decode())
        line.sendall(b"HTTP/1.1 200 OK\r\nx-drip: ")
        for _ in range(SECONDS):
            line.sendall(b"a")
            time.sleep(1)
