"""Which language a reader gets."""

from __future__ import annotations

from flask import Request, has_request_context, session
from flask_login import current_user

LANGUAGES = ("fr", "ar", "en")


def choose_language(request: Request) -> str:
    """Pick fr, ar or en: the one chosen on this browser, the officer's own, what the browser asks for, else English for
    programs and French for people.
    """
    chosen = session.get("language") if has_request_context() else None
    if chosen in LANGUAGES:
        return str(chosen)
    if not request.path.startswith("/v1/") and getattr(current_user, "is_authenticated", False):
        return str(current_user.language)
    best = request.accept_languages.best_match(LANGUAGES)
    if best:
        return best
    return "en" if request.path.startswith("/v1/") else "fr"
