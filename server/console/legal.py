"""The register of what women ask by law 18-07: what is due when, what was done, how it is proved."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from server.auth import actor, require
from server.console.pages import number, show, shown_project, text
from server.errors import Problem
from server.services import entities, requests
from server.services.requests import KINDS


@require("legal.manage")
def list_legal() -> str:
    """List requests: those that wait by their due day, or those that are closed."""
    state = "closed" if request.args.get("state") == "closed" else "open"
    return show(
        "legal.html",
        state=state,
        page=requests.list_requests(shown_project(), state=state, page=number("page")),
        names=entities.find_author_names(shown_project()),
        now=datetime.now(UTC),
    )


@require("legal.manage")
def open_legal(entity_id: str) -> Response:
    """Note what a woman asks."""
    kind = request.form.get("kind", "")
    if kind not in KINDS:
        flash(text("legal.need_kind"), "warn")
    else:
        try:
            requests.open_request(shown_project(), entity_id, kind, request.form.get("words", ""), actor())
            flash(text("legal.opened"), "good")
        except Problem as problem:
            if problem.code != "409.3":
                raise
            flash(text("legal.same"), "warn")
    return redirect(url_for("console.woman", entity_id=entity_id, _anchor="legal"), 303)


@require("legal.manage")
def close_legal(request_id: str) -> Response:
    """Note what became of a request; without words nothing is closed."""
    end, outcome = request.form.get("end", ""), request.form.get("outcome", "")
    if not outcome.strip():
        flash(text("legal.need_outcome"), "warn")
        return redirect(url_for("console.list_legal"), 303)
    try:
        requests.close_request(shown_project(), request_id, end, outcome, actor())
        flash(text("legal.closed.now"), "good")
    except Problem as problem:
        if problem.code != "409.51":
            raise
        flash(text("act.stale"), "warn")
    return redirect(url_for("console.list_legal", state="closed" if end == "lifted" else None), 303)
