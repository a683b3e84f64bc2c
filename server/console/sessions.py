"""Sign in and out, and the language of the pages."""

from __future__ import annotations

from flask import current_app, redirect, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from server import auth
from server.auth import PUBLIC, require
from server.console.pages import is_local, show
from server.limits import limiter
from server.services import actors
from server.texts import LANGUAGES


def _next() -> str:
    """Return where the reader wanted to go: a page of this server that can be opened, else home."""
    target = request.values.get("next", "")
    if is_local(target) and current_app.url_map.bind("").test(target.partition("?")[0], "GET"):
        return target
    return url_for("console.home")


@require(PUBLIC)
def sign_in() -> str | Response:
    if current_user.is_authenticated:
        return redirect(_next())
    return show("sign_in.html", next=_next())


@require(PUBLIC)
@limiter.limit("10 per minute")
def open_session() -> tuple[str, int] | Response:
    """Sign in; the session begins anew, so that one planted before is worth nothing."""
    target = _next()
    email = request.form.get("email", "")
    found = auth.sign_in(email, request.form.get("password", ""))
    if found is None:
        return show("sign_in.html", next=target, email=email, refused=True), 401
    chosen = session.get("language")
    session.clear()
    if chosen in LANGUAGES:
        session["language"] = chosen
    login_user(actors.get_user(found.id))
    return redirect(target, 303)


@require("desk.read")
def sign_out() -> Response:
    chosen = session.get("language")
    logout_user()
    session.clear()
    if chosen in LANGUAGES:
        session["language"] = chosen
    return redirect(url_for("console.sign_in"), 303)


@require(PUBLIC)
def set_language() -> Response:
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        session["language"] = chosen
    return redirect(_next(), 303)
