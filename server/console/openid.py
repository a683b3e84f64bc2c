"""The way to the provider of the house and back (OpenID Connect: code, PKCE, state, nonce)."""

from __future__ import annotations

from typing import Final

import structlog
from flask import current_app, redirect, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from server import safety
from server.auth import PUBLIC, require
from server.console.leaving import remember
from server.console.pages import show
from server.console.sessions import begin_anew, enter, find_next, wait_for_code
from server.limits import limiter
from server.services import openid

TARGET: Final = "openid_next"
log = structlog.get_logger()


def _refuse(key: str, target: str, status: int) -> tuple[str, int]:
    return show("sign_in.html", next=target, openid_problem=key), status


def _back() -> str:
    return str(current_app.config["HIRFA"].url) + url_for("console.openid_back")


@require(PUBLIC)
@limiter.limit("20 per minute")
def openid_start() -> tuple[str, int] | Response:
    target = find_next()
    if current_user.is_authenticated:
        return redirect(target)
    try:
        client = openid.find_client()
        begin_anew()
        session[TARGET] = target
        away: Response = client.authorize_redirect(_back())
    except openid.REFUSALS as error:
        log.warning("the sign-in provider is away", reason=type(error).__name__)
        return _refuse("openid.away", target, 503)
    return away


@require(PUBLIC)
@limiter.limit("20 per minute")
def openid_back() -> tuple[str, int] | Response:
    target = str(session.get(TARGET) or url_for("console.home"))
    try:
        told = openid.find_client().authorize_access_token()
        confirmed = dict(told["userinfo"])
        user = openid.find_user(confirmed)
    except openid.REFUSALS as error:  # never what they say: it may hold codes
        log.warning("the sign-in provider did not confirm", reason=type(error).__name__)
        begin_anew()
        return _refuse("openid.failed", target, 401)
    if user is None:
        begin_anew()
        return _refuse("openid.unknown", target, 403)
    if safety.has_second_factor(user.id):
        begin_anew()
        answer = wait_for_code(user.id, target)
    else:
        answer = enter(user.id, target)
    remember(answer, str(told.get("id_token") or ""))
    return answer
