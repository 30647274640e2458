"""What came into people's mailboxes."""

import re

from django.core import mail

from accounts.post import POSTMAN


def letters_to(email: str) -> list[str]:
    """The texts of all letters to an address, once every letter that was posted has left."""
    POSTMAN.submit(int).result()  # one postman delivers in order, so this errand comes back last
    return [letter.body for letter in mail.outbox if letter.to == [email]]


def link_in(letter: str) -> str:
    """The path of the one link in a letter."""
    found = re.findall(r"https?://[^/\s]+(/\S+)", letter)
    assert len(found) == 1
    return str(found[0])
