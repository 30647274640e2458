"""The project: settings, addresses, and how its processes start and stop."""

from gptstudio.celery import app as celery_app

__all__ = ["celery_app"]
