"""The operator's view of what makes pictures: what is offered, by whom, and what became of it."""

from generations.admin import offer, providers, records, usage_page

__all__ = ["offer", "providers", "records", "usage_page"]
