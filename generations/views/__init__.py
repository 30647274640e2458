"""The studio's rooms, each a function that reads a request and draws a page or a fragment of it."""

from generations.views.calling_off import cancel, cancel_all, retry
from generations.views.composing import add_reference, composer_call, create, quote, redraw
from generations.views.keys import key_caps, keys, revoke_key
from generations.views.looking import generation, library, picture, status
from generations.views.scripting import docs, docs_page, docs_webhooks, picture_call
from generations.views.watching import pulse, theme
from generations.views.webhooks import (
    webhook,
    webhook_add,
    webhook_remove,
    webhook_replay,
    webhook_rotate,
    webhook_switch,
    webhook_test,
    webhooks,
)

__all__ = [
    "add_reference",
    "cancel",
    "cancel_all",
    "composer_call",
    "create",
    "docs",
    "docs_page",
    "docs_webhooks",
    "generation",
    "key_caps",
    "keys",
    "library",
    "picture",
    "picture_call",
    "pulse",
    "quote",
    "redraw",
    "retry",
    "revoke_key",
    "status",
    "theme",
    "webhook",
    "webhook_add",
    "webhook_remove",
    "webhook_replay",
    "webhook_rotate",
    "webhook_switch",
    "webhook_test",
    "webhooks",
]
