"""Signing out at the provider of the house too (OpenID Connect RP-Initiated Logout 1.0), after signing in through it.

The officer's session here ends first, whatever the provider does. Her browser is then led to the provider by a page,
not by a redirect: browsers hold what answers a form to ``form-action 'self'``. Where the provider leads her back to
is written here and registered there, so nobody else chooses it.
"""

from __future__ import annotations

import re
from typing import Final

import structlog
from flask import current_app, request, url_for
from werkzeug.wrappers import Response

from server import safety
from server.services import openid

_TOKEN: Final = re.compile(r"[A-Za-z0-9_.-]{1,3800}\Z")
"""An id token that a cookie holds; a longer one is not kept, the provider then asks her whom she means."""
UNKNOWN: Final = "-"
log = structlog.get_logger()


def _name() -> str:
    return "__Secure-openid" if current_app.config["SESSION_COOKIE_SECURE"] else "openid"


def remember(response: Response, id_token: str) -> None:
    """Keep, for signing out alone, that the provider let her in, and its word of whom: no way in, but about her."""
    response.set_cookie(
        _name(),
        id_token if _TOKEN.match(id_token) else UNKNOWN,
        max_age=safety.LONGEST,
        path=url_for("console.sign_out"),
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Strict",
    )


def forget(response: Response) -> None:
    """Keep no longer that she came through the provider."""
    response.delete_cookie(
        _name(),
        path=url_for("console.sign_out"),
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
        httponly=True,
        samesite="Strict",
    )


def find_way_out() -> str | None:
    """Return where her session at the provider ends; None when she did not come that way, or it offers none."""
    kept = request.cookies.get(_name())
    if kept is None or current_app.config["HIRFA"].oidc is None:
        return None
    back = str(current_app.config["HIRFA"].url) + url_for("console.sign_in")
    try:
        return openid.find_way_out(kept if kept != UNKNOWN and _TOKEN.match(kept) else "", back)
    except openid.REFUSALS as error:
        log.warning("the sign-in provider is away", reason=type(error).__name__)
        return None
