"""When more is asked than the server can answer: phones are told to come back, before anybody has waited for nothing.

A request waits for a free thread of its worker. Who has waited so long that its phone is about to give up is answered
at once, without any work: 503 with `Retry-After`, each another time, so that not all come back together. Only phones
and Collect are: they keep everything and try again by themselves. A page of the desk has a person in front of it.
"""

from __future__ import annotations

import random
from contextvars import ContextVar

from flask import Flask, request

from server.errors import Problem

LONGEST_S = 20.0
"""A phone gives up after a minute; what is answered later than that is done twice."""
COME_BACK_S = (30, 120)
PATIENT = ("/v1/key/", "/sync/", "/attachments")
"""In the addresses of those who try again by themselves."""

waited: ContextVar[float] = ContextVar("waited", default=0.0)
"""How many seconds the request waited for a thread; the worker says so (`serve.Worker`)."""


def init_overload(app: Flask) -> None:
    """Answer phones that waited too long before anything else is done."""

    @app.before_request
    def shed() -> None:
        if waited.get() > LONGEST_S and any(part in request.path for part in PATIENT):
            raise Problem("503.1", seconds=random.randint(*COME_BACK_S))  # noqa: S311 - spreads them, guards nothing
