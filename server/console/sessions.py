"""Sign in and out, and the language of the pages."""

from __future__ import annotations

import time
from typing import Any, Final

from flask import current_app, g, make_response, redirect, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from server import auth, safety
from server.auth import PUBLIC, SESSION, require
from server.console import leaving
from server.console.pages import is_local, language, show
from server.errors import Problem
from server.limits import limiter
from server.services import actors
from server.texts import LANGUAGES

HALF: Final = "half"
HALF_S: Final = 300
"""How long a right password waits for its code."""


def find_next() -> str:
    """Return where the reader wanted to go: a page of this server that can be opened, else home."""
    target = request.values.get("next", "")
    if is_local(target) and current_app.url_map.bind("").test(target.partition("?")[0], "GET"):
        return target
    return url_for("console.home")


@require(PUBLIC)
def sign_in() -> str | Response:
    if current_user.is_authenticated:
        return redirect(find_next())
    return show("sign_in.html", next=find_next())


@require(PUBLIC)
@limiter.limit("10 per minute")
def open_session() -> tuple[str, int] | Response:
    """Sign in; the session begins anew, so that one planted before is worth nothing."""
    target = find_next()
    email = request.form.get("email", "")
    try:
        found = auth.sign_in(email, request.form.get("password", ""))
    except Problem as locked:
        return show("sign_in.html", next=target, email=email, locked=locked.message(language())), locked.status
    if found is None:
        return show("sign_in.html", next=target, email=email, refused=True), 401
    begin_anew()
    second = safety.has_second_factor(found.id)
    answer = wait_for_code(found.id, target) if second else enter(found.id, target)
    leaving.forget(answer)
    return answer


def wait_for_code(user_id: int, target: str) -> Response:
    """Ask for the second factor of somebody who proved the first; not signed in before that."""
    session[HALF] = {"id": user_id, "at": time.time(), "next": target}
    return redirect(url_for("console.ask_code"), 303)


def begin_anew() -> None:
    """Begin the cookie's session anew: one that somebody planted before is worth nothing."""
    chosen = session.get("language")
    session.clear()
    if chosen in LANGUAGES:
        session["language"] = chosen


def enter(user_id: int, target: str) -> Response:
    begin_anew()
    session[SESSION] = safety.begin_session(user_id, request.user_agent.string)
    user = actors.get_user(user_id)
    login_user(user)
    if target == url_for("console.home") and "desk.read" not in auth.GRANTS.get(user.role, frozenset()):
        target = url_for("console.own_women")  # a user of an association has no other page
    return redirect(target, 303)


def _half() -> dict[str, Any] | None:
    """Return what is known of somebody whose password was right and whose code is to come."""
    half = session.get(HALF)
    if not isinstance(half, dict) or time.time() - float(half.get("at", 0)) > HALF_S:
        return None
    return half


@require(PUBLIC)
def ask_code() -> str | Response:
    return show("code.html") if _half() else redirect(url_for("console.sign_in"), 303)


@require(PUBLIC)
@limiter.limit("10 per minute")
def take_code() -> tuple[str, int] | Response:
    half = _half()
    if half is None:
        return redirect(url_for("console.sign_in"), 303)
    try:
        if auth.take_second_factor(int(half["id"]), request.form.get("code", "")[:64]):
            return enter(int(half["id"]), str(half["next"]))
        wrong = Problem("401.4")
    except Problem as locked:
        wrong = locked
    return show("code.html", problem=wrong.message(language())), wrong.status


@require("session.end")
def sign_out() -> Response:
    if secret := session.get(SESSION):
        safety.end_session(str(secret))
    logout_user()
    begin_anew()
    way = leaving.find_way_out()
    if way is None:
        answer: Response = redirect(url_for("console.sign_in"), 303)
    else:
        g.actor = None  # she is out: the page has no menu
        answer = make_response(show("signed_out.html", way=way))
    leaving.forget(answer)
    return answer


@require(PUBLIC)
def set_language() -> Response:
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        session["language"] = chosen
    return redirect(find_next(), 303)
