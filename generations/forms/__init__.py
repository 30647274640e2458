"""What is typed into the studio's own pages, and how it is read."""

from generations.forms.composer import WORDS, ComposerForm, Draft, draft_of
from generations.forms.keys import KeyCapsForm, KeyForm
from generations.forms.webhooks import WebhookForm

__all__ = ["WORDS", "ComposerForm", "Draft", "KeyCapsForm", "KeyForm", "WebhookForm", "draft_of"]
