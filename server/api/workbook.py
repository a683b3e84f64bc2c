"""The consolidated workbook."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from flask import Response, request, stream_with_context

from exports.programme import ALGIERS, Options
from server.auth import actor, require
from server.errors import Problem
from server.services.exports import export_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PIECE_BYTES = 32 * 1024


@require("workbook.read")
def download(project_id: int) -> Response:
    """Send the workbook while it is made. One that is cut short has no end, and every client says so."""
    language = request.args.get("language", "fr")
    if language not in ("fr", "ar"):
        raise Problem("400.8", field="language", reason="fr or ar")
    options = Options(
        language="ar" if language == "ar" else "fr",
        labels=request.args.get("labels", "true") != "false",
        personal=request.args.get("personal", "true") != "false",
    )
    chunks = export_workbook(project_id, actor(), options)
    first = next(chunks)  # what cannot be answered is said before the answer begins
    day = datetime.now(UTC).astimezone(ALGIERS).date().isoformat()
    response = Response(stream_with_context(_join(first, chunks)), mimetype=XLSX)
    response.headers["Content-Disposition"] = f"attachment; filename=hirfa-{day}.xlsx"
    response.headers["Cache-Control"] = "no-store"
    return response


def _join(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Give pieces worth a packet."""
    pending = [first]
    size = len(first)
    for chunk in chunks:
        pending.append(chunk)
        size += len(chunk)
        if size >= PIECE_BYTES:
            yield b"".join(pending)
            pending, size = [], 0
    yield b"".join(pending)
