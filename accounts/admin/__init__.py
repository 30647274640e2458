"""The operator's view of people, their teams and their credits."""

from accounts.admin import ledger, people

__all__ = ["ledger", "people"]
