"""The consolidated workbook."""

from __future__ import annotations

from datetime import UTC, datetime

from flask import Response, request, send_file

from exports.programme import ALGIERS
from server.api.streams import send_stream
from server.auth import actor, require
from server.errors import Problem
from server.services.exports import export_workbook
from server.services.presets import newest_of
from server.services.templates import open_template
from server.services.workbook_options import read_asked

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require("workbook.read")
def download(project_id: int) -> Response:
    """Send the workbook while it is made. One that is cut short has no end, and every client says so."""
    asked = read_asked(dict(request.args.lists()), actor(), project_id)
    template = open_template(project_id, asked.template)
    chunks = export_workbook(project_id, actor(), asked.options, reason=asked.reason, template=template)
    return send_stream(chunks, XLSX, name=file_name())


@require("workbook.read")
def newest(project_id: int, preset_id: str) -> Response:
    """Send the newest workbook that a preset made by itself."""
    try:
        path = newest_of(project_id, preset_id)
    except ValueError:
        raise Problem("404.1") from None
    response = send_file(path, mimetype=XLSX, as_attachment=True, download_name=path.name)
    response.headers["Cache-Control"] = "no-store"
    return response


def file_name() -> str:
    """Name a workbook made today."""
    return f"hirfa-{datetime.now(UTC).astimezone(ALGIERS).date().isoformat()}.xlsx"
