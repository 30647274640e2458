"""How does a letter leave? In a thread of its own, in the language of its reader.

A mail server takes up to EMAIL_TIMEOUT seconds to answer. The page must not wait for it, and must not tell by its
slowness for whom there was something to send.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation

log = logging.getLogger(__name__)

POSTMAN = ThreadPoolExecutor(max_workers=1, thread_name_prefix="post")
"""One, so that letters leave in order and a flood of them holds one connection to the mail server."""


def send(to: str, letter: str, context: dict[str, Any], language: str = "") -> None:
    """Send the letter `<app>/letters/<name>.txt`, whose first line is its subject, and do not wait for it."""
    with translation.override(language or translation.get_language()):
        app, name = letter.split(".")
        text = render_to_string(f"{app}/letters/{name}.txt", context).strip()
    subject, _, body = text.partition("\n")
    POSTMAN.submit(_deliver, EmailMessage(" ".join(subject.split()), body.strip(), to=[to]))


def _deliver(message: EmailMessage) -> None:
    try:
        message.send()
    except OSError:  # smtplib's own errors are OSErrors too
        log.warning("a letter could not be sent", exc_info=True)
