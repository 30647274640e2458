"""Drives a dialect over HTTP: writes the request, makes the call, reads the answer.

With `fetch.py` the only place that opens a socket. The base URL is the operator's own, so it is not guarded as a
foreign address is; redirects are not followed, the environment's proxies are not used, and the key goes nowhere else.
"""

from generations.client.calls import Answer, origin, patience, reference_form, submit, test
from generations.client.polls import poll

__all__ = ["Answer", "origin", "patience", "poll", "reference_form", "submit", "test"]
