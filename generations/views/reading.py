"""Ids as they stand in an address: read, or the same 404 as for what is not there."""

import uuid

from django.http import Http404


def read_id(text: str) -> uuid.UUID:
    """Raises Http404 for anything that is not a UUID."""
    try:
        return uuid.UUID(text)
    except ValueError as wrong:
        raise Http404 from wrong
