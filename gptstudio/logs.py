"""What is written to the log, and in which shape: lines for a person, or JSON for a machine."""

import logging
import re
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_DOOR = re.compile(rf"/(?!{_UUID}(?:[/\s?]|$))[\w:.~%=-]{{32,}}|\?\S+")


def without_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Sign-in links, invitations and signed picture addresses open doors; a log holds only where those doors are."""
    for key in ("request", "event"):
        if isinstance(text := event.get(key), str):
            event[key] = _DOOR.sub(lambda secret: f"{secret[0][0]}…", text)
    return event


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    without_secrets,
]


def configure(level: str, shape: str) -> dict[str, Any]:
    """Set structlog up and return Django's LOGGING for the same. `shape` is "console" or "json"."""
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "studio": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_shape(shape)],
                "foreign_pre_chain": SHARED,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "studio"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # A page that is not there is the visitor's affair; django_structlog tells of it at INFO.
            "django.request": {"level": logging.ERROR},
            "django": {"handlers": [], "level": level},
            "django.server": {"handlers": [], "propagate": True},
            # One line for each call and each bell would drown the rest.
            "httpx2": {"level": logging.WARNING},
            "celery.worker.strategy": {"level": logging.WARNING},
            "celery.app.trace": {"level": logging.WARNING},
        },
    }


def _shape(shape: str) -> list[Any]:
    if shape == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    return [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
