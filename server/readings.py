"""Which addresses show somebody's data, and for which purpose: whoever opens one is noted in the operations log.

Law 25-11 (art. 41 bis 3 of law 18-07) wants consultations in that log, with author, date and reason; the reason is what
the page is for. One table for the desk and the API; a test walks the URL map. Exports, whole files, hidden numbers and
raw content are noted by the services that give them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

import structlog
from flask import Flask, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from server.auth import actor
from server.console.pages import shown_project
from server.services import audits


class Reading(NamedTuple):
    """What is noted: the act, the parts of the address that say of whom, and what for."""

    action: str
    of: tuple[str, ...]
    purpose: str


_RECORD, _SUBMISSION = "entity.read", "submission.read"
READINGS: Final[Mapping[str, Reading]] = {
    "console.woman": Reading(_RECORD, ("entity_id",), "follow_up"),
    "console.own_woman": Reading(_RECORD, ("entity_id",), "follow_up"),
    "console.find_twin": Reading(_RECORD, ("entity_id",), "duplicate"),
    "console.compare": Reading(_RECORD, ("entity_id", "other_id"), "duplicate"),
    "console.conflict": Reading(_RECORD, ("entity_id",), "dispute"),
    "console.card": Reading(_RECORD, ("entity_id",), "card"),
    "console.submission": Reading(_SUBMISSION, ("instance_id",), "review"),
    "console.changes": Reading(_SUBMISSION, ("instance_id",), "review"),
    "console.edit": Reading(_SUBMISSION, ("instance_id",), "correction"),
    "api.attachments.download": Reading(_SUBMISSION, ("instance_id",), "photograph"),
    "api.central.attachment": Reading(_SUBMISSION, ("instance_id",), "photograph"),
    "api.central.submission": Reading(_SUBMISSION, ("instance_id",), "program"),
    "api.entities.entity": Reading(_RECORD, ("entity_id",), "program"),
}

_SHOWN: Final = frozenset({200, 206, 304})
"""Also a part of a photograph, and that it is still as the browser holds it."""
_log = structlog.get_logger()


def init_readings(app: Flask) -> None:
    """Note who was shown what. She is shown it also where the log cannot be written; the service log says so then."""

    @app.after_request
    def _note(response: Response) -> Response:
        reading = READINGS.get(request.endpoint or "")
        if reading is not None and response.status_code in _SHOWN:
            given = request.view_args or {}
            project_id = given.get("project_id") or shown_project()
            targets = [str(given[name]) for name in reading.of]
            try:
                audits.note_reading(
                    project_id, actor(), reading.action, targets, reading.purpose, datetime.now(UTC)
                )
            except SQLAlchemyError as error:
                _log.warning(
                    "reading_not_noted", actor=actor().label, action=reading.action, targets=targets,
                    purpose=reading.purpose, error=type(error).__name__,
                )  # fmt: skip
        return response
