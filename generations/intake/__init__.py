"""Before the queue: pictures are kept, a wish is checked, and becomes a job that is held and waiting."""

from generations.intake.objected import Objected
from generations.intake.pictures import keep_base64, keep_link, keep_upload
from generations.intake.submitting import (
    OtherWish,
    Quote,
    cancel,
    check,
    new_key,
    quote,
    repeated,
    retry,
    retry_key,
    sent_before,
    submit,
    unaffordable,
)
from generations.intake.writing import MEMBER, STUDIO, Sender

__all__ = [
    "MEMBER",
    "STUDIO",
    "Objected",
    "OtherWish",
    "Quote",
    "Sender",
    "cancel",
    "check",
    "keep_base64",
    "keep_link",
    "keep_upload",
    "new_key",
    "quote",
    "repeated",
    "retry",
    "retry_key",
    "sent_before",
    "submit",
    "unaffordable",
]
