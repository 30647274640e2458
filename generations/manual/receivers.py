"""What is a webhook sent, and how does it know that it is from us? Receivers that run as they stand."""

import json
from datetime import UTC, datetime, timedelta

from generations.fetch import POST_WITHIN
from generations.hooks.clearing import KEPT
from generations.hooks.delivering import PAUSES
from generations.hooks.switching import PATIENCE
from generations.hooks.telling import envelope
from generations.manual.spellings import Script
from generations.models import OVERLAP, Event
from generations.scripts import JAVASCRIPT, PYTHON

LIMITS = {
    "within": round(POST_WITHIN),
    "tries": len(PAUSES) + 1,
    "patience": PATIENCE.days,
    "kept": KEPT.days,
    "overlap": OVERLAP // timedelta(hours=1),
}
"""Seconds for an answer, tries, days of failures, days in the log, hours of two secrets."""

_JOB, _GENERATION = "0198a1c2-7b1e-7c40-9d55-3f0b6a1e2c11", "0198a1c2-7b1e-7c40-9d55-3f0b6a1e2c12"

_PYTHON = '''import base64
import hmac
import json
import os
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = base64.b64decode(os.environ["GPT_STUDIO_WEBHOOK_SECRET"].removeprefix("whsec_"))
PORT = int(os.environ.get("PORT", "9000"))


def is_genuine(headers, body):
    """Whether one of the signatures is ours, and no older than five minutes."""
    stamp = headers.get("webhook-timestamp", "")
    if not stamp.isdecimal() or abs(time.time() - int(stamp)) > 300:
        return False
    signed = f"{headers.get('webhook-id')}.{stamp}.".encode() + body
    wanted = b"v1," + base64.b64encode(hmac.digest(SECRET, signed, "sha256"))
    given = headers.get("webhook-signature", "").encode().split()
    return any(hmac.compare_digest(wanted, each) for each in given)


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        genuine = is_genuine(self.headers, body)
        self.send_response(204 if genuine else 400)
        self.end_headers()
        if genuine:
            event = json.loads(body)
            print(self.headers["webhook-id"], event["type"], event["data"]["id"], flush=True)


ThreadingHTTPServer(("", PORT), Receiver).serve_forever()
'''

_JAVASCRIPT = """import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const secret = Buffer.from(process.env.GPT_STUDIO_WEBHOOK_SECRET.replace("whsec_", ""), "base64");
const port = process.env.PORT ?? 9000;

// Whether one of the signatures is ours, and no older than five minutes.
function isGenuine(headers, body) {
  const stamp = headers["webhook-timestamp"] ?? "";
  if (!/^[0-9]+$/.test(stamp) || Math.abs(Date.now() / 1000 - stamp) > 300) return false;
  const signed = createHmac("sha256", secret).update(`${headers["webhook-id"]}.${stamp}.`).update(body);
  const wanted = Buffer.from(`v1,${signed.digest("base64")}`);
  const given = (headers["webhook-signature"] ?? "").split(" ").map((each) => Buffer.from(each));
  return given.some((each) => each.length === wanted.length && timingSafeEqual(each, wanted));
}

createServer(async (request, answer) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces);
  const genuine = isGenuine(request.headers, body);
  answer.writeHead(genuine ? 204 : 400).end();
  if (genuine) {
    const event = JSON.parse(body);
    console.log(request.headers["webhook-id"], event.type, event.data.id);
  }
}).listen(port);
"""

RECEIVERS = (Script(PYTHON, _PYTHON), Script(JAVASCRIPT, _JAVASCRIPT))


def example_of_an_event() -> str:
    """The body of a delivery."""
    data = {"id": _JOB, "state": "succeeded", "generations": [{"id": _GENERATION, "state": "succeeded"}]}
    told = envelope(Event.SUCCEEDED, datetime(2026, 11, 2, 9, 30, tzinfo=UTC), data)
    return json.dumps(json.loads(told), indent=2)
