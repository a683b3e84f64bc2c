"""Log lines: one JSON object each, with the request's id. Never a token, never what a variable held.

A traceback says where, not with what: local variables may be somebody's name or a secret.
"""

from __future__ import annotations

import sys

import structlog


def init_logs() -> None:
    """Set structlog once for the process."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=False,
    )
