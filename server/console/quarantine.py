"""What was set aside: why, whose, when, and the content as it came."""

from __future__ import annotations

from typing import Final

from flask import Response, flash, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from server.auth import actor, require
from server.console.formats import show_count
from server.console.pages import language, show, shown_project, text
from server.console.texts import TEXTS
from server.errors import Problem
from server.services import quarantine as releases
from server.services import submissions as service

SHOWN_CHARS: Final = 100_000
HER_WORD: Final = frozenset({"403.50", "409.1"})
"""Causes that do not go away by themselves: only an officer's word helps."""
NO_WORD: Final = frozenset({"400.1", "404.6", "422.51", "422.52"})
"""Causes that nobody's word takes away: it cannot be read, or its form is not known."""
FLASH_CHARS: Final = 300
"""Of a reason told after a try: it travels in the session cookie."""


@require("desk.read")
def quarantine() -> str:
    rows, code = service.list_quarantine(shown_project()), request.args.get("code", "")
    return show(
        "quarantine.html",
        rows=[(row, agent) for row, agent in rows if not code or row.code == code],
        codes=sorted({row.code for row, _ in rows}),
        code=code,
        reason=_reason,
    )


@require("register.read")
def item(content_sha256: str) -> str:
    row, agent = service.read_quarantined(shown_project(), content_sha256, actor())
    content = row.content.decode("utf-8", "replace")
    return show(
        "quarantined.html",
        row=row,
        agent=agent,
        text=content[:SHOWN_CHARS],
        cut=len(content) > SHOWN_CHARS,
        reason=_reason,
        todo=_todo,
        retried=row.code not in HER_WORD,
        releasable=row.code not in NO_WORD,
    )


@require("register.read")
def content(content_sha256: str) -> Response:
    """Send the content byte for byte as text: nothing in it is run or rendered."""
    row, _agent = service.read_quarantined(shown_project(), content_sha256, actor())
    return Response(row.content, mimetype="text/plain")


@require("quarantine.release")
def retry_all() -> Answer:
    """Try everything again; say how much counts now and how much stays aside."""
    code = request.form.get("code", "")
    outcomes = releases.retry_all(shown_project(), actor(), code=code)
    applied = sum(outcome.problem is None for outcome in outcomes)
    flash(
        text("retry.all.done", applied=show_count(applied), left=show_count(len(outcomes) - applied)),
        "good" if applied else "warn",
    )
    return redirect(url_for("console.quarantine", code=code or None), 303)


@require("quarantine.release")
def retry_item(content_sha256: str) -> Answer:
    """Try one item again by the ordinary rules."""
    outcome = releases.retry_item(shown_project(), content_sha256, actor())
    if outcome.problem is not None:
        return _stays_aside(content_sha256, outcome.problem)
    return _counts(outcome, "retry.done")


@require("quarantine.release")
def confirm_release(content_sha256: str) -> str:
    row = service.find_quarantined(shown_project(), content_sha256)
    return show(
        "confirm.html",
        title=text("release.title"),
        name=row.instance_id or _reason(row.code),
        words=text(f"release.words.{row.code}" if f"release.words.{row.code}" in TEXTS else "release.words"),
        button=text("release.button"),
        action=url_for("console.release", content_sha256=content_sha256),
        back=url_for("console.item", content_sha256=content_sha256),
        danger=False,
    )


@require("quarantine.release")
def release(content_sha256: str) -> Answer:
    """Take one item into the register on an officer's word."""
    try:
        outcome = releases.release_item(shown_project(), content_sha256, actor())
    except Problem as problem:
        if problem.code == "404.1":
            raise
        return _stays_aside(content_sha256, problem)
    return _counts(outcome, "release.done")


def _stays_aside(content_sha256: str, problem: Problem) -> Answer:
    flash(text("retry.stays", reason=problem.message(language())[:FLASH_CHARS]), "warn")
    return redirect(url_for("console.item", content_sha256=content_sha256), 303)


def _counts(outcome: releases.Outcome, key: str) -> Answer:
    flash(text(key), "good")
    return redirect(url_for("console.submission", instance_id=outcome.instance_id), 303)


def _reason(code: str) -> str:
    return text(f"reason.{code}" if f"reason.{code}" in TEXTS else "reason.other")


def _todo(code: str) -> str:
    return text(f"todo.{code}" if f"todo.{code}" in TEXTS else "todo.other")
