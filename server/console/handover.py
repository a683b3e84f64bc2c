"""A hand-over file on a memory stick or from a mail: shown before anything counts, then taken in."""

from __future__ import annotations

from collections import Counter
from typing import Final

from flask import current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from server import csrf
from server.auth import actor, require
from server.console.pages import language, show, shown_project, text
from server.errors import Problem
from server.services import handover as service

SHOWN: Final = 1000
"""Outcomes listed; the counts are of all."""
TONES: Final = {"accepted": "good", "duplicate": "plain", "quarantined": "warn", "failed": "bad"}
_FILE_PROBLEMS: Final = frozenset({"400.1", "422.53"})


@require("handover.import")
def handover() -> str:
    return show("handover.html", problem="")


@csrf.exempt  # type: ignore[untyped-decorator]  # it asks itself, once its limit is set: asking reads the body
@require("handover.import")
def take_handover() -> Response | tuple[str, int]:
    """Keep the file and show what it is; nothing of it counts yet."""
    request.max_content_length = service.MAX_BYTES
    if current_app.config.get("WTF_CSRF_ENABLED", True):
        csrf.protect()
    given = request.files.get("file")
    if given is None or not given.filename:
        return show("handover.html", problem=text("handover.choose")), 422
    try:
        with given.stream as stream:
            name = service.keep_file(shown_project(), stream)
    except Problem as problem:
        if problem.code not in _FILE_PROBLEMS:
            raise
        return show("handover.html", problem=problem.message(language())), problem.status
    return redirect(url_for("console.handed_over", sha256=name), 303)


@require("handover.import")
def handed_over(sha256: str) -> str:
    """Show whose file it is, of when, with how much."""
    with service.open_kept(sha256) as file:
        sender = service.read_sender(shown_project(), file)
    return show("handed_over.html", sha256=sha256, sender=sender, done=None)


@require("handover.import")
def import_handover(sha256: str) -> str:
    """Take it in and say what became of each item; sent again, it says so again."""
    done = service.import_kept(shown_project(), sha256, actor())
    return show(
        "handed_over.html",
        sha256=sha256,
        sender=done.sender,
        done=done,
        counts=Counter(result["status"] for result in done.results),
        results=done.results[:SHOWN],
        cut=len(done.results) > SHOWN,
        lost=max(done.damaged, done.absent),
        tones=TONES,
    )
