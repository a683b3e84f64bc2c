"""Filters of the register that an officer keeps under a name."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.auth import actor, require
from server.console.pages import shown_project, text
from server.console.women import FILTERED
from server.services import saved_filters

KEPT = ("q", "commune", *FILTERED)


@require("register.read")
def save_filter() -> Response:
    """Keep what the list is narrowed by; anything else in the address is left out."""
    given = dict(parse_qsl(request.form.get("query", "")[:2000]))
    query = urlencode({name: given[name][:200] for name in KEPT if given.get(name)})
    if request.form.get("name", "").strip():
        saved_filters.save_filter(shown_project(), request.form["name"], query, actor())
        flash(text("women.saved.now"), "good")
    else:
        flash(text("women.need_name"), "warn")
    return redirect(f"{url_for('console.women')}?{query}", 303)


@require("register.read")
def drop_filter(filter_id: str) -> Response:
    saved_filters.drop_filter(shown_project(), filter_id, actor())
    flash(text("women.dropped"), "good")
    return redirect(url_for("console.women"), 303)
