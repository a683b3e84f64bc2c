"""The consolidated workbook."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime

from flask import Response, request, send_file

from exports.programme import ALGIERS, Options
from server.auth import actor, require
from server.errors import Problem
from server.services.exports import export_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require("workbook.read")
def download(project_id: int) -> Response:
    """Send the workbook, whole or not at all: it is written to a temporary file first."""
    language = request.args.get("language", "fr")
    if language not in ("fr", "ar"):
        raise Problem("400.8", field="language", reason="fr or ar")
    options = Options(
        language="ar" if language == "ar" else "fr",
        labels=request.args.get("labels", "true") != "false",
        personal=request.args.get("personal", "true") != "false",
    )
    file = tempfile.TemporaryFile(suffix=".xlsx")  # noqa: SIM115 - closed when the answer is sent
    export_workbook(project_id, actor(), options, file)
    file.seek(0)
    day = datetime.now(UTC).astimezone(ALGIERS).date().isoformat()
    response = send_file(file, mimetype=XLSX, as_attachment=True, download_name=f"hirfa-{day}.xlsx")
    response.headers["Cache-Control"] = "no-store"
    return response
