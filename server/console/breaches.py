"""The register of breaches (law 18-07 art. 43): what happened, by when the ANPDP must know, what was done."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from flask import Response as FlaskResponse
from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from exports.programme import ALGIERS
from server.auth import actor, require
from server.console.pages import number, show, shown_project, text
from server.console.texts import TEXTS
from server.errors import Problem
from server.services import actors, breaches, entities


@require("legal.manage")
def list_breaches() -> str:
    """List the register, open breaches first, with the time that is left."""
    return _show({})


def _show(given: dict[str, str], problem: str = "", changed: str = "") -> str:
    """Show the register with what was typed and refused: of a new breach, or of the one that was to be `changed`."""
    project_id, now = shown_project(), datetime.now(UTC)
    agents = actors.list_app_users(project_id)
    return show(
        "breaches.html",
        page=breaches.list_breaches(project_id, page=number("page")),
        kinds=breaches.KINDS,
        agents=agents,
        agent_names={agent["id"]: agent["name"] for agent in agents},
        names=entities.find_author_names(project_id),
        left=lambda breach: divmod(max(int((breach.due_at - now).total_seconds()) // 3600, 0), 24),
        now=now,
        given=given,
        problem=problem,
        changed=changed,
    )


@require("legal.manage")
def open_breach() -> Response | tuple[str, int]:
    """Note a breach."""
    given = {name: request.form.get(name, "").strip() for name in ("kind", "words", "agent", "known", "since")}
    try:
        agent = given["agent"]
        made = breaches.open_breach(
            shown_project(), given["kind"], given["words"], actor(),
            known_at=_read(given["known"], datetime.fromisoformat, "known").replace(tzinfo=ALGIERS),
            now=datetime.now(UTC),
            app_user_id=int(agent) if agent.isascii() and agent.isdigit() and len(agent) < 10 else None,
            since=_read(given["since"], datetime.fromisoformat, "since").replace(tzinfo=ALGIERS)
            if given["since"] else None,
        )  # fmt: skip
    except Problem as problem:
        if problem.code != "400.8":
            raise
        return _show(given, _told(problem)), 400
    flash(text("breach.opened", count=made.affected), "good")
    return redirect(url_for("console.list_breaches"), 303)


@require("legal.manage")
def change_breach(breach_id: str) -> Response | tuple[str, int]:
    """Note what was done about a breach; close it or open it again."""
    form = request.form
    try:
        days = {
            name: _read(form[name], date.fromisoformat, name) if form.get(name) else None
            for name in ("notified", "informed")
        }
        breaches.change_breach(
            shown_project(), breach_id, form.get("end", ""), actor(), datetime.now(UTC),
            effects=form.get("effects", ""), measures=form.get("measures", ""), reference=form.get("reference", ""),
            **days,
        )  # fmt: skip
        flash(text("breach.noted"), "good")
    except Problem as problem:
        if problem.code not in ("400.2", "400.8", "409.51"):
            raise
        if problem.code != "409.51":
            return _show(form.to_dict(), _told(problem), breach_id), 400
        flash(text("act.stale"), "warn")
    return redirect(url_for("console.list_breaches", _anchor=f"breach-{breach_id}"), 303)


@require("legal.manage")
def take_notice(breach_id: str) -> FlaskResponse:
    """Give the notice for the ANPDP, with the women it touches; noted, for it names them."""
    breach = breaches.find_breach(shown_project(), breach_id)
    notice = breaches.write_notice(breach)
    breaches.note_notice(shown_project(), breach_id, actor(), datetime.now(UTC))
    answer = FlaskResponse(notice, mimetype="text/plain")
    answer.headers["Content-Disposition"] = f'attachment; filename="violation-{breach_id[:8]}.txt"'
    return answer


def _read(given: str, read: Any, field: str) -> Any:
    """Read a day or a time.

    :raises Problem: 400.8.
    """
    try:
        return read(given)
    except ValueError:
        raise Problem("400.8", field=field, reason="2026-11-23 is expected") from None


def _told(problem: Problem) -> str:
    """Return a problem in the words of this page."""
    field = problem.details.get("field") if isinstance(problem.details, dict) else ""
    key = f"breach.wrong.{field}"
    return text(key if key in TEXTS else "breach.wrong")
