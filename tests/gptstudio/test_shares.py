"""Each web process knows what it would hold if all held as many."""

import os

from gptstudio.shares import MOST_PROCESSES, Shares


def test_what_one_process_tells_all_know():
    shares = Shares()
    shares.tell(1, 30)
    child = os.fork()
    if not child:
        shares.tell(2, 10)
        os._exit(0)
    os.waitpid(child, 0)
    assert shares.fair(2) == 20


def test_a_process_that_has_gone_holds_none():
    shares = Shares()
    shares.tell(1, 30)
    shares.tell(MOST_PROCESSES + 2, 10)
    shares.tell(1, 0)
    assert shares.fair(2) == 5
