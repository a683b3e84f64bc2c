"""An officer's own account: password, second factor, where she is signed in; the page of a link for a new password."""

from __future__ import annotations

from typing import Final

import segno
from flask import flash, redirect, request, session, url_for
from werkzeug.wrappers import Response

from server import safety
from server.auth import PUBLIC, SESSION, actor, require
from server.console.pages import language, show, text
from server.errors import Problem
from server.limits import limiter
from server.services import accounts, actors

PROPOSED: Final = "proposed_factor"
"""Where the cookie keeps an authenticator's secret until a code proves it: its owner sees it on the page anyway."""


BROWSERS: Final = (("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
                   ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
SYSTEMS: Final = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
                  ("Mac OS", "macOS"), ("Linux", "Linux"))  # fmt: skip


def name_browser(said: str) -> str:
    """Name a browser and its system as people do; what is neither known is shown as it was said, shortened."""
    named = [next((name for mark, name in known if mark in said), "") for known in (BROWSERS, SYSTEMS)]
    return " · ".join(name for name in named if name) or said[:40] or "–"


def _sid() -> str:
    return str(session.get(SESSION, ""))


def _own() -> int:
    """Return the id of the officer who is signed in in a browser; programs have no account page."""
    found = actor()
    if found.kind != "user":
        raise Problem("403.1")
    return found.id


@require("session.end")
def account() -> str:
    return _show()


def _show(**more: object) -> str:
    user_id = _own()
    return show(
        "account.html",
        user=actors.get_user(user_id),
        owes=actor().owes,
        second=safety.has_second_factor(user_id),
        sessions=accounts.list_sessions(user_id, _sid()),
        name_browser=name_browser,
        **more,
    )


@require("session.end")
@limiter.limit("10 per minute")
def change_password() -> tuple[str, int] | Response:
    user_id, form = _own(), request.form
    if form.get("new", "") != form.get("again", ""):
        return _show(problem=text("account.differ")), 422
    try:
        accounts.change_password(user_id, form.get("old", ""), form.get("new", ""), keep_session=_sid())
    except Problem as problem:
        words = text("account.old_wrong") if problem.code == "401.2" else problem.message(language())
        return _show(problem=words), 422 if problem.status == 401 else problem.status
    flash(text("account.changed"), "good")
    return redirect(url_for("console.home" if actor().owes else "console.account"), 303)


@require("session.end")
def end_sessions() -> Response:
    user_id, key = _own(), request.form.get("key", "")[:16]
    if key or request.form.get("all"):
        accounts.end_sessions(user_id, key=key, keep=_sid())
        flash(text("account.ended"), "good")
    return redirect(url_for("console.account"), 303)


@require("session.end")
def begin_second_factor() -> str:
    secret, address = accounts.begin_second_factor(actors.get_user(_own()).email)
    session[PROPOSED] = secret
    return _show_secret(secret, address)


def _show_secret(secret: str, address: str, problem: str = "") -> str:
    picture = segno.make(address, error="m").svg_data_uri(scale=5, border=4)
    return show("second_factor.html", secret=secret, picture=picture, problem=problem)


@require("session.end")
@limiter.limit("10 per minute")
def confirm_second_factor() -> str | tuple[str, int] | Response:
    user_id, secret = _own(), str(session.get(PROPOSED, ""))
    if not secret:
        return redirect(url_for("console.account"), 303)
    try:
        codes = accounts.confirm_second_factor(user_id, secret, request.form.get("code", "")[:64])
    except Problem as problem:
        address = accounts.address_of(secret, actors.get_user(user_id).email)
        return _show_secret(secret, address, problem.message(language())), 422
    session.pop(PROPOSED, None)
    return show("recovery_codes.html", codes=codes)


@require("session.end")
@limiter.limit("10 per minute")
def remove_second_factor() -> tuple[str, int] | Response:
    user_id = _own()
    try:
        accounts.remove_own_second_factor(user_id, request.form.get("password", ""))
    except Problem as problem:
        words = text("account.old_wrong") if problem.code == "401.2" else problem.message(language())
        return _show(problem=words), 422 if problem.status == 401 else problem.status
    flash(text("account.second.removed"), "good")
    return redirect(url_for("console.account"), 303)


@require(PUBLIC)
@limiter.limit("20 per minute")
def ask_password(reset_token: str) -> str:
    user = accounts.find_reset(reset_token)
    if user is None:
        raise Problem("404.51")
    return show("reset.html", email=user.email)


@require(PUBLIC)
@limiter.limit("10 per minute")
def set_password(reset_token: str) -> str | tuple[str, int] | Response:
    user, form = accounts.find_reset(reset_token), request.form
    if user is None:
        raise Problem("404.51")
    if form.get("new", "") != form.get("again", ""):
        return show("reset.html", email=user.email, problem=text("account.differ")), 422
    try:
        accounts.use_reset_link(reset_token, form.get("new", ""))
    except Problem as problem:
        if problem.code != "400.16":
            raise
        return show("reset.html", email=user.email, problem=problem.message(language())), 422
    flash(text("account.changed"), "good")
    return redirect(url_for("console.sign_in"), 303)
