"""The consolidated workbook."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from flask import Response, request, send_file, stream_with_context

from exports.programme import ALGIERS
from server.auth import actor, require
from server.errors import Problem
from server.services.exports import export_workbook
from server.services.presets import newest_of
from server.services.templates import open_template
from server.services.workbook_options import read_asked

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PIECE_BYTES = 32 * 1024


@require("workbook.read")
def download(project_id: int) -> Response:
    """Send the workbook while it is made. One that is cut short has no end, and every client says so."""
    asked = read_asked(dict(request.args.lists()), actor(), project_id)
    template = open_template(project_id, asked.template)
    chunks = export_workbook(project_id, actor(), asked.options, reason=asked.reason, template=template)
    first = next(chunks)  # what cannot be answered is said before the answer begins
    response = Response(stream_with_context(_join(first, chunks)), mimetype=XLSX)
    response.headers["Content-Disposition"] = f"attachment; filename={file_name()}"
    response.headers["Cache-Control"] = "no-store"
    return response


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
