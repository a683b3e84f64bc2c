"""HTTP and storage: the shell around forms, sync and exports."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from uuid import uuid4

import structlog
from flask import Flask, Response, g, request
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from server.config import Settings, load_settings
from server.errors import Problem

ROOT = Path(__file__).resolve().parent
CONSOLE_CSP = (
    "default-src 'self'; img-src 'self' blob: data:; style-src 'self'; script-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
MAX_BODY = 32 * 2**20
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}\Z")

csrf = CSRFProtect()


class KnowTheEnd:
    """Refuse a body that was cut on its way.

    gunicorn sets ``wsgi.input_terminated``; Werkzeug then takes a cut body for a whole one. Without the flag it checks
    Content-Length.
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH"):
            environ.pop("wsgi.input_terminated", None)
        answer: Iterable[bytes] = self.app(environ, start_response)
        return answer


def create_app(settings: Settings | None = None) -> Flask:
    """Make the application.

    :param settings: read from the ``HIRFA_*`` environment variables when not given.
    """
    from server.api import init_api
    from server.auth import ROLES, init_auth
    from server.blobs import init_blobs
    from server.cli import init_commands
    from server.console import init_console, render_problem
    from server.database import init_database
    from server.errors import init_errors
    from server.limits import limiter
    from server.logs import init_logs
    from server.overload import init_overload
    from server.readings import init_readings
    from server.services.openid import init_openid
    from server.typed import TypedRequest

    init_logs()
    settings = settings or load_settings()
    if unknown := settings.second_factor - set(ROLES):
        raise ValueError(f"HIRFA_SECOND_FACTOR: there is no role {', '.join(sorted(unknown))}, but {', '.join(ROLES)}")
    app = Flask("server", root_path=str(ROOT), static_folder=None)
    app.request_class = TypedRequest
    app.config.update(
        HIRFA=settings,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        MIGRATIONS=ROOT / "migrations",
        APP_FOLDER=ROOT.parent / "device" / "dist",
        MAX_CONTENT_LENGTH=MAX_BODY,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.https,
        # no neighbour, subdomain or plain HTTP page can plant a cookie of that name
        SESSION_COOKIE_NAME="__Host-session" if settings.https else "session",
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    _number_requests(app)
    init_overload(app)
    init_errors(app, render_problem)
    init_database(app)
    init_blobs(app)
    csrf.init_app(app)
    limiter.init_app(app)
    init_auth(app)
    init_openid(app)
    init_api(app)
    init_console(app)
    init_readings(app)
    init_commands(app)
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith("api."):
            csrf.exempt(view)  # these take no cookie for a write, see auth.find_actor
    app.wsgi_app = KnowTheEnd(app.wsgi_app)  # type: ignore[method-assign]
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=0, x_prefix=0
        )
    return app


def _number_requests(app: Flask) -> None:
    """Give each request an id that the answer and the log share, and each answer its safe headers."""

    @app.before_request
    def _begin() -> None:
        given = request.headers.get("X-Request-Id", "")
        g.request_id = given if _REQUEST_ID.match(given) else uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)
        if "\0" in request.path:  # no address holds one, and PostgreSQL refuses to look for it
            raise Problem("404.1")

    @app.after_request
    def _end(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("X-Request-Id", g.get("request_id", ""))
        headers.setdefault("Content-Security-Policy", CONSOLE_CSP)
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("X-Frame-Options", "DENY")
        headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(self)")
        if app.config["HIRFA"].https:
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        return response
