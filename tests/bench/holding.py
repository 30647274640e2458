"""One process of the scene `holds`: says that it is ready, waits for the word, then asks for its holds one by one."""

import json
import sys
import time
import uuid
from collections import Counter

from django.db import Error, connection

from accounts import credits
from accounts.models import Member


def main(tries: str) -> None:
    member = Member.objects.get()
    connection.ensure_connection()
    print("ready", flush=True)
    sys.stdin.readline()
    answers: Counter[str] = Counter()
    began = time.time()
    for _ in range(int(tries)):
        answers[_ask(member)] += 1
    print(json.dumps({**answers, "began": began, "ended": time.time()}))


def _ask(member: Member) -> str:
    try:
        credits.hold(member, {uuid.uuid4(): 1})
    except credits.NotEnough:
        return "refused"
    except Error as wrong:
        print(wrong, file=sys.stderr)
        return "errors"
    return "held"
