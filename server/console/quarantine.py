"""What was set aside: why, whose, when, and the content as it came."""

from __future__ import annotations

from typing import Final

from flask import Response

from server.auth import actor, require
from server.console.pages import show, shown_project, text
from server.console.texts import TEXTS
from server.services import submissions as service

SHOWN_CHARS: Final = 100_000


@require("desk.read")
def quarantine() -> str:
    return show("quarantine.html", rows=service.list_quarantine(shown_project()), reason=_reason)


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
    )


@require("register.read")
def content(content_sha256: str) -> Response:
    """Send the content byte for byte as text: nothing in it is run or rendered."""
    row, _agent = service.read_quarantined(shown_project(), content_sha256, actor())
    return Response(row.content, mimetype="text/plain")


def _reason(code: str) -> str:
    return text(f"reason.{code}" if f"reason.{code}" in TEXTS else "reason.other")


def _todo(code: str) -> str:
    return text(f"todo.{code}" if f"todo.{code}" in TEXTS else "todo.other")
