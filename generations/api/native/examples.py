"""One example of each body and each answer, as the schema and the page show them. Tests hold them to their shapes."""

from typing import Any

from generations import sentences
from generations.catalog import Objection
from generations.dialects.serving import Refusal, Why

JOB_ID = "0b9e2f5c-6d0e-4c7b-9a43-5f1f8f2f7a10"
ASSET_ID = "6f2d3f2e-1c1b-4f0e-8f57-0d7b7a0c9d21"
REFERENCE_ID = "b1a6c7f4-8f3a-4a83-9f0e-2f4f3f6f5e55"
GENERATION_ID = "c4d0a8d8-5f0b-4e7d-bb56-1d0a9c2b7e31"
WEBHOOK_ID = "1d7a0b52-9a0e-4d0e-8f6c-2b0f6f3b9c44"
EVENT_ID = "evt_7f3e5a1c9b2d4e6f8a0b1c2d3e4f5a6b"
PICTURE_URL = "https://studio.example.com/p/6f2d3f2e…/"

_BRIEF: dict[str, Any] = {
    "prompt": "A paper boat on a quiet lake, morning mist",
    "image_model": "gpt-image-2",
    "ratio": "3:2",
    "tier": "2K",
    "count": 1,
}
BODIES: dict[str, dict[str, Any]] = {
    "quote": _BRIEF,
    "job": _BRIEF,
    "asset": {"url": "https://example.com/boat.png", "use": "reference"},
    "new_webhook": {"url": "https://example.com/hook", "events": ["job.succeeded", "job.failed"]},
    "webhook": {"is_on": False},
}

_JOB: dict[str, Any] = {
    "id": JOB_ID,
    "state": "succeeded",
    "created": "2026-03-01T09:30:00.120Z",
    "ended": "2026-03-01T09:30:41.870Z",
    "image_model": "gpt-image-2",
    "origin": "native",
    "brief": {
        "prompt": _BRIEF["prompt"],
        "size": "2048x1360",
        "ratio": "3:2",
        "tier": "2K",
        "quality": None,
        "background": None,
        "format": None,
        "compression": None,
        "moderation": None,
        "references": [REFERENCE_ID],
        "mask": None,
    },
    "count": 1,
    "generations": [
        {
            "id": GENERATION_ID,
            "position": 1,
            "state": "succeeded",
            "held": 6,
            "charged": 6,
            "fault": None,
            "picture": {
                "asset": ASSET_ID,
                "url": PICTURE_URL,
                "media_type": "image/png",
                "width": 2048,
                "height": 1360,
                "bytes": 3_912_004,
            },
            "receipt": {"asked_size": "2048x1360", "delivered_size": "2048x1360"},
        }
    ],
}
_ASSET: dict[str, Any] = {
    "id": REFERENCE_ID,
    "use": "reference",
    "created": "2026-03-01T09:28:12.004Z",
    "media_type": "image/png",
    "width": 1280,
    "height": 1280,
    "bytes": 1_204_331,
    "name": "boat.png",
    "url": PICTURE_URL,
    "job": None,
}
_ENTRY: dict[str, Any] = {
    "id": 812,
    "kind": "capture",
    "amount": -6,
    "balance": 994,
    "generation": GENERATION_ID,
    "member": "Alice",
    "api_key": "night batch …k3Qz",
    "note": "",
    "created": "2026-03-01T09:30:41.870Z",
}
_IMAGE_MODEL: dict[str, Any] = {
    "name": "gpt-image-2",
    "title": "GPT Image 2",
    "capabilities": {
        "prompt_limit": 10_000,
        "sizes": ["auto", "1280x1280", "2048x1360"],
        "size_rule": "free",
        "qualities": [],
        "backgrounds": [],
        "formats": [],
        "moderations": [],
        "compression": False,
        "fewest_references": 0,
        "most_references": 5,
        "mask": False,
    },
    "tariff": [{"tier": "1K", "quality": None, "credits": 4}, {"tier": "2K", "quality": None, "credits": 6}],
}
_WEBHOOK: dict[str, Any] = {
    "id": WEBHOOK_ID,
    **BODIES["new_webhook"],
    "is_on": True,
    "off_since": None,
    "off_because": None,
    "failing_since": None,
    "former_until": None,
    "member": "Alice",
    "created": "2026-03-01T09:00:00.000Z",
}
_DELIVERY: dict[str, Any] = {
    "id": EVENT_ID,
    "event": "job.succeeded",
    "job": JOB_ID,
    "state": "taken",
    "tries": 2,
    "due": None,
    "log": [
        {"at": "2026-03-01T09:30:42.010Z", "status": 500, "reply": "status"},
        {"at": "2026-03-01T09:30:47.190Z", "status": 204, "reply": "taken"},
    ],
    "created": "2026-03-01T09:30:41.870Z",
}
_SENT_AGAIN = _DELIVERY | {"state": "waiting", "tries": 0, "due": "2026-03-01T11:00:00.000Z"}
ANSWERS: dict[str, dict[str, Any]] = {
    "quote": {"each": 6, "count": 1, "total": 6, "balance": 1000},
    "job": _JOB,
    "jobs": {"data": [_JOB], "next": None},
    "asset": _ASSET,
    "assets": {"data": [_ASSET], "next": None},
    "balance": {"balance": 994},
    "entries": {"data": [_ENTRY], "next": None},
    "models": {"data": [_IMAGE_MODEL]},
    "webhook": _WEBHOOK,
    "new_webhook": _WEBHOOK | {"secret": "whsec_…"},
    "webhooks": {"data": [_WEBHOOK]},
    "deliveries": {"data": [_DELIVERY], "next": None},
    "delivery": _SENT_AGAIN,
}

_SHORT = Objection("", "credits", (("wanted", 6), ("balance", 2)))
_FULL = Objection("", "active", (("most", 1000), ("under_way", 1000), ("wanted", 1)))
_ODD = Objection("size", "lacking", (("value", "640x480"),))


def refusals() -> dict[int, Refusal]:
    """One refusal of each status, said to whoever reads now."""
    return {
        400: Refusal(Why.NOT_READ, "The body is not JSON."),
        401: Refusal(Why.BAD_KEY, "This API key is not known here, is revoked, or has expired."),
        402: Refusal(Why.NO_CREDIT, sentences.objection(_SHORT)),
        403: Refusal(Why.FORBIDDEN, "This API key may not be used for this: it lacks “create”."),
        404: Refusal(Why.NO_TASK, "There is no such job."),
        405: Refusal(Why.NO_METHOD, "This address does not take this method."),
        409: Refusal(Why.TOO_MANY, sentences.objection(_FULL)),
        413: Refusal(Why.TOO_LARGE, "The body is larger than 48 MB."),
        422: Refusal(Why.INVALID, sentences.objection(_ODD), "size"),
        429: Refusal(Why.TOO_OFTEN, "Too many calls: 20 are taken in 1 s."),
        500: Refusal(Why.BROKEN, "Something went wrong here. It has been noted."),
        503: Refusal(Why.STOPPING, "This server is stopping."),
    }
