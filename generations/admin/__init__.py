"""The operator's view of what makes pictures: what is offered, by whom, and what became of it."""

from generations.admin import doubts_page, offer, providers, records, usage_page

__all__ = ["doubts_page", "offer", "providers", "records", "usage_page"]
