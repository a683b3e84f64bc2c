"""The service seen from outside: is it alive, can it work, how is it. Prometheus reads the last one."""

from __future__ import annotations

from flask import Response

from server.auth import PUBLIC, require
from server.services import watching


def _plain(words: str, status: int = 200) -> Response:
    response = Response(f"{words}\n", status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = "60"
    return response


@require(PUBLIC)
def health() -> Response:
    """Say that this process answers."""
    return _plain("ok")


@require(PUBLIC)
def ready() -> Response:
    """Say whether phones can be served: the database answers and fits this version, the disk takes files."""
    trouble = watching.find_obstacle()
    return _plain(f"not ready: {trouble}", 503) if trouble else _plain("ready")


@require("service.watch")
def metrics() -> Response:
    response = Response(watching.write_metrics(), content_type=watching.METRICS_TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response
